/** Pages of `explain` for the ports of meshes: from what each mesh's proxy listens on, and for the others from the meshes' lists.
 *  source: istio.io, ops/deployment/application-requirements; linkerd.io, reference/proxy-configuration; kuma.io, networking ports */
import { PROFILES } from '../src/mesh/allProfiles.ts';
import type { ListenerRole, MeshListener, MeshProfile } from '../src/mesh/profile.ts';
import type { Page } from '../src/report/pages/page.ts';

interface Role {
  readonly is: string;
  readonly means: string;
  readonly also: readonly string[];
  /** a packet for this port, and how it ends with the mesh's own rules */
  readonly see: (port: number) => Page['see'][number];
}

const ROLES: Readonly<Record<ListenerRole, Role>> = {
  outbound: {
    is: 'the outbound listener of the proxy',
    means: 'Rules redirect here what the application sends. The proxy reads the original destination from the kernel and calls it.',
    also: ['outbound-captured', 'no-redirect-loop', 'proxy-egress-direct', 'captured-out', 'timeout'],
    see: () => ({
      run: 'chainwalk trace pod.rules "out tcp -> 203.0.113.9:443"',
      look: 'CAPTURED by this port, and the rule that does it',
    }),
  },
  inbound: {
    is: 'the inbound listener of the proxy',
    means: 'Rules redirect here what comes from other pods. The proxy passes it on to the application.',
    also: ['inbound-captured', 'passthrough-returned', 'self-vip-captured', 'captured-in', 'probe'],
    see: () => ({ run: 'chainwalk trace pod.rules "in tcp -> 10.244.0.5:8080"', look: 'CAPTURED by this port, and the rule that does it' }),
  },
  dns: {
    is: "the mesh's DNS listener",
    means: 'With DNS capture, questions to port 53 are redirected here; without it nothing leads to it.',
    also: ['dns-captured', 'dns-proxy-direct', 'conntrack-zone-symmetry', 'dns', 'no-such-host'],
    see: () => ({ run: 'chainwalk trace pod.rules "out udp -> 10.96.0.10:53"', look: 'DNS where questions are captured' }),
  },
  tunnel: {
    is: 'the tunnel between proxies (HBONE)',
    means: 'Other proxies connect to it; rules let it pass, or lead it to the listener itself.',
    also: ['tunnel-port-open', 'tproxy-tunnel', 'to-proxy'],
    see: (port) => ({ run: `chainwalk trace pod.rules "in tcp -> 10.244.0.5:${port}"`, look: 'it reaches the port it was sent to' }),
  },
  health: {
    is: 'health and metrics of the proxy',
    means: 'Probes of the kubelet and scrapes of Prometheus come here from outside; rules let them pass.',
    also: ['health-ports-open', 'probe-answered', 'to-proxy', 'probe'],
    see: (port) => ({ run: `chainwalk trace pod.rules "in tcp -> 10.244.0.5:${port}"`, look: 'TO PROXY: reached without a redirect' }),
  },
  admin: {
    is: 'the administration port of the proxy, on localhost',
    means: 'Only processes of the pod reach it; rules let what is for localhost pass.',
    also: ['loopback-preserved', 'to-proxy'],
    see: (port) => ({ run: `chainwalk trace pod.rules "out tcp -> 127.0.0.1:${port}"`, look: 'TO PROXY: reached without a redirect' }),
  },
};

/** What a mesh's documentation calls a port, where that says more than its role. */
const NAMES: Readonly<Record<number, string>> = {
  4190: 'administration of Linkerd policy and probes',
  4191: 'metrics and probes of linkerd-proxy',
  15000: "Envoy's administration port",
  15004: 'debug port of the agent',
  15020: "Istio's agent: merged metrics, and the probes of the application (app-health)",
  15021: "Envoy's readiness, which the kubelet probes",
  15090: "Envoy's metrics for Prometheus",
};

/** What no proxy of a pod listens on, and people look for beside them. */
const OTHERS: readonly (readonly [id: string, title: string, means: string, also: readonly string[]])[] = [
  ['53', 'DNS', 'With DNS capture, questions of the application go to the mesh (15053 of Istio).', ['dns', 'no-such-host', 'dns-captured']],
  [
    '1337',
    "the user and group of Istio's proxy, and its mark",
    'Not a port. Rules know what the proxy sends by uid or gid 1337; TPROXY and ambient also use it as a mark (0x539).',
    ['proxy-identity', 'identity-collision', 'proxy-egress-direct', 'no-redirect-loop', 'IST0144'],
  ],
  ['9901', "Kuma's and Consul's administration port of Envoy", 'No rule is for it: who may reach it is up to its own address.', ['to-app']],
  ['15010', 'istiod: discovery without TLS', 'The proxy calls it, and its own packets are not captured.', ['proxy-egress-direct']],
  [
    '15012',
    'istiod: discovery and certificates, with TLS',
    'The proxy calls it, and its own packets are not captured.',
    ['proxy-egress-direct'],
  ],
  ['15014', 'istiod: metrics', 'A port of the control plane; to the rules of a pod it is as any other.', ['outbound-captured']],
  [
    '15017',
    'istiod: the webhook that injects',
    'The API server calls it. Where it cannot, pods start without a sidecar.',
    ['webhook-called', 'not-captured'],
  ],
];

interface Known {
  readonly mesh: MeshProfile;
  readonly listener: MeshListener;
}

export function portPages(): readonly Page[] {
  const known = new Map<number, Known[]>();
  for (const mesh of PROFILES) {
    for (const listener of mesh.listeners) known.set(listener.port, [...(known.get(listener.port) ?? []), { mesh, listener }]);
  }
  const listeners = [...known].map(([port, all]) => listenerPage(port, all));
  const others = OTHERS.map(([id, title, means, also]): Page => ({ id, group: 'port', title, means, see: [], also }));
  return [...listeners, ...others].sort((a, b) => Number(a.id) - Number(b.id));
}

function listenerPage(port: number, known: readonly Known[]): Page {
  const [first] = known;
  if (first === undefined) throw new Error(`nothing listens on ${port}`);
  const role = ROLES[first.listener.role];
  if (known.some(({ listener }) => listener.role !== first.listener.role)) throw new Error(`port ${port} has two roles`);
  const protocols = [...new Set(known.flatMap(({ listener }) => listener.protos))]
    .join(' and ')
    .replaceAll(/tcp|udp/g, (name) => name.toUpperCase());
  const meshes = known.map(({ mesh }) => mesh.title).join(', ');
  return {
    id: String(port),
    group: 'port',
    title: `${NAMES[port] ?? role.is} (${meshes})`,
    words: [`port ${port}`, first.listener.role],
    means: `${protocols}. ${role.means}`,
    see: [role.see(port)],
    also: role.also,
  };
}
