/** Tekton: each task that is run is a pod, whose containers are the steps and the sidecars of the task.
 *  source: Tekton Pipelines, "TaskRuns", "PipelineRuns", "Pod templates"; pkg/pod/pod.go */
import { at, type Entry, entriesOf, itemsOf, type Node, stringAt } from '../yaml/node.ts';
import type { WorkflowStep } from './workflow.ts';

/** Undefined for other kinds; none where what is run stands in another object, and nothing is said of its pods here. */
export function tasksAsPods(kind: string, object: Node): readonly WorkflowStep[] | undefined {
  const spec = at(object, 'spec');
  const given = at(spec, 'podTemplate') ?? at(spec, 'taskRunTemplate', 'podTemplate');
  switch (kind) {
    case 'Task':
    case 'ClusterTask':
      return [asPod({ object, task: spec, given, called: '' })];
    case 'TaskRun':
      return [asPod({ object, task: at(spec, 'taskSpec'), given, called: '' })];
    case 'Pipeline':
      return tasksOf(spec).map((task) => asPod({ object, ...task, given }));
    case 'PipelineRun': {
      const tasks = tasksOf(at(spec, 'pipelineSpec'));
      return tasks.length > 0
        ? tasks.map((task) => asPod({ object, ...task, given }))
        : [asPod({ object, task: undefined, given, called: '' })];
    }
    default:
      return undefined;
  }
}

interface Task {
  readonly task: Node | undefined;
  readonly called: string;
}

/** Those that a pipeline describes itself, the last ones too. */
function tasksOf(pipeline: Node | undefined): readonly Task[] {
  const all = [...itemsOf(at(pipeline, 'tasks')), ...itemsOf(at(pipeline, 'finally'))];
  return all.flatMap((one) => {
    const task = at(one, 'taskSpec');
    return task === undefined ? [] : [{ task, called: stringAt(one, 'name') ?? '' }];
  });
}

interface Run extends Task {
  readonly object: Node;
  readonly given: Node | undefined;
}

/** Labels and annotations are handed on from the object, those of the task come first. */
function asPod({ object, task, given, called }: Run): WorkflowStep {
  const { span } = task ?? object;
  const metadata = map(
    ['labels', 'annotations'].map((key) => entry(key, map(merged(at(object, 'metadata', key), at(task, 'metadata', key)), span))),
    span,
  );
  const containers = [...named(at(task, 'steps'), 'step'), ...named(at(task, 'sidecars'), 'sidecar')];
  const spec = map([entry('containers', { kind: 'list', items: containers, span }), ...entriesOf(given)], span);
  return { node: map([entry('metadata', metadata), entry('spec', spec)], span), called };
}

function merged(under: Node | undefined, over: Node | undefined): readonly Entry[] {
  const own = entriesOf(over);
  return [...entriesOf(under).filter(({ key }) => !own.some((one) => one.key === key)), ...own];
}

function named(list: Node | undefined, prefix: string): readonly Node[] {
  return itemsOf(list).map((item, index): Node => {
    if (item.kind !== 'map') return item;
    const span = { start: item.span.start, end: item.span.start + 1 };
    const value = `${prefix}-${stringAt(item, 'name') ?? `unnamed-${index}`}`;
    return map([entry('name', { kind: 'scalar', value, span }), ...item.entries.filter(({ key }) => key !== 'name')], item.span);
  });
}

function map(entries: readonly Entry[], span: Node['span']): Node {
  return { kind: 'map', entries, span };
}

const entry = (key: string, value: Node): Entry => ({ key, keySpan: value.span, value });
