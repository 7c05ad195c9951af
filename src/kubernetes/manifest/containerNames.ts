/** Names for containers that have none, where a controller gives them: Kubernetes itself refuses such a pod. */
import { at, type Entry, itemsOf, type Node, stringAt } from '../yaml/node.ts';

/** What a container without a name is called, by the list that it stands in. */
export interface GivenNames {
  readonly containers: string;
  readonly initContainers: string;
}

/** source: knative/serving pkg/apis/config/defaults.go, container-name-template and init-container-name-template */
const KNATIVE: GivenNames = { containers: 'user-container', initContainers: 'init-container' };
const OTHERS: GivenNames = { containers: 'container', initContainers: 'init-container' };

export function withNames(template: Node, isKnative: boolean): Node {
  const spec = at(template, 'spec');
  if (template.kind !== 'map' || spec?.kind !== 'map') return template;
  const names = isKnative ? KNATIVE : OTHERS;
  const lists = (['containers', 'initContainers'] as const).map((field) => ({ field, items: itemsOf(at(spec, field)) }));
  if (!lists.some(({ items }) => items.some(isNameless))) return template;
  const isOnly = lists.reduce((sum, { items }) => sum + items.length, 0) === 1;
  const named = lists.reduce(
    (entries, { field, items }) =>
      replaced(entries, field, (list) => ({ kind: 'list', items: allNamed(items, names[field], isOnly), span: list.span })),
    spec.entries,
  );
  return { ...template, entries: replaced(template.entries, 'spec', () => ({ ...spec, entries: named })) };
}

/** A number after it where there are several, and none that is taken. */
function allNamed(items: readonly Node[], base: string, isOnly: boolean): readonly Node[] {
  const taken = new Set(items.map((item) => stringAt(item, 'name')));
  let next = 0;
  return items.map((item): Node => {
    if (item.kind !== 'map' || !isNameless(item)) return item;
    while (!isOnly && taken.has(`${base}-${next}`)) next++;
    const value = isOnly ? base : `${base}-${next++}`;
    const span = { start: item.span.start, end: item.span.start + 1 };
    return { ...item, entries: [{ key: 'name', keySpan: span, value: { kind: 'scalar', value, span } }, ...item.entries] };
  });
}

function isNameless(item: Node): boolean {
  return item.kind === 'map' && at(item, 'name') === undefined;
}

function replaced(entries: readonly Entry[], key: string, change: (value: Node) => Node): readonly Entry[] {
  return entries.map((one) => (one.key === key ? { ...one, value: change(one.value) } : one));
}
