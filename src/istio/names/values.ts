/** What may stand in annotations and labels whose values nothing else checks. source: istio.io/api annotation/annotations.yaml and
 *  label/labels.yaml; istio/istio pkg/kube/inject, cni/pkg/util, pilot/pkg/serviceregistry */
import { readFlagValue } from '../settings/goValues.ts';
import type { KeySide } from './keys.ts';

/** As Go reads a boolean. */
const BOOLEANS: readonly string[] = `sidecar.istio.io/rewriteAppHTTPProbers sidecar.istio.io/capNetBindService
  sidecar.istio.io/enableCoreDump sidecar.istio.io/nativeSidecar sidecar.istio.io/statsCompression ambient.istio.io/bypass-inbound-capture
  ambient.istio.io/dns-capture istio.io/dry-run istio.io/ingress-use-waypoint networking.istio.io/enable-autoallocate-ip
  cni.istio.io/uninitialized`.split(/\s+/);

const LEVELS = ['trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical', 'off'];

const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  'sidecar.istio.io/inject': ['true', 'false'],
  'istio-injection': ['enabled', 'disabled'],
  'istio.io/dataplane-mode': ['ambient', 'none'],
  'istio.io/waypoint-for': ['service', 'workload', 'all', 'none'],
  'ambient.istio.io/redirection': ['enabled', 'disabled', 'pending'],
  'networking.istio.io/service-type': ['ClusterIP', 'NodePort', 'LoadBalancer'],
  'networking.istio.io/traffic-distribution': ['Any', 'PreferClose', 'PreferSameZone', 'PreferSameNode'],
  'networking.istio.io/tunnel': ['http'],
  'security.istio.io/tlsMode': ['istio', 'disabled'],
  'sidecar.istio.io/logLevel': LEVELS,
};

const JSON_FORM = /^\s*(?:\{.*\}|\[.*\])?\s*$/s;

const WRITTEN: Readonly<Record<string, readonly [form: RegExp, what: string]>> = {
  ...same(
    ['proxyCPU', 'proxyCPULimit', 'proxyMemory', 'proxyMemoryLimit'],
    /^\d+(?:\.\d*)?(?:[numkMGTPE]|[KMGTPE]i|[eE]\d+)?$/,
    'a quantity such as 100m or 128Mi',
  ),
  ...same(['userVolume', 'userVolumeMount', 'statsHistogramBuckets'], JSON_FORM, 'a JSON object'),
  ...same(['componentLogLevel'], /^[\w.]+:\w+(?:,[\w.]+:\w+)*$/, 'a list of levels such as misc:error'),
  ...same(['agentLogLevel'], /^(?:[\w-]+:)?\w+(?:,[\w-]+:\w+)*$/, 'a level such as default:info'),
  'traffic.istio.io/nodeSelector': [JSON_FORM, 'a JSON object'],
  'inject.istio.io/templates': [/^\s*[\w.-]+(?:\s*,\s*[\w.-]+)*\s*$/, 'a list of names'],
  ...same(['statsFlushInterval', 'statsEvictionInterval'], /^\d+(?:\.\d+)?(?:ns|us|ms|s|m|h)/, 'a duration such as 5s'),
  'readiness.status.sidecar.istio.io/applicationPorts': [/^\s*(?:\d+\s*(?:,\s*\d+\s*)*)?$/, 'a list of ports'],
  'networking.istio.io/gatewayPort': [/^\d+$/, 'a port'],
  'istio.io/use-waypoint-canary-weight': [/^(?:\d|[1-9]\d|100)$/, 'a number from 0 to 100'],
};

/** source: k8s.io/apimachinery pkg/util/validation IsValidLabelValue */
const LABEL_VALUE = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** What is wrong with a value, lower case; undefined: nothing is known to be. */
export function judgeKeyValue(name: string, value: string, side: KeySide): string | undefined {
  if (value === '') return undefined;
  if (side === 'label' && !LABEL_VALUE.test(value)) return `\`${value}\` cannot be the value of a label: the API server refuses it`;
  if (BOOLEANS.includes(name)) return readFlagValue('switch', value) === undefined ? `\`${value}\` is not true or false` : undefined;
  const words = Object.hasOwn(ONE_OF, name) ? ONE_OF[name] : undefined;
  if (words !== undefined && !words.includes(value)) return `\`${value}\` is not ${words.join(', ').replace(/, (\w+)$/, ' or $1')}`;
  const [form, what] = (Object.hasOwn(WRITTEN, name) ? WRITTEN[name] : undefined) ?? [];
  return form === undefined || form.test(value) ? undefined : `\`${value}\` is not ${what}`;
}

function same(names: readonly string[], form: RegExp, what: string): Readonly<Record<string, readonly [RegExp, string]>> {
  return Object.fromEntries(names.map((name) => [`sidecar.istio.io/${name}`, [form, what] as const]));
}
