/** Where an object keeps its pods: Kubernetes' own kinds, and those of other controllers that hold a pod template. */
import { at, type Entry, entriesOf, itemsOf, type Node, stringAt } from '../yaml/node.ts';
import { withNames } from './containerNames.ts';
import { OWN_KINDS } from './ownKinds.ts';
import { partialTemplate } from './partialTemplates.ts';
import { tasksAsPods } from './tekton.ts';
import { stepsAsPods } from './workflow.ts';

export interface PodTemplate {
  /** where `metadata` and `spec` of the pod stand */
  readonly node: Node;
  /** of several in one object: which one it is, as the object calls it; else empty */
  readonly called: string;
  /** absent: the pod is as it stands here. What its controller makes of it is not in the file */
  readonly controller?: string;
}

/** `spec.template`; empty for a Pod, and for other controllers' kinds. */
export function ownPlaceOf(kind: string): string {
  return (OWN_KINDS.get(kind) ?? []).join('.');
}

/** Kinds of other groups that run their template as it stands. source: the API references of Argo Rollouts, OpenKruise and OpenShift */
const AS_IT_STANDS = ['Rollout', 'CloneSet', 'DeploymentConfig'];

/** Objects that describe what pods may look like, and run none. */
const NO_PODS = /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh|apiextensions\.k8s\.io|admissionregistration\.k8s\.io)\//;

/** Of Kubernetes' own kinds the one place that they have, whether something stands there or not: undefined is a mistake there.
 *  Of other kinds every pod template that is found. */
export function podTemplatesOf(kind: string, object: Node): readonly PodTemplate[] | undefined {
  const group = stringAt(object, 'apiVersion') ?? 'v1';
  const path = OWN_KINDS.get(kind);
  const own = path && at(object, ...path);
  if (own !== undefined) return [{ node: own, called: '' }];
  if (path !== undefined && /^(?:v1|apps\/.*|batch\/.*|extensions\/.*)$/.test(group)) return undefined;
  if (NO_PODS.test(group)) return [];
  const controller = AS_IT_STANDS.includes(kind) ? {} : { controller: kind };
  const named = ({ node, called }: Found) => ({ node: withNames(node, KNATIVE.test(group)), called, ...controller });
  const steps = stepsOf(group, kind, object);
  if (steps !== undefined) return steps.map(named);
  if (holdsContainers(object) && KNATIVE.test(group)) return [named({ node: object, called: '' })];
  if (isGuest(object)) return [{ node: object, called: '', ...controller }];
  return apart([...templatesBelow(at(object, 'spec'), { near: '', key: 'spec' })]).map(named);
}

function stepsOf(group: string, kind: string, object: Node): readonly Found[] | undefined {
  if (/^argoproj\.io\//.test(group)) return stepsAsPods(kind, object);
  return /^tekton\.dev\//.test(group) ? tasksAsPods(kind, object) : undefined;
}

/** A lone one is called as its object; of several with one name each is called by its key. */
function apart(found: readonly (Found & { readonly key: string })[]): readonly Found[] {
  const alike = (name: string) => found.filter(({ called }) => called === name).length;
  return found.map(({ node, called, key }) => ({
    node,
    called: found.length === 1 ? '' : alike(called) === 1 ? called : [called, key].filter((part) => part !== '').join('-'),
  }));
}

const KNATIVE = /^serving\.knative\.dev\//;

/** KubeVirt runs a virtual machine in a pod of its own. */
export const GUEST_KINDS: readonly string[] = [
  'VirtualMachine',
  'VirtualMachineInstance',
  'VirtualMachineInstanceReplicaSet',
  'VirtualMachinePool',
];

const isGuest = (node: Node): boolean => at(node, 'spec', 'domain')?.kind === 'map';
const holdsContainers = (node: Node): boolean => at(node, 'spec', 'containers')?.kind === 'list';

interface Found {
  readonly node: Node;
  readonly called: string;
}

interface Above {
  /** the name, or the key, that is nearest above */
  readonly near: string;
  /** that this node stands under */
  readonly key: string;
}

/** Under a key that ends in `template`, as every controller calls it. */
function* templatesBelow(node: Node | undefined, { near, key: above }: Above): Generator<Found & { readonly key: string }> {
  for (const item of itemsOf(node)) {
    if (at(item, 'apiVersion') === undefined) yield* templatesBelow(item, { near: nameIn(item) ?? near, key: above });
  }
  const entries = entriesOf(node);
  for (const { key, value } of entries) {
    const partial = partialTemplate({ key, value, above, beside: node });
    if (/template$/i.test(key) && (holdsContainers(value) || isGuest(value))) yield { node: value, called: near, key };
    else if (partial !== undefined) yield { node: partial, called: near, key };
    // an object inside another belongs to another controller
    else if (at(value, 'apiVersion') === undefined) yield* templatesBelow(value, { near: isWrapper(key) ? near : key, key });
  }
}

const isWrapper = (key: string): boolean => key === 'spec' || /template$/i.test(key);

function nameIn(node: Node): string | undefined {
  return stringAt(node, 'name') ?? stringAt(node, 'groupName');
}

/** A virtual machine has no containers: its pod has one, `compute`. */
export function withContainers(template: Node): Node {
  if (!isGuest(template) || template.kind !== 'map') return template;
  const span = { start: template.span.start, end: template.span.start + 1 };
  const named: Node = { kind: 'map', entries: [entry('name', { kind: 'scalar', value: 'compute', span })], span };
  const containers = entry('containers', { kind: 'list', items: [named], span });
  const spec: Node = { kind: 'map', entries: [containers], span };
  return { ...template, entries: template.entries.map((one) => (one.key === 'spec' ? { ...one, value: spec } : one)) };
}

const entry = (key: string, value: Node): Entry => ({ key, keySpan: value.span, value });
