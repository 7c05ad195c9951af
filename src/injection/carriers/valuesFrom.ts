/** Values of a HelmRelease that stand in ConfigMaps of the same file. source: Flux helm-controller, "Values references" */
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import { at, type Document, type Entry, entriesOf, itemsOf, type Node, type ReadNested, stringAt } from '../../kubernetes/yaml/node.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';

export interface References {
  readonly document: Document;
  /** among which the ConfigMaps are looked for */
  readonly objects: readonly Document[];
  readonly readNested: ReadNested;
  readonly report: ProblemSink;
}

/** The release with `spec.valuesFound`, a list of which the last wins; what is not here stays in `spec.valuesFrom`. */
export function withValuesFrom({ document, objects, readNested, report }: References): Document {
  const { source, root } = document;
  const spec = at(root, 'spec');
  const references = itemsOf(at(spec, 'valuesFrom'));
  if (stringAt(root, 'kind') !== 'HelmRelease' || references.length === 0 || root.kind !== 'map' || spec?.kind !== 'map') return document;
  const namespace = stringAt(root, 'metadata', 'namespace');
  const isHere = (one: Document) => one.source === source && stringAt(one.root, 'metadata', 'namespace') === namespace;
  const maps = objects.filter((one) => isHere(one) && stringAt(one.root, 'kind') === 'ConfigMap').map((one) => one.root);
  const found = references.map((reference): Node | undefined => {
    if (stringAt(reference, 'kind') !== 'ConfigMap' || at(reference, 'targetPath') !== undefined) return undefined;
    const map = maps.find((one) => stringAt(one, 'metadata', 'name') === stringAt(reference, 'name'));
    const node = at(map, 'data', stringAt(reference, 'valuesKey') ?? 'values.yaml');
    return node && readNestedText({ source, node, readNested, report })?.root;
  });
  const { span } = spec;
  const items = found.filter((node) => node !== undefined);
  const missing = references.filter((_, index) => found[index] === undefined);
  const list = (key: string, nodes: readonly Node[]): readonly Entry[] =>
    nodes.length === 0
      ? []
      : [{ key, keySpan: nodes[0]?.span ?? span, value: { kind: 'list', items: nodes, span: nodes[0]?.span ?? span } }];
  const others = spec.entries.filter(({ key }) => key !== 'valuesFrom');
  const filled: Node = { ...spec, entries: [...others, ...list('valuesFrom', missing), ...list('valuesFound', items)] };
  const entries = entriesOf(root).map((entry) => (entry.key === 'spec' ? { ...entry, value: filled } : entry));
  return { source, root: { ...root, entries } };
}
