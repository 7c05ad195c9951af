/** Injection refuses a pod with an annotation that it cannot read. source: istio/istio pkg/kube/inject/validate.go validateAnnotations */

import { proxyConfigRemarks } from '../../kubernetes/manifest/configNames.ts';
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { PROXY_CONFIG, TRAFFIC_ANNOTATIONS, type TrafficAnnotation } from '../configuration/annotations.ts';
import { valueAt } from '../configuration/mesh.ts';
import { parseBool, type ValueCheck } from '../configuration/values.ts';
import { type Facts, isInjected } from '../facts/facts.ts';
import { block, type CaptureStep, on, pass, type Stage, type StepProblem } from '../facts/step.ts';

const count: ValueCheck = (text) => (/^\d+$/.test(text) && Number(text) < 2 ** 32 ? undefined : `\`${text}\` is not a whole number`);
const boolean: ValueCheck = (text) => (parseBool(text) === undefined ? `\`${text}\` is not true or false` : undefined);

/** Annotations that are checked and that no rule follows from. */
const OTHERS: readonly { readonly name: string; readonly reader: ValueCheck }[] = [
  { name: 'readiness.status.sidecar.istio.io/initialDelaySeconds', reader: count },
  { name: 'readiness.status.sidecar.istio.io/periodSeconds', reader: count },
  { name: 'readiness.status.sidecar.istio.io/failureThreshold', reader: count },
  { name: 'prometheus.istio.io/merge-metrics', reader: boolean },
];

/** First minor version that checks names of interfaces. */
const CHECKS_INTERFACES = 30;

const valid: CaptureStep = {
  id: 'annotations-valid',
  asks: "does injection accept the pod's annotations?",
  source: 'pkg/kube/inject/validate.go',
  test: (facts) => {
    const [first, ...rest] = [...wrongAnnotations(facts, 'injection'), ...wrongOthers(facts), ...wrongProxyConfig(facts)];
    return first === undefined ? on('injection accepts the annotations') : block([first, ...rest]);
  },
};

const wereValid: CaptureStep = {
  id: 'annotations-were-valid',
  asks: 'were the annotations accepted before?',
  source: 'pkg/kube/inject/webhook.go',
  test: ({ pod }) => (isInjected(pod) ? pass('the pod was injected') : on('not yet')),
};

export const annotations: Stage = { name: 'annotations', steps: [wereValid, valid] };

/** The annotations that injection, or the plugin, cannot read. */
export function wrongAnnotations({ pod, version }: Facts, reader: 'injection' | 'plugin'): readonly StepProblem[] {
  const rows: readonly TrafficAnnotation[] = Object.values(TRAFFIC_ANNOTATIONS);
  return rows.flatMap((row): StepProblem[] => {
    const given = pod.annotations.get(row.name);
    const checked = !row.name.endsWith('nterfaces') || version.minor >= CHECKS_INTERFACES;
    return given === undefined || !checked ? [] : problemOf({ name: row.name, given, reader: row[reader] });
  });
}

/** Values of the mesh that stand in for annotations: injection does not read them, what writes the rules does. */
export function wrongMeshValues({ pod, mesh }: Facts, readers: (row: TrafficAnnotation) => ValueCheck): readonly StepProblem[] {
  const rows: readonly TrafficAnnotation[] = Object.values(TRAFFIC_ANNOTATIONS);
  return rows.flatMap(({ name, values, ...row }): readonly StepProblem[] => {
    const given = values === undefined || pod.annotations.has(name) ? undefined : valueAt(mesh, values);
    const wrong = given && given.value !== '' ? readers({ name, ...row })(given.value) : undefined;
    return given === undefined || wrong === undefined ? [] : [{ message: `${values}: ${wrong}`, at: given }];
  });
}

function wrongOthers({ pod }: Facts): readonly StepProblem[] {
  return OTHERS.flatMap(({ name, reader }) => {
    const given = pod.annotations.get(name);
    return given === undefined ? [] : problemOf({ name, given, reader });
  });
}

function wrongProxyConfig(facts: Facts): readonly StepProblem[] {
  const { pod, readNested } = facts;
  const given = pod.annotations.get(PROXY_CONFIG);
  if (given === undefined) return [];
  const nested = readNested(given.value);
  if ('problem' in nested) return [{ message: `annotation ${PROXY_CONFIG}: ${nested.problem}`, at: given }];
  if (nested.root.kind === 'map') return refusedConfig(facts, given);
  return [{ message: `annotation ${PROXY_CONFIG} is not a map of settings of ProxyConfig`, at: given }];
}

/** Values of another type than the field's. */
function refusedConfig({ readNested }: Facts, { source, span, value }: Located<string>): readonly StepProblem[] {
  const nested = readNestedText({ source, node: { kind: 'scalar', value, span }, readNested, report: () => {} });
  return proxyConfigRemarks(nested?.root)
    .filter(({ kind }) => kind === 'not-loadable')
    .map(({ message, help, span: where }) => ({
      message: `annotation ${PROXY_CONFIG}: ${message}`,
      at: { value, source, span: where },
      ...(help !== undefined && { help }),
    }));
}

interface Checked {
  readonly name: string;
  readonly given: Located<string>;
  readonly reader: ValueCheck;
}

function problemOf({ name, given, reader }: Checked): StepProblem[] {
  const wrong = reader(given.value);
  return wrong === undefined ? [] : [{ message: `annotation ${name}: ${wrong}`, at: given }];
}
