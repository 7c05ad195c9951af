/** Who is taken for the proxy, who runs on the node's network, and who cannot be reached yet. */

import { CHANGES, has, versionName } from '../../istio/settings/version.ts';
import { containerOf, isInjected } from '../facts/facts.ts';
import { openShiftDefaultUser } from '../facts/identity.ts';
import { KNOWS_NATIVE, nativeSidecarOf } from '../facts/nativeSidecar.ts';
import { identityOf } from '../podRules/podHost.ts';
import { type CheckedPod, isIstioContainer, itemsNamed, type PodCheck, type PodRemark, settingNamed } from './check.ts';
import { locationOf } from './places.ts';

/** The rules know the proxy by user and group: any process that has one of them is exempt as well. */
export const identityCollision: PodCheck = {
  id: 'identity-collision',
  level: 'error',
  judge: (subject) => {
    const { facts } = subject;
    if (facts.approach === 'ambient') return [];
    const { uids, gids } = spared(subject);
    const given = givenByOpenShift(subject);
    const own = facts.pod.containers.flatMap((container): PodRemark[] => {
      const { name, role, runAsUser, runAsGroup } = container;
      if (isIstioContainer(name.value)) return [];
      const { uid, gid } = identityOf(facts, container);
      const byUser = uids.includes(String(uid));
      const byGroup = gids.includes(String(gid));
      if (!byUser && !byGroup) return [];
      const who = byUser ? `user ${uid}` : `group ${gid}`;
      const place = locationOf((byUser ? (runAsUser ?? facts.pod.runAsUser) : (runAsGroup ?? facts.pod.runAsGroup)) ?? name);
      if (role === 'init') {
        // the usual way for an init container to get past rules without a proxy
        return [
          { level: 'info', message: `init container \`${name.value}\` runs as the proxy's ${who}: what it sends is not captured`, place },
        ];
      }
      const message = `container \`${name.value}\` runs as the proxy's ${who}: what it sends is not captured`;
      return [{ message, place, help: `give it another ${byUser ? 'runAsUser' : 'runAsGroup'}` }];
    });
    return [...given, ...own];
  },
};

/** OpenShift gives every container that names no user the first of the namespace's range, before the webhook is called: a container
 *  istio-proxy in the manifest has the application's then. source: istio/istio#52614, #52613 */
function givenByOpenShift({ facts, enrolment }: CheckedPod): readonly PodRemark[] {
  const { pod, version } = facts;
  const proxy = containerOf(pod, 'istio-proxy');
  const user = openShiftDefaultUser(facts);
  const [app] = pod.containers.filter(({ role, name }) => role === 'app' && !isIstioContainer(name.value));
  if (enrolment.verdict !== 'captured' || isInjected(pod) || has(version, 'ownProxyUser') || user === undefined) return [];
  if (proxy === undefined || app === undefined || pod.runAsUser !== undefined) return [];
  if (proxy.runAsUser !== undefined || app.runAsUser !== undefined) return [];
  const who = `OpenShift gives istio-proxy the user ${user.value} of container \`${app.name.value}\` before injection`;
  const message = `${who}, and Istio ${versionName(version)} takes it for the proxy's: what the application sends is not captured`;
  const help = `give istio-proxy a runAsUser of its own; Istio 1.${CHANGES.ownProxyUser} does not take it over`;
  return [{ message, help, place: locationOf(proxy.name) }];
}

/** Users and groups that the rules spare; without a group, the users' numbers. */
function spared(subject: CheckedPod): { readonly uids: readonly string[]; readonly gids: readonly string[] } {
  const uids = itemsNamed(subject, 'proxy-uid');
  const known = uids.length > 0 ? uids : ['1337'];
  const gids = itemsNamed(subject, 'proxy-gid');
  return { uids: known, gids: gids.length > 0 ? gids : known };
}

export const hostNetwork: PodCheck = {
  id: 'hostnetwork-not-captured',
  level: 'error',
  judge: ({ facts: { pod }, enrolment: { verdict } }) =>
    verdict === 'captured' && pod.hostNetwork?.value === true
      ? [
          {
            message: 'the rules are written on the node: all its traffic is captured, not that of the pod alone',
            place: locationOf(pod.hostNetwork),
            help: 'a pod with hostNetwork cannot be in the mesh: label it so',
          },
        ]
      : [],
};

/** With the rules there and the proxy not, a connection is refused. */
export const initPhaseCheck: PodCheck = {
  id: 'init-phase-reachable',
  level: 'warning',
  judge: (subject) => {
    const { uids, gids } = spared(subject);
    const refused = whatIsRefused(subject);
    if (refused === undefined) return neverEnds(subject);
    return [
      ...neverEnds(subject),
      ...subject.phase.containers.flatMap(({ container, phase }): PodRemark[] => {
        const { uid, gid } = identityOf(subject.facts, container);
        if (phase !== 'without-proxy' || uids.includes(String(uid)) || gids.includes(String(gid))) return [];
        return [
          {
            message: `init container \`${container.name.value}\` finds rules and no proxy yet: ${refused}`,
            help: `make the proxy a native sidecar, or run the container as the proxy's user${uids[0] === '1337' ? '' : ` ${uids[0]}`}, or exclude what it calls`,
            place: locationOf(container.name),
          },
        ];
      }),
    ];
  },
};

/** Where the kubelet does not know containers that stay, an init container that serves holds up all that come after it. */
function neverEnds({ facts }: CheckedPod): readonly PodRemark[] {
  const { kubernetes, pod } = facts;
  const { native, because, at = pod.place } = nativeSidecarOf(facts);
  if (!native || kubernetes === undefined || kubernetes >= KNOWS_NATIVE) return [];
  const message = `${because}, and Kubernetes 1.${kubernetes} knows no native sidecars: the init container istio-proxy never ends, and nothing after it starts`;
  return [{ message, help: `native sidecars need Kubernetes 1.${KNOWS_NATIVE}`, place: locationOf(at) }];
}

/** Connections, questions to name servers, or both; undefined: nothing that is sent is captured. */
function whatIsRefused(subject: CheckedPod): string | undefined {
  const dns = settingNamed(subject, 'redirect-dns', 'REDIRECT_DNS', 'ISTIO_META_DNS_CAPTURE')?.value === 'true';
  const names = 'names cannot be resolved';
  const tcp = refusedConnections(subject);
  if (tcp === undefined) return dns ? names : undefined;
  return dns ? `${names}, and ${tcp}` : tcp;
}

function refusedConnections(subject: CheckedPod): string | undefined {
  const ports = itemsNamed(subject, 'istio-local-outbound-ports-exclude').filter((port) => port !== '15020');
  const ranges = itemsNamed(subject, 'istio-service-exclude-cidr');
  const captured = settingNamed(subject, 'istio-service-cidr')?.value ?? '';
  const included = itemsNamed(subject, 'istio-outbound-ports');
  if (captured === '' && included.length === 0) return undefined;
  const to = [
    ...(captured === '*' || captured === '' ? [] : [captured.split(',').join(', ')]),
    ...(captured === '*' || included.length === 0 ? [] : [`ports ${included.join(', ')}`]),
  ];
  const open = [...(ports.length > 0 ? [`ports ${ports.join(', ')}`] : []), ...(ranges.length > 0 ? [`ranges ${ranges.join(', ')}`] : [])];
  const where = to.length === 0 ? '' : ` to ${to.join(' and ')}`;
  const but = open.length === 0 ? '' : `, except to the excluded ${open.join(' and ')}`;
  return `its TCP connections${where} are refused${but}`;
}
