/** Does istio-init write rules in this pod? source: istio/istio injection-template.yaml; Kubernetes Pod Security Standards */
import type { Located } from '../../kubernetes/yaml/node.ts';
import { containerOf, type Facts, interceptionModeOf, isInjected } from '../facts/facts.ts';
import { block, type CaptureStep, on, type Stage, skipStep } from '../facts/step.ts';

const TEMPLATE = 'injection-template.yaml';

const none: CaptureStep = {
  id: 'interception-none',
  asks: 'is the interception mode NONE?',
  source: TEMPLATE,
  test: (facts) => {
    if (isInjected(facts.pod)) return on('the containers say it');
    const { value, origin } = interceptionModeOf(facts);
    const place: Located<unknown> | undefined = origin.kind === 'place' ? { value, ...origin } : undefined;
    return value === 'NONE'
      ? skipStep('with mode NONE injection adds no istio-init', place)
      : on(`the interception mode is ${value}`, place);
  },
};

const missing: CaptureStep = {
  id: 'no-istio-init',
  asks: 'was it injected without istio-init?',
  source: TEMPLATE,
  test: ({ pod }) => {
    if (!isInjected(pod) || containerOf(pod, 'istio-init') !== undefined) return on('no');
    const validation = containerOf(pod, 'istio-validation');
    if (validation === undefined) return skipStep('the pod was injected without a container istio-init', pod.place);
    return skipStep(
      'the pod was injected for the CNI plugin: istio-validation waits for rules that nobody writes, and ends with 126',
      validation.name,
    );
  },
};

const podSecurity: CaptureStep = {
  id: 'pod-security',
  asks: 'does the namespace refuse the capabilities NET_ADMIN and NET_RAW?',
  source: 'Kubernetes Pod Security Standards, baseline',
  test: refusedCapabilities,
};

function refusedCapabilities({ namespace }: Facts): ReturnType<CaptureStep['test']> {
  const enforce = namespace.labels.get('pod-security.kubernetes.io/enforce');
  if (enforce === undefined || enforce.value === 'privileged') return on('the namespace allows istio-init its capabilities');
  return block([
    {
      message: `pod security level \`${enforce.value}\` refuses istio-init: it adds NET_ADMIN and NET_RAW`,
      help: 'with the CNI plugin no pod needs them',
      at: enforce,
    },
  ]);
}

export const initContainer: Stage = { name: 'init container', steps: [none, missing, podSecurity] };
