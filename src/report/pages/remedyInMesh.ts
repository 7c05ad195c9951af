/** What to do with the rules of one mesh, in the words of its own chains, ports, options and identity. */
import { groupBy } from '../../lib/groupBy.ts';
import { PROFILES } from '../../mesh/allProfiles.ts';
import type { MeshName } from '../../mesh/names.ts';
import type { KnownMesh } from '../../mesh/profile.ts';

export type RemedyInMesh = (mesh: KnownMesh) => string | undefined;

/** How its generator is told who the proxy is; undefined: its rules know the proxy by its mark. */
const IDS: Readonly<Record<MeshName, string | undefined>> = {
  'istio-sidecar': '--proxy-uid, --proxy-gid of istio-iptables',
  'istio-ambient': undefined,
  linkerd: '--proxy-uid of linkerd-init',
  kuma: '--kuma-dp-user of kumactl install transparent-proxy',
  consul: '-proxy-uid of consul connect redirect-traffic',
};

/** Whose log says why the rules were not written. */
export const LOGS_OF_WRITERS: Readonly<Record<MeshName, string>> = {
  'istio-sidecar': '`kubectl logs POD -c istio-init`, the log of the CNI agent on the node',
  'istio-ambient': 'the logs of the CNI agent and of ztunnel on the node',
  linkerd: '`kubectl logs POD -c linkerd-init`, the log of the linkerd-cni agent on the node',
  kuma: '`kubectl logs POD -c kuma-init`, the log of the kuma-cni agent on the node',
  consul: '`kubectl logs POD -c consul-connect-inject-init`, the log of the consul-cni agent on the node',
};

/** How it is told of interfaces with guests. */
const GUESTS: Readonly<Record<MeshName, string | undefined>> = {
  'istio-sidecar':
    'If guests are to be in the mesh, name the interface in istio.io/reroute-virtual-interfaces (before Istio 1.25: traffic.sidecar.istio.io/kubevirtInterfaces; on a virtual machine --kube-virt-interfaces of istio-iptables). If not, in traffic.sidecar.istio.io/excludeInterfaces (--istio-exclude-interfaces).',
  'istio-ambient': 'Name the interface in istio.io/reroute-virtual-interfaces.',
  linkerd: undefined,
  kuma: 'Name the interface and its network in --vnet of kumactl install transparent-proxy.',
  consul: undefined,
};

