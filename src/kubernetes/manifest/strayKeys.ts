/** Istio's names in places of an object where Kubernetes keeps neither annotations nor labels: `spec.template.annotations`, a field
 *  `annotation`, the metadata itself. */
import { couldBeIstios } from '../../istio/names/judgeKey.ts';
import type { Source } from '../../syntax/text/source.ts';
import { at, type Entry, entriesOf, type Node, stringAt } from '../yaml/node.ts';
import type { MetadataKey } from './objectKeys.ts';

export interface StrayQuestion {
  readonly source: Source;
  readonly kind: string;
  readonly object: Node;
  /** of the pod; absent: the object has none */
  readonly template?: Node;
}

export function strayKeys({ source, kind, object, template }: StrayQuestion): readonly MetadataKey[] {
  // what `spec` of other objects may hold is theirs to say
  // what kustomize adds to all objects
  if (/^kustomize\./.test(stringAt(object, 'apiVersion') ?? '')) return [];
  const own = template === undefined ? [holder(object, ''), holder(at(object, 'metadata'), 'metadata')] : holdersIn(object, '');
  const ofPod = template === undefined || template === object ? [] : holdersIn(template, 'template');
  return [...own, ...ofPod].flatMap(({ node, path }) =>
    entriesOf(node).flatMap((entry) => strayIn(entry, path).map((key): MetadataKey => ({ ...key, kind, source }))),
  );
}

interface Holder {
  readonly node: Node | undefined;
  readonly path: string;
}

function holder(node: Node | undefined, path: string): Holder {
  return { node, path };
}

function holdersIn(node: Node, path: string): readonly Holder[] {
  const within = (name: string) => holder(at(node, name), path === '' ? name : `${path}.${name}`);
  return [holder(node, path), within('metadata'), within('spec')];
}

type Found = Pick<MetadataKey, 'name' | 'side' | 'span' | 'stray'>;

/** A key by itself, or those of a map that is not a selector. */
function strayIn({ key, keySpan, value }: Entry, path: string): readonly Found[] {
  if (path === '' && HOLDS_ANCHORS.test(key)) return [];
  const isMetadata = /(?:^|\.)metadata$/.test(path);
  // those are looked into by themselves, or are where keys belong
  if (isMetadata ? key === 'annotations' || key === 'labels' : key === 'metadata' || key === 'spec') return [];
  const stray = (name: string, where: string): Pick<MetadataKey, 'name' | 'side' | 'stray'> => ({
    name,
    side: /label/i.test(where) ? 'label' : 'annotation',
    stray: where === '' ? 'the object itself' : `\`${where}\``,
  });
  if (isName(key)) return [{ ...stray(key, path), span: keySpan }];
  if (/selector|^matchLabels$/i.test(key)) return [];
  const where = path === '' ? key : `${path}.${key}`;
  return entriesOf(value).flatMap((entry) => (isName(entry.key) ? [{ ...stray(entry.key, where), span: entry.keySpan }] : []));
}

/** Keys such as `x-common`, under which a file keeps the parts that it uses again by anchors. */
const HOLDS_ANCHORS = /^(?:x-|[._])/;

function isName(key: string): boolean {
  return key.includes('/') && couldBeIstios(key);
}
