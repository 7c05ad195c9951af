/** Who answers the probes of a pod: the agent for the application, the application itself, or the proxy before it.
 *  source: docs/facts/istio.md#probes; istio/istio pkg/kube/inject/app_probe.go */
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import { splitList } from '../../istio/settings/settings.ts';
import type { Container, Probe } from '../../kubernetes/manifest/container.ts';
import { valueAt } from '../configuration/mesh.ts';
import { annotated, isInjected } from '../facts/facts.ts';
import { type CheckedPod, isIstioContainer, type PodCheck, type PodRemark, settingNamed } from './check.ts';
import { locationOf } from './places.ts';

export interface AnsweredProbe {
  readonly container: string;
  readonly kind: Probe['kind'];
  readonly how: Probe['how'];
  /** undefined: no port, or a name that no file resolves */
  readonly port?: number;
  /** unknown: the number of its port is not in the files */
  readonly by: 'agent' | 'application' | 'proxy' | 'container' | 'unknown';
  readonly because: string;
  readonly place: SourceLocation;
}

const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers';
/** Of the agent's server, which asks the application. */
const REWRITTEN = '15020';

export const probeAnswered: PodCheck = {
  id: 'probe-answered',
  level: 'warning',
  judge: (subject) => {
    const remarks = answeredProbes(subject).flatMap((probe) => remarkOf(subject, probe));
    const seen = new Set<string>();
    return remarks.filter(({ message }) => !seen.has(message) && seen.add(message));
  },
};

/** Of the containers that are the application's. */
export function answeredProbes(subject: CheckedPod): readonly AnsweredProbe[] {
  const { facts, enrolment } = subject;
  if (enrolment.verdict !== 'captured') return [];
  return facts.pod.containers.flatMap((container) =>
    container.role !== 'app' || isIstioContainer(container.name.value)
      ? []
      : container.probes.map((probe) => answered(subject, container, probe)),
  );
}

function answered(subject: CheckedPod, container: Container, { kind, how, port }: Probe): AnsweredProbe {
  const number = typeof port?.value === 'number' ? port.value : container.ports.get(String(port?.value ?? ''));
  const known = {
    container: container.name.value,
    kind,
    how,
    place: locationOf(port ?? container.name),
    ...(number !== undefined && { port: number }),
  };
  if (how === 'exec') return { ...known, by: 'container', because: 'the kubelet runs a command in it, and no packet is sent' };
  if (subject.facts.approach === 'ambient') {
    return { ...known, by: 'application', because: 'probes of the kubelet are known by their source, and not captured' };
  }
  if (isRewritten(subject)) {
    const agent = agentPort(subject);
    const isCaptured = captures(subject, agent);
    if (isCaptured) return { ...known, by: 'proxy', because: `injection leads it to the agent at port ${agent}, which is captured` };
    return { ...known, by: 'agent', because: `injection leads it to port ${agent}, where the agent asks the application` };
  }
  if (number === undefined) return { ...known, by: 'unknown', because: 'its port is not in the files' };
  if (isInjected(subject.facts.pod) && number === agentPort(subject) && !captures(subject, number)) {
    return { ...known, by: 'agent', because: `injection led it to port ${number}, where the agent asks the application` };
  }
  if (!captures(subject, number)) return { ...known, by: 'application', because: `inbound port ${number} is not captured` };
  const first =
    how === 'tcpSocket' ? 'accepts the connection whether the application listens or not' : 'refuses it where PeerAuthentication is STRICT';
  return { ...known, by: 'proxy', because: `inbound port ${number} is captured, and the proxy ${first}` };
}

function remarkOf(subject: CheckedPod, { container, kind, how, by, because, place }: AnsweredProbe): readonly PodRemark[] {
  if (by !== 'proxy') return [];
  const rewritten = isRewritten(subject);
  const message = `${kind} (${how}) of container \`${container}\` is answered by the proxy: ${because}`;
  const help = rewritten
    ? `exclude port ${agentPort(subject)} inbound`
    : `let injection rewrite probes (${REWRITE}), or leave the port out of what is captured inbound`;
  // without STRICT the proxy hands plain text on
  return [{ message, help, place, ...(!rewritten && how !== 'tcpSocket' && { level: 'info' as const }) }];
}

/** The annotation, or else the chart's value, which is true. In a pod that was injected probes are as they are. */
function isRewritten({ facts }: CheckedPod): boolean {
  if (isInjected(facts.pod)) return false;
  const said = facts.pod.annotations.get(REWRITE)?.value ?? valueAt(facts.mesh, 'sidecarInjectorWebhook.rewriteAppHTTPProbe')?.value;
  return said !== 'false';
}

function agentPort({ facts }: CheckedPod): number {
  return Number(annotated(facts, 'statusPort', REWRITTEN).value);
}

/** Whether a connection from outside to the port reaches the inbound listener. */
function captures(subject: CheckedPod, port: number): boolean {
  const listed = splitList(settingNamed(subject, 'istio-inbound-ports')?.value ?? '');
  if (!listed.includes('*')) return listed.includes(String(port));
  const excluded = splitList(settingNamed(subject, 'istio-local-exclude-ports')?.value ?? '');
  return !excluded.includes(String(port)) && !(subject.facts.approach !== 'init' && OWN.includes(port));
}

/** The plugin excludes them whatever it is told. */
const OWN: readonly number[] = [15020, 15021, 15090];
