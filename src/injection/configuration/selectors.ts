/** Kubernetes label selectors, as in neverInjectSelector. source: k8s.io/apimachinery pkg/apis/meta/v1 LabelSelectorAsSelector */
import { at, entriesOf, itemsOf, type Node, stringAt } from '../../kubernetes/yaml/node.ts';

type Labels = ReadonlyMap<string, { readonly value: string }>;

/** An empty selector matches nothing here: injection leaves it out. An operator that is not known makes the selector invalid, and ignored. */
export function selects(selector: Node, labels: Labels): boolean {
  const exact = entriesOf(at(selector, 'matchLabels'));
  const expressions = itemsOf(at(selector, 'matchExpressions'));
  if (exact.length + expressions.length === 0) return false;
  return (
    exact.every(({ key, value }) => value.kind === 'scalar' && labels.get(key)?.value === String(value.value)) &&
    expressions.every((expression) => holds(expression, labels))
  );
}

/** For the agent of ambient mode an empty selector, or none, chooses everything. source: cni/pkg/util/enablement_selector.go */
export function selectsOrEmpty(selector: Node | undefined, labels: Labels): boolean {
  const empty = entriesOf(at(selector, 'matchLabels')).length + itemsOf(at(selector, 'matchExpressions')).length === 0;
  return selector === undefined || empty || selects(selector, labels);
}

function holds(expression: Node, labels: Labels): boolean {
  const has = labels.get(stringAt(expression, 'key') ?? '');
  const values = itemsOf(at(expression, 'values')).map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  switch (stringAt(expression, 'operator')) {
    case 'In':
      return has !== undefined && values.includes(has.value);
    case 'NotIn':
      return has === undefined || !values.includes(has.value);
    case 'Exists':
      return has !== undefined;
    case 'DoesNotExist':
      return has === undefined;
    default:
      return false;
  }
}
