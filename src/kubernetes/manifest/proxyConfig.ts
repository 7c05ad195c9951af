/** ProxyConfig resources: environment of proxies, for the mesh, a namespace or some workloads.
 *  source: istio/istio pilot/pkg/model/proxy_config.go EffectiveProxyConfig */
import { at, type Located, type Node, stringAt } from '../yaml/node.ts';
import { resourceRemarks } from './configNames.ts';
import type { Pod, Strings } from './pod.ts';
import { type FieldReading, readStrings } from './shape.ts';

export interface ProxyConfigResource {
  readonly namespace: string;
  /** empty: not made yet */
  readonly created: string;
  /** absent: of its namespace, or of the mesh where that is the root namespace */
  readonly matchLabels?: Strings;
  readonly environment: Strings;
}

export function readProxyConfig(reading: FieldReading, object: Node): ProxyConfigResource {
  for (const one of resourceRemarks(at(object, 'spec'))) reading.report(one);
  const selector = at(object, 'spec', 'selector');
  return {
    namespace: stringAt(object, 'metadata', 'namespace') ?? 'default',
    created: stringAt(object, 'metadata', 'creationTimestamp') ?? '',
    ...(selector !== undefined && { matchLabels: readStrings(reading, at(selector, 'matchLabels'), 'matchLabels') }),
    environment: readStrings(reading, at(object, 'spec', 'environmentVariables'), 'environmentVariables'),
  };
}

export interface ProxyConfigQuestion {
  readonly resources: readonly ProxyConfigResource[];
  readonly pod: Pod;
  readonly rootNamespace: string;
}

type Environment = Iterable<readonly [string, Located<string>]>;

/** Environment that resources give a pod: `general` of the mesh and the namespace, which the pod's annotation goes over,
 *  and `own` by its labels, which goes over the annotation. Of several in one place the oldest one counts. */
export function environmentOf({ resources, pod, rootNamespace }: ProxyConfigQuestion): {
  readonly general: Environment;
  readonly own: Environment;
} {
  const byAge = [...resources].sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0));
  const ofNamespace = (name: string): Environment =>
    byAge.find(({ namespace, matchLabels }) => namespace === name && matchLabels === undefined)?.environment ?? [];
  const own = byAge.find(
    ({ namespace, matchLabels }) =>
      namespace === pod.namespace &&
      matchLabels !== undefined &&
      matchLabels.size > 0 &&
      [...matchLabels].every(([key, { value }]) => pod.labels.get(key)?.value === value),
  );
  return { general: [...ofNamespace(rootNamespace), ...ofNamespace(pod.namespace)], own: own?.environment ?? [] };
}
