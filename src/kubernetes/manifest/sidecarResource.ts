/** Sidecar resources: what the proxy listens on and knows of. None of it is a rule. source: istio/api networking/v1 Sidecar */
import { at, itemsOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import type { Pod, Strings } from './pod.ts';
import { type FieldReading, readField, readStrings } from './shape.ts';

export interface SidecarResource {
  /** `spec.ingress[0].captureMode`, as far as it is written */
  readonly captureModes: readonly Located<string>[];
  readonly name: Located<string>;
  readonly namespace: string;
  /** absent: of all pods of its namespace */
  readonly matchLabels?: Strings;
}

export function readSidecarResource(reading: FieldReading, object: Node): SidecarResource {
  const selector = at(object, 'spec', 'workloadSelector');
  const listeners = ['ingress', 'egress'].flatMap((side) => itemsOf(at(object, 'spec', side)));
  const nameless = { value: '', source: reading.source, span: (at(object, 'kind') ?? object).span };
  return {
    captureModes: listeners.flatMap((node) => readField(reading, { node, path: ['captureMode'], type: 'string' }) ?? []),
    name: readField(reading, { node: object, path: ['metadata', 'name'], type: 'string' }) ?? nameless,
    namespace: stringAt(object, 'metadata', 'namespace') ?? 'default',
    ...(selector !== undefined && { matchLabels: readStrings(reading, at(selector, 'labels'), 'labels') }),
  };
}

/** A Sidecar of the root namespace is for every namespace. */
export function sidecarsOf(pod: Pod, resources: readonly SidecarResource[], rootNamespace: string): readonly SidecarResource[] {
  return resources.filter(
    ({ namespace, matchLabels }) =>
      (namespace === pod.namespace || (namespace === rootNamespace && matchLabels === undefined)) &&
      [...(matchLabels ?? [])].every(([key, { value }]) => pod.labels.get(key)?.value === value),
  );
}
