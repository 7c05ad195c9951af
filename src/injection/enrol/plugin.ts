/** Does the CNI plugin write rules for this pod? Its questions in their order.
 *  source: istio/istio cni/pkg/plugin/plugin.go, kubernetes.go, sidecar_redirect.go */

import type { Located } from '../../kubernetes/yaml/node.ts';
import { STATUS, TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { listAt } from '../configuration/mesh.ts';
import { parseBool } from '../configuration/values.ts';
import { containerOf, type Facts, injectValue, interceptionModeOf, isInjected, proxyMetadata } from '../facts/facts.ts';
import { block, type CaptureStep, on, type Stage, type StepProblem, skipStep } from '../facts/step.ts';
import { wrongAnnotations, wrongMeshValues } from './annotations.ts';

const PLUGIN = 'cni/pkg/plugin/plugin.go doAddRun';

const ownAgent: CaptureStep = {
  id: 'own-agent',
  asks: "is it the agent's own pod?",
  source: 'cni/pkg/plugin/plugin.go isCNIPod',
  test: ({ pod }) =>
    pod.name.startsWith('istio-cni-node-') && ['istio-system', 'kube-system'].includes(pod.namespace)
      ? skipStep(`\`${pod.name}\` is a pod of the agent`, pod.place)
      : on('no'),
};

const excludedNamespace: CaptureStep = {
  id: 'excluded-namespace',
  asks: 'is its namespace excluded?',
  source: PLUGIN,
  test: (facts) => (isExcluded(facts) ? skipStep(`namespace \`${facts.pod.namespace}\` is excluded`, facts.pod.place) : on('no')),
};

/** The chart of the agent has its values at the top, an IstioOperator under `cni`. */
export function isExcluded({ pod, mesh }: Facts): boolean {
  return (listAt(mesh, 'cni.excludeNamespaces', 'excludeNamespaces') ?? ['kube-system']).includes(pod.namespace);
}

const hasInit: CaptureStep = {
  id: 'has-istio-init',
  asks: 'has it a container istio-init?',
  source: PLUGIN,
  test: ({ pod }) => {
    const init = containerOf(pod, 'istio-init');
    return init === undefined ? on('no') : skipStep('istio-init writes the rules', init.name);
  },
};

const envoyDisabled: CaptureStep = {
  id: 'envoy-disabled',
  asks: 'is DISABLE_ENVOY set on istio-proxy?',
  source: PLUGIN,
  test: (facts) => {
    const disabled = proxyEnvironment(facts).get('DISABLE_ENVOY');
    return parseBool(disabled?.value ?? '') === true
      ? skipStep('DISABLE_ENVOY is set: there is no proxy to capture for', disabled)
      : on('no');
  },
};

const noProxy: CaptureStep = {
  id: 'no-istio-proxy',
  asks: 'is it without a container istio-proxy?',
  source: PLUGIN,
  test: ({ pod }) =>
    isInjected(pod) && containerOf(pod, 'istio-proxy') === undefined
      ? skipStep('the pod has no container istio-proxy', pod.place)
      : on('no'),
};

const proxyType: CaptureStep = {
  id: 'proxy-type',
  asks: 'is its proxy something else than a sidecar?',
  source: PLUGIN,
  test: ({ pod }) => {
    const [command, type] = containerOf(pod, 'istio-proxy')?.args ?? [];
    if (command?.value !== 'proxy' || type === undefined || type.value === 'sidecar') return on('no');
    return skipStep(`its proxy is a \`${type.value}\``, type);
  },
};

const injectFalse: CaptureStep = {
  id: 'inject-false',
  asks: 'does it refuse injection?',
  source: PLUGIN,
  test: ({ pod }) => {
    const choice = injectValue(pod);
    return parseBool(choice?.value ?? '') === false ? skipStep(`sidecar.istio.io/inject is \`${choice?.value}\``, choice) : on('no');
  },
};

const noStatus: CaptureStep = {
  id: 'no-status',
  asks: `is it without the annotation ${STATUS}?`,
  source: PLUGIN,
  test: ({ pod }) =>
    isInjected(pod) && !pod.annotations.has(STATUS) ? skipStep('injection did not leave its status', pod.place) : on('no'),
};

const settingsValid: CaptureStep = {
  id: 'settings-valid',
  asks: 'does the plugin accept the annotations?',
  source: 'cni/pkg/plugin/sidecar_redirect.go NewRedirect',
  test: (facts) => {
    // injection writes the values of the mesh on the pod
    const written = isInjected(facts.pod) ? [] : wrongMeshValues(facts, ({ plugin: reader }) => reader);
    const [first, ...rest] = [...modeProblem(facts), ...wrongAnnotations(facts, 'plugin'), ...written];
    return first === undefined ? on('the plugin accepts the annotations') : block([first, ...rest]);
  },
};

/** Injection writes the mesh's mode on the pod, so that the plugin refuses a mesh-wide NONE as well. */
function modeProblem(facts: Facts): readonly StepProblem[] {
  const { value, origin } = interceptionModeOf(facts);
  if (facts.pod.annotations.has(TRAFFIC_ANNOTATIONS.mode.name) || origin.kind !== 'place' || value !== 'NONE') return [];
  const at: Located<unknown> = { value, ...origin };
  return [{ message: 'interception mode `NONE`: the CNI plugin accepts REDIRECT and TPROXY only', at }];
}

/** What the plugin reads on istio-proxy: literal values alone; of a pod that is yet to be injected, what injection will write. */
export function proxyEnvironment(facts: Facts): ReadonlyMap<string, Located<string>> {
  const env = containerOf(facts.pod, 'istio-proxy')?.env ?? new Map<string, Located<string | undefined>>();
  const own = [...env].map(([name, place]) => [name, { ...place, value: place.value ?? '' }] as const);
  return new Map([...(isInjected(facts.pod) ? [] : proxyMetadata(facts)), ...own]);
}

export const plugin: Stage = {
  name: 'cni plugin',
  steps: [ownAgent, excludedNamespace, hasInit, envoyDisabled, noProxy, proxyType, injectFalse, noStatus, settingsValid],
};
