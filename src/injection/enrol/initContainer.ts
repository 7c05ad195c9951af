/** Does istio-init write rules in this pod? source: istio/istio injection-template.yaml; Kubernetes Pod Security Standards */

import { readWords } from '../../istio/settings/readArgs.ts';
import { splitList } from '../../istio/settings/settings.ts';
import { has } from '../../istio/settings/version.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { TRAFFIC_ANNOTATIONS, type TrafficAnnotation } from '../configuration/annotations.ts';
import { anyText, cidrs, cidrsOrAll, portsOfRules, type ValueCheck } from '../configuration/values.ts';
import { containerOf, type Facts, interceptionModeOf, isInjected } from '../facts/facts.ts';
import { block, type CaptureStep, on, type Stage, type StepProblem, skipStep } from '../facts/step.ts';
import { wrongMeshValues } from './annotations.ts';

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
      'the pod was injected for the CNI plugin: istio-validation waits for rules that are never written, and ends with 126',
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

const accepted: CaptureStep = {
  id: 'arguments-valid',
  asks: 'does istio-init accept its arguments?',
  source: 'tools/common/config/validation.go; iptables-extensions(8)',
  test: (facts) => {
    const [first, ...rest] = isInjected(facts.pod)
      ? wrongArguments(facts)
      : [...wrongMeshValues(facts, readerFor(facts)), ...wrongPorts(facts)];
    return first === undefined ? on('istio-init accepts its arguments') : block([first, ...rest]);
  },
};

/** Of a value that injection hands on unread. Before ranges were read strictly, those that cannot be read were passed over. */
function readerFor({ version }: Facts): (row: Pick<TrafficAnnotation, 'flag'>) => ValueCheck {
  return ({ flag }) => {
    const check = flag === undefined ? undefined : BY_FLAG[flag];
    return check === undefined || (isOfRanges(flag) && !has(version, 'strictRanges')) ? anyText : check;
  };
}

const BY_FLAG: Readonly<Record<string, ValueCheck>> = {
  'istio-service-cidr': (text) => cidrsOrAll(withoutEmpty(text)),
  'istio-service-exclude-cidr': (text) => cidrs(withoutEmpty(text)),
  'istio-inbound-ports': (text) => (text === '*' ? undefined : portsOfRules(text)),
  'istio-local-exclude-ports': portsOfRules,
  'istio-outbound-ports': portsOfRules,
  'istio-local-outbound-ports-exclude': portsOfRules,
};

/** Between two commas, or at the end: passed over. */
function withoutEmpty(text: string): string {
  return splitList(text).join(',');
}

function isOfRanges(flag: string | undefined): boolean {
  return flag?.endsWith('cidr') === true;
}

/** The one annotation that injection does not read. */
function wrongPorts({ pod }: Facts): readonly StepProblem[] {
  const { name } = TRAFFIC_ANNOTATIONS.includeOutbound;
  const given = pod.annotations.get(name);
  const wrong = given && portsOfRules(given.value);
  return given === undefined || wrong === undefined ? [] : [{ message: `annotation ${name}: ${wrong}`, at: given }];
}

/** Of a pod that was injected, those that stand there. */
function wrongArguments(facts: Facts): readonly StepProblem[] {
  const { pod, version } = facts;
  const words = (containerOf(pod, 'istio-init')?.args ?? []).map(({ value, source, span }) => ({ text: value, place: { source, span } }));
  const { given, diagnostics } = readWords(words, version);
  // an empty text that got lost is why a flag has the next one as its value
  const help = diagnostics.map(({ message }) => message).join('; ');
  return given.flatMap(({ name, value, place }): readonly StepProblem[] => {
    const wrong = readerFor(facts)({ flag: name })(value);
    return wrong === undefined
      ? []
      : [{ message: `\`--${name}\` of istio-init: ${wrong}`, ...(help !== '' && { help }), at: { value, ...place } }];
  });
}

export const initContainer: Stage = { name: 'init container', steps: [none, missing, accepted, podSecurity] };