export const REMEDIES_IN_MESH: Readonly<Record<string, RemedyInMesh>> = {
  'pod-captured': ({ name }) => `Find out who should have written the rules: ${LOGS_OF_WRITERS[name]}; then restart the pod.`,
  'no-redirect-loop': (mesh) => {
    if (mesh.mark !== undefined) return markFirst(mesh);
    const source = sourceOf(mesh);
    const own = ownerOf(mesh);
    const [returns, ids] = source === undefined && own === 'user' ? ['RETURN', 'id'] : ['RETURNs', own === 'user' ? 'id' : 'ids'];
    const passed = source === undefined ? '' : `, and for ${source[4]} on lo,`;
    return `Let the ${returns} for the proxy's ${own}${passed} come before every redirect, with the ${ids} the proxy runs as.`;
  },
  'proxy-egress-direct': (mesh) => {
    if (mesh.mark !== undefined) return markFirst(mesh);
    const option = IDS[mesh.name];
    const ids = ownerOf(mesh) === 'user' ? 'user' : 'ids';
    return `Give the rules the proxy's ${ids}${option === undefined ? '' : ` (${option})`}, before every redirect.`;
  },
  'self-vip-captured': (mesh) =>
    mesh.mark !== undefined
      ? untouchedMark(mesh)
      : mesh.name === 'istio-sidecar'
        ? 'Run the proxy as one user, and keep the -o lo rule with ISTIO_IN_REDIRECT before its RETURN.'
        : undefined,
  'passthrough-returned': (mesh) => {
    const source = sourceOf(mesh);
    if (mesh.mark !== undefined) return untouchedMark(mesh);
    if (source === undefined) return undefined;
    const first = `Let \`-o lo -s ${source[4]}/32 -j RETURN\` be the first rule of ${chainOf(mesh.places.outbound.chain)}`;
    const tproxy =
      mesh.whenTransparent === undefined ? '' : `; under TPROXY let the three guards start ${chainOf(mesh.places.inbound.chain)}`;
    const own = mesh.loopbackSource === undefined ? '' : ` For IPv6: \`ip -6 addr add ${mesh.loopbackSource[6]} dev lo\`.`;
    return `${first}${tproxy}.${own}`;
  },
  'tunnel-port-open': (mesh) => {
    const ports = mesh.listeners.flatMap(({ role, port }) => (role === 'tunnel' ? [port] : []));
    const [port] = ports;
    if (port === undefined) return undefined;
    return mesh.whenTransparent === undefined
      ? `Let TCP to port ${port} past before the redirect.`
      : `In TPROXY mode add \`-p tcp --dport ${port} -j RETURN\` to mangle ${chainOf(mesh.places.inbound.chain)}, or exclude port ${port} inbound.`;
  },
  'health-ports-open': ({ listeners, probeSource, places }) => {
    if (probeSource !== undefined)
      return `Let \`-s ${probeSource[4]}/32 -p tcp -j ACCEPT\` come before the redirect in ${chainOf(places.inbound.chain)}: probes of the node have this source.`;
    const ports = listeners.flatMap(({ role, port }) => (role === 'health' ? [port] : []));
    return ports.length === 0 ? undefined : `Exclude the ports of the mesh inbound: ${ports.join(', ')}.`;
  },
  'dns-proxy-direct': (mesh) => {
    if (mesh.mark !== undefined) return markFirst(mesh);
    const own = ownerOf(mesh) === 'user' ? 'RETURN for the user' : 'RETURNs for the user and group';
    const group = mesh.name === 'istio-sidecar' ? ' Give a forwarder a group that is excluded (ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE).' : '';
    return `Let the ${own} of the proxy come before the jump to the DNS rules.${group}`;
  },
  'virtual-iface-rerouted': ({ name }) =>
    name.startsWith('istio')
      ? 'Name the interface in istio.io/reroute-virtual-interfaces, and let its redirect come before its RETURN and before the inbound jump.'
      : undefined,
  'guest-not-inbound': ({ name }) => GUESTS[name],
  'guest-dns-captured': ({ name, listeners }) => {
    const port = listeners.find(({ role }) => role === 'dns')?.port;
    if (!name.startsWith('istio') || port === undefined) return undefined;
    return `Istio has no setting for it: let guests ask a name server of the pod, or add \`-i INTERFACE -p udp --dport 53 -j REDIRECT --to-ports ${port}\` to nat PREROUTING, before the RETURN of the interface.`;
  },
  'ipv6-parity': (mesh) => {
    const source = sourceOf(mesh);
    const own = source === undefined || mesh.mark !== undefined ? '' : ` and ${source[6]}/128 for ${source[4]}/32`;
    return `Write the missing rule for IPv6, with ::1/128 for 127.0.0.1/32${own}.`;
  },
  'fails-closed': ({ name }) =>
    name === 'istio-sidecar'
      ? 'Use interception mode REDIRECT, or the iptables backend for pods in mode TPROXY; in rules of your own drop, after the tproxy rules, what no socket took.'
      : undefined,
  'invalid-not-to-app': ({ name }) =>
    name === 'istio-sidecar' ? 'Set INVALID_DROP (meshConfig.defaultConfig.proxyMetadata), or accept the rare reset.' : undefined,
};

/** Equal ones together: the meshes by title, and what to do there. */
export function remediesInMeshes(claim: string): readonly (readonly [meshes: string, text: string])[] {
  const known = PROFILES.flatMap((mesh) => {
    const text = REMEDIES_IN_MESH[claim]?.(mesh);
    return text === undefined ? [] : [{ title: mesh.title, text }];
  });
  return [...groupBy(known, ({ text }) => text)].map(([text, alike]) => [alike.map(({ title }) => title).join(', '), text]);
}

function markFirst(mesh: KnownMesh): string {
  return `Let packets with the proxy's mark, ${markOf(mesh)}, past before every redirect.`;
}

function untouchedMark(mesh: KnownMesh): string {
  return `Let no rule redirect packets with the proxy's mark, ${markOf(mesh)}, or rewrite their source, MASQUERADE in POSTROUTING included.`;
}

function markOf({ mark }: KnownMesh): string {
  const { value = 0, mask = 0 } = mark ?? {};
  return `0x${value.toString(16)}/0x${mask.toString(16)}`;
}

/** Where a mesh can be told of several owners, it writes a rule for the group as well. */
function ownerOf({ places }: KnownMesh): 'user' | 'user and group' {
  return places.severalOwners === true ? 'user and group' : 'user';
}

/** The address that the proxy sends from to its own application, where it is one of its own. */
function sourceOf({ listeners }: KnownMesh): { readonly 4: string; readonly 6: string } | undefined {
  for (const { emits } of listeners) if (emits !== undefined && typeof emits.source === 'object') return emits.source;
  return undefined;
}

/** `(KUMA_)?MESH_OUTBOUND` is KUMA_MESH_OUTBOUND today. */
export function chainOf({ source }: RegExp): string {
  const [first = ''] = source.replaceAll(/\^|\$|\(\?:/g, '').split('|');
  return first.replaceAll(/\(([^()|]*)\)\?/g, '$1');
}
