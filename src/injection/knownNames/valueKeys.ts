/** Annotations and labels among values of charts, which these write on pods and other objects: `podAnnotations`, `injectedAnnotations`,
 *  `labels`. Where they will stand is the chart's matter; what they are called is not. */
import { judgeKey } from '../../istio/names/judgeKey.ts';
import type { KeySide } from '../../istio/names/keys.ts';
import type { Version } from '../../istio/settings/version.ts';
import { type Document, type Entry, entriesOf, itemsOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';

export function unreadValueKeys(documents: readonly Document[], version: Version): readonly Diagnostic[] {
  return documents.flatMap(({ source, root }) =>
    mapsOf(root).flatMap(({ side, entries }) =>
      entries.flatMap((entry): Diagnostic[] => {
        const value = entry.value.kind === 'scalar' && typeof entry.value.value === 'string' ? { value: entry.value.value } : {};
        const problem = judgeKey({ name: entry.key, side, kind: '', injected: true, ...value }, version);
        return problem === undefined ? [] : [{ kind: 'warning', ...problem, source, span: entry.keySpan }];
      }),
    ),
  );
}

interface KeyMap {
  readonly side: KeySide;
  readonly entries: readonly Entry[];
}

function mapsOf(node: Node): readonly KeyMap[] {
  if (node.kind === 'list') return itemsOf(node).flatMap(mapsOf);
  return entriesOf(node).flatMap(({ key, value }): readonly KeyMap[] => {
    // that of the object itself is read with its kind
    if (key === 'metadata') return [];
    const [, word] = /(annotations|labels)$/i.exec(key) ?? [];
    if (word === undefined || value.kind !== 'map') return mapsOf(value);
    return [{ side: word.toLowerCase() === 'labels' ? 'label' : 'annotation', entries: value.entries }];
  });
}
