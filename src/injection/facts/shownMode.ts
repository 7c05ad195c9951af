/** Who writes the rules of a pod, as the pod itself shows it.
 *  source: istio/istio injection-template.yaml, pkg/kube/inject/template.go appendMultusNetwork, cni/pkg/util/podutil.go, enablement_selector.go */
import type { Namespace } from '../../kubernetes/manifest/manifests.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { INJECT, NETWORKS } from '../configuration/annotations.ts';
import type { Approach } from './approach.ts';

export interface ShownMode {
  readonly approach: Approach;
  /** `the pod has a container istio-validation` */
  readonly because: string;
}

const AMBIENT = 'istio.io/dataplane-mode';
const REDIRECTION = 'ambient.istio.io/redirection';

/** Undefined where nothing shows it. `namespace`: absent where the files do not have it. */
export function shownMode(pod: Pod, namespace: Namespace | undefined): ShownMode | undefined {
  const has = (name: string) => pod.containers.some((container) => container.name.value === name);
  if (has('istio-init')) return { approach: 'init', because: 'the pod has a container istio-init' };
  if (has('istio-validation')) {
    const because = 'the pod has a container istio-validation';
    if (!/(?<![\w-])istio-cni(?![\w-])/.test(pod.annotations.get(NETWORKS)?.value ?? '')) return { approach: 'cni', because };
    return { approach: 'multus', because: `${because}, and requests the network istio-cni` };
  }
  if (pod.annotations.get(REDIRECTION)?.value === 'enabled')
    return { approach: 'ambient', because: `annotation ${REDIRECTION} is \`enabled\`` };
  return labelledAmbient(pod, namespace);
}

/** Of the labels injection's own come first. */
function labelledAmbient(pod: Pod, namespace: Namespace | undefined): ShownMode | undefined {
  const injection = namespace?.labels.get('istio-injection')?.value === 'enabled' || pod.labels.get(INJECT)?.value === 'true';
  const revision = namespace?.labels.has('istio.io/rev') === true || pod.labels.has('istio.io/rev');
  const [label, whose] = pod.labels.has(AMBIENT)
    ? ([pod.labels.get(AMBIENT), 'pod'] as const)
    : ([namespace?.labels.get(AMBIENT), 'namespace'] as const);
  if (injection || revision || label?.value !== 'ambient' || pod.containers.some(({ name }) => name.value === 'istio-proxy'))
    return undefined;
  return { approach: 'ambient', because: `the ${whose} is labelled ${AMBIENT}=ambient` };
}
