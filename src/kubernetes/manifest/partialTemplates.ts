/** Templates of pods that a controller fills in: their containers are not in the file, what they say for Istio is.
 *  source: the API references of ECK (`podTemplate`), Strimzi (`template.pod`) and the Prometheus operator (`podMetadata`) */
import { at, type Entry, entriesOf, type Node } from '../yaml/node.ts';

export interface Place {
  readonly key: string;
  readonly value: Node;
  /** the key above */
  readonly above: string;
  /** the map that has the key */
  readonly beside: Node | undefined;
}

/** `metadata` and `spec` of the pod; undefined: it is not such a template. */
export function partialTemplate({ key, value, above, beside }: Place): Node | undefined {
  if (value.kind !== 'map') return undefined;
  const metadata = at(value, 'metadata');
  if (/^podTemplate(?:Spec)?$/i.test(key)) return metadata?.kind === 'map' ? withSpec(value, at(value, 'spec')) : undefined;
  if (key === 'pod' && above === 'template') return metadata?.kind === 'map' ? withSpec(value, value) : undefined;
  if (key !== 'podMetadata') return undefined;
  return withSpec({ kind: 'map', entries: [entry('metadata', value)], span: value.span }, beside);
}

/** Without containers there is a list of none. */
function withSpec(template: Node, spec: Node | undefined): Node {
  const own = entriesOf(spec).filter(({ key }) => key !== 'metadata' && key !== 'podMetadata');
  const metadata = entriesOf(template).filter(({ key }) => key === 'metadata');
  const filled: Node = { kind: 'map', entries: own, span: (spec ?? template).span };
  return { kind: 'map', entries: [...metadata, entry('spec', filled)], span: template.span };
}

const entry = (key: string, value: Node): Entry => ({ key, keySpan: value.span, value });
