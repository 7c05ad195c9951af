/** What init containers find: rules or none, a proxy or none.
 *  source: istio/istio pkg/kube/inject/webhook.go reorderPod; the CNI plugin runs before any container */
import type { Container } from '../../kubernetes/manifest/container.ts';
import { type Facts, isInjected } from './facts.ts';
import { nativeSidecarOf } from './nativeSidecar.ts';

/** before: no rules yet, nothing is captured; without-proxy: rules, and no process listens; with-proxy: as the application. */
export type Phase = 'before' | 'without-proxy' | 'with-proxy';

export interface InitContainerPhase {
  readonly container: Container;
  readonly phase: Phase;
}

export interface InitPhase {
  /** the application's own, in their order */
  readonly containers: readonly InitContainerPhase[];
  /** the proxy is an init container that stays */
  readonly nativeSidecar: boolean;
}

/** What an init container of the application finds, whether there is one or not; of several the worst off. */
export function phaseOfInit(facts: Facts): Phase {
  const { containers, nativeSidecar } = initPhase(facts);
  const phases = containers.map(({ phase }) => phase);
  if (phases.length > 0) return (['without-proxy', 'before', 'with-proxy'] as const).find((phase) => phases.includes(phase)) ?? 'before';
  if (nativeSidecar || facts.approach === 'ambient') return 'with-proxy';
  return facts.approach === 'init' ? 'before' : 'without-proxy';
}

const ISTIO = ['istio-init', 'istio-validation', 'istio-proxy', 'enable-core-dump'];

export function initPhase(facts: Facts): InitPhase {
  const { pod, approach } = facts;
  const containers = pod.containers.filter(({ role }) => role !== 'app');
  const own = containers.filter(({ name }) => !ISTIO.includes(name.value));
  const { native } = nativeSidecarOf(facts);
  // ztunnel listens in the pod's namespace as soon as the rules are there
  if (approach === 'ambient') return { nativeSidecar: false, containers: own.map((container) => ({ container, phase: 'with-proxy' })) };
  const position = (name: string) => containers.findIndex((container) => container.name.value === name);
  const phaseOf = (container: Container): Phase => {
    const at = containers.indexOf(container);
    const afterProxy = isInjected(pod) ? native && position('istio-proxy') < at : native;
    if (afterProxy) return 'with-proxy';
    if (approach !== 'init') return 'without-proxy';
    // injection puts istio-init last, so that init containers are not cut off, unless the proxy starts before them
    return isInjected(pod) && position('istio-init') >= 0 && position('istio-init') < at ? 'without-proxy' : 'before';
  };
  return { nativeSidecar: native, containers: own.map((container) => ({ container, phase: phaseOf(container) })) };
}
