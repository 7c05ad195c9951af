/** Argo Workflows: each template that runs a container is a pod. source: Argo Workflows, field reference */
import { at, type Entry, entriesOf, itemsOf, type Node, stringAt } from '../yaml/node.ts';

export interface WorkflowStep {
  readonly node: Node;
  readonly called: string;
}

const SPEC_AT: ReadonlyMap<string, readonly string[]> = new Map([
  ['Workflow', ['spec']],
  ['WorkflowTemplate', ['spec']],
  ['ClusterWorkflowTemplate', ['spec']],
  ['CronWorkflow', ['spec', 'workflowSpec']],
]);

/** Undefined for other kinds; none where a workflow refers to a template elsewhere. */
export function stepsAsPods(kind: string, object: Node): readonly WorkflowStep[] | undefined {
  const path = SPEC_AT.get(kind);
  if (path === undefined) return undefined;
  const spec = at(object, ...path);
  return itemsOf(at(spec, 'templates')).flatMap((template): readonly WorkflowStep[] => {
    const runs = containersOf(template);
    if (runs.length === 0) return [];
    return [{ node: asPod(spec, template, runs), called: stringAt(template, 'name') ?? '' }];
  });
}

/** `main` is what a template runs; a container set names its own. */
function containersOf(template: Node): readonly Node[] {
  const one = at(template, 'container') ?? at(template, 'script');
  const main = one?.kind === 'map' ? [named(one, 'main')] : [];
  return [...main, ...itemsOf(at(template, 'containerSet', 'containers')), ...itemsOf(at(template, 'sidecars'))];
}

function asPod(spec: Node | undefined, template: Node, containers: readonly Node[]): Node {
  const { span } = template;
  const both = (key: string) => [...entriesOf(at(spec, 'podMetadata', key)), ...entriesOf(at(template, 'metadata', key))];
  const metadata = map(
    ['labels', 'annotations'].map((key) => entry(key, map(both(key), span))),
    span,
  );
  const first = itemsOf(at(template, 'initContainers'));
  const context = at(template, 'securityContext') ?? at(spec, 'securityContext');
  const pod = [
    entry('containers', { kind: 'list', items: containers, span }),
    ...(first.length === 0 ? [] : [entry('initContainers', { kind: 'list', items: first, span })]),
    ...(context === undefined ? [] : [entry('securityContext', context)]),
    ...entriesOf(spec).filter(({ key }) => ['hostNetwork', 'dnsPolicy', 'dnsConfig'].includes(key)),
  ];
  return map([entry('metadata', metadata), entry('spec', map(pod, span))], span);
}

function named(container: Node, name: string): Node {
  if (at(container, 'name') !== undefined) return container;
  const span = { start: container.span.start, end: container.span.start + 1 };
  return map([...entriesOf(container), entry('name', { kind: 'scalar', value: name, span })], container.span);
}

function map(entries: readonly Entry[], span: Node['span']): Node {
  return { kind: 'map', entries, span };
}

const entry = (key: string, value: Node): Entry => ({ key, keySpan: value.span, value });
