/** What a running pod says of itself: who its proxy is, and its addresses. */

import { isId } from '../../connection/proxyIdentity.ts';
import { podIpComplaint } from '../../host/podAddress.ts';
import { isJsonRecord, type JsonRecord, parseJson, recordsIn } from '../../lib/json.ts';
import type { LiveHost } from './liveHost.ts';
import { PROXY_NAMES } from './podMesh.ts';

export interface PodFacts {
  /** of the proxy's container, or else of the pod */
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  readonly addresses: readonly string[];
}

/** `text`: of `kubectl get pod -o json`. */
export function podFacts(text: string): PodFacts {
  const pod = parseJson(text);
  const spec = isJsonRecord(pod) && isJsonRecord(pod.spec) ? pod.spec : {};
  const status = isJsonRecord(pod) && isJsonRecord(pod.status) ? pod.status : {};
  const containers = [...recordsIn(spec.containers), ...recordsIn(spec.initContainers)];
  const proxy = PROXY_NAMES.flatMap((name) => containers.find((one) => one.name === name) ?? [])[0];
  const uid = isJsonRecord(proxy) ? idIn('runAsUser', proxy, spec) : undefined;
  const gid = isJsonRecord(proxy) ? idIn('runAsGroup', proxy, spec) : undefined;
  const addresses = recordsIn(status.podIPs).flatMap(({ ip }) => (typeof ip === 'string' ? [ip] : []));
  return {
    ...(uid !== undefined && { proxyUid: uid }),
    ...(gid !== undefined && { proxyGid: gid }),
    addresses: podIpComplaint(addresses, false) === undefined ? addresses : [],
  };
}

function idIn(name: 'runAsUser' | 'runAsGroup', ...places: readonly JsonRecord[]): number | undefined {
  return places.flatMap(({ securityContext }) =>
    isJsonRecord(securityContext) && isId(securityContext[name]) ? [securityContext[name]] : [],
  )[0];
}

/** The running processes were not read: only what the pod itself says is part of the description. */
export function withProxyOf(host: LiveHost, { proxyUid: uid, proxyGid: gid }: PodFacts): LiveHost {
  const description = host.text === undefined ? undefined : parseJson(host.text);
  if (!isJsonRecord(description)) return host;
  const { proxy: _assumed, ...processes } = isJsonRecord(description.processes) ? description.processes : {};
  const own = uid !== undefined && gid !== undefined ? { proxy: { uid, gid } } : {};
  return { ...host, text: `${JSON.stringify({ ...description, processes: { ...processes, ...own } }, undefined, 2)}\n` };
}
