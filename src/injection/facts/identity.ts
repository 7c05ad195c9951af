/** Who the proxy runs as, and whom the rules are told to spare: not always the same.
 *  source: istio/istio pkg/kube/inject/inject.go GetProxyIDs, webhook.go, injection-template.yaml */

import type { Located } from '../../kubernetes/yaml/node.ts';
import { type KnownValue, known, valueAt } from '../configuration/mesh.ts';
import { containerOf, type Facts, interceptionModeOf, isInjected } from './facts.ts';

export interface ProxyIdentity {
  /** of the process */
  readonly uid: KnownValue<number>;
  readonly gid: KnownValue<number>;
  /** what injection passes as --proxy-uid; the group is then the same number */
  readonly declared: KnownValue<number>;
}

const DEFAULT_ID = 1337;

export function configuredIdentity(facts: Facts): ProxyIdentity {
  const own = containerOf(facts.pod, 'istio-proxy');
  const injected = isInjected(facts.pod) && own !== undefined;
  const tproxy = interceptionModeOf(facts).value === 'TPROXY';
  const range = tproxy || injected ? {} : openShiftIds(facts);
  // what a pod says of istio-proxy goes over the template, but for root in TPROXY mode
  const asRoot = !injected && (tproxy || (own?.runAsUser === undefined && bindsLowPorts(facts)));
  const root: KnownValue<number> = { value: 0, origin: { kind: 'default', says: tproxy ? 'TPROXY needs root' : 'capNetBindService' } };
  return {
    uid: asRoot ? root : known(own?.runAsUser ?? range.uid, DEFAULT_ID, 'default'),
    gid: known(own?.runAsGroup ?? range.gid, DEFAULT_ID, 'default'),
    // root is never passed on
    declared: known((own?.runAsUser?.value === 0 ? undefined : own?.runAsUser) ?? range.uid, DEFAULT_ID, 'default'),
  };
}

function bindsLowPorts({ pod, mesh }: Facts): boolean {
  const setting = pod.annotations.get('sidecar.istio.io/capNetBindService') ?? valueAt(mesh, 'global.proxy.capNetBindService');
  return setting?.value === 'true';
}

interface Ids {
  readonly uid?: Located<number>;
  readonly gid?: Located<number>;
}

/** OpenShift gives each namespace ranges; the proxy takes the last id of the first one. */
function openShiftIds({ namespace: { annotations } }: Facts): Ids {
  const users = annotations.get('openshift.io/sa.scc.uid-range');
  const groups = annotations.get('openshift.io/sa.scc.supplemental-groups') ?? users;
  const uid = users === undefined ? undefined : rangeOf(users);
  const gid = groups === undefined ? undefined : rangeOf(groups);
  return {
    ...(uid === undefined || users === undefined ? {} : { uid: { ...users, value: uid.last } }),
    ...(gid === undefined || groups === undefined ? {} : { gid: { ...groups, value: gid.last } }),
  };
}

/** `1000650000/10000`, start and length, or `1000650000-1000659999`; of a list the first. */
function rangeOf({ value }: Located<string>): { readonly first: number; readonly last: number } | undefined {
  const [, first, sign, second] = /^(\d+)([/-])(\d+)$/.exec(value.split(',')[0] ?? '') ?? [];
  if (first === undefined || second === undefined) return undefined;
  const start = Number(first);
  return { first: start, last: sign === '/' ? start + Number(second) - 1 : Number(second) };
}

/** The user that OpenShift gives a container that names none. */
export function openShiftDefaultUser({ namespace: { annotations } }: Facts): Located<number> | undefined {
  const users = annotations.get('openshift.io/sa.scc.uid-range');
  const range = users === undefined ? undefined : rangeOf(users);
  return users === undefined || range === undefined ? undefined : { ...users, value: range.first };
}
