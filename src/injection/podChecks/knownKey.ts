/** Names for Istio in a manifest that are not read: misspelt, of another group, or where they do nothing.
 *  source: istioctl analyze IST0107 MisplacedAnnotation, IST0108 UnknownAnnotation */
import { judgeKey } from '../../istio/names/judgeKey.ts';
import { judgeVariable } from '../../istio/names/judgeVariable.ts';
import { isKnownVariable } from '../../istio/settings/settingSource.ts';
import { proxyConfigRemarks } from '../../kubernetes/manifest/configNames.ts';
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import { at, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { PROXY_CONFIG, TEMPLATES } from '../configuration/annotations.ts';
import { type Facts, isInjected } from '../facts/facts.ts';
import { type CheckedPod, isIstioContainer, type PodCheck, type PodFinding, type PodRemark } from './check.ts';
import { locationOf } from './places.ts';

export const knownKey: PodCheck = {
  id: 'known-key',
  level: 'warning',
  judge: (subject) => [
    ...unreadKeys(subject),
    ...unknownTemplates(subject.facts),
    ...unreadConfig(subject.facts),
    ...unreadEnvironment(subject.facts),
    ...misplacedVariables(subject),
  ],
};

function unreadKeys({ facts: { pod, version } }: CheckedPod): readonly PodRemark[] {
  return pod.keys.flatMap(({ source, span, ...key }): PodRemark[] => {
    const problem = judgeKey(key, version);
    return problem === undefined ? [] : [{ ...problem, place: { source, span } }];
  });
}

/** Of the chart; a mesh may have others. source: istio/istio charts istiod files */
const CHART_TEMPLATES = ['sidecar', 'gateway', 'grpc-simple', 'grpc-agent', 'waypoint', 'kube-gateway', 'agentgateway'];

function unknownTemplates({ pod, mesh }: Facts): readonly PodRemark[] {
  const chosen = isInjected(pod) ? undefined : pod.annotations.get(TEMPLATES);
  const known = [...CHART_TEMPLATES, ...mesh.values.flatMap(({ root }) => namesIn(root))];
  const names = (chosen?.value ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  return names.flatMap((name): PodRemark[] => {
    if (chosen === undefined || known.includes(name)) return [];
    const meant = nearest(name, known);
    const help = meant === undefined ? 'injection refuses a pod whose template the mesh does not have' : `did you mean \`${meant}\`?`;
    return [
      { message: `annotation ${TEMPLATES}: the mesh has no template \`${name}\` that is known here`, help, place: locationOf(chosen) },
    ];
  });
}

function namesIn(values: Node): readonly string[] {
  return entriesOf(at(values, 'sidecarInjectorWebhook', 'templates')).map(({ key }) => key);
}

function unreadConfig({ pod, readNested }: Facts): readonly PodRemark[] {
  const annotation = pod.annotations.get(PROXY_CONFIG);
  if (annotation === undefined) return [];
  const { source, span, value } = annotation;
  const nested = readNestedText({ source, node: { kind: 'scalar', value, span }, readNested, report: () => {} });
  // what Istio refuses is a reason why the pod does not start
  return proxyConfigRemarks(nested?.root)
    .filter(({ kind }) => kind === 'warning')
    .map(({ message, help, span: where }) => ({ message, ...(help !== undefined && { help }), place: { source, span: where } }));
}

function unreadEnvironment({ pod }: Facts): readonly PodRemark[] {
  return pod.containers
    .filter(({ name }) => isIstioContainer(name.value))
    .flatMap(({ name: { value: container }, env }) =>
      [...env].flatMap(([name, given]): PodRemark[] => {
        const problem = judgeVariable(name, 'container');
        if (problem === undefined) return [];
        const place = locationOf(given.nameSpan === undefined ? given : { ...given, span: given.nameSpan });
        return [{ ...problem, message: `container ${container}: ${problem.message}`, place }];
      }),
    );
}

/** Variables of the proxy on containers of others. */
function misplacedVariables({ facts: { pod }, enrolment }: CheckedPod): readonly PodRemark[] {
  if (enrolment.verdict !== 'captured') return [];
  return pod.containers
    .filter(({ name }) => !isIstioContainer(name.value))
    .flatMap(({ name: { value: container }, env }) =>
      [...env].flatMap(([name, given]): PodRemark[] => {
        if (!/^ISTIO_META_/.test(name) && !(name.startsWith('ISTIO_') && isKnownVariable(name))) return [];
        const message = `container ${container}: \`${name}\` does nothing there: proxies read it`;
        const help = `write it into proxyMetadata of the annotation ${PROXY_CONFIG}`;
        return [{ message, help, place: locationOf(given.nameSpan === undefined ? given : { ...given, span: given.nameSpan }) }];
      }),
    );
}

/** For commands that have no findings. */
export function keyWarnings(findings: readonly PodFinding[]): readonly Diagnostic[] {
  return findings
    .filter(({ claim }) => claim === knownKey.id)
    .map(({ message, help, place: { source, span } }) => ({ kind: 'warning', message, source, span, ...(help !== undefined && { help }) }));
}
