/** Packets that people ask for first, by the mesh and the address of the pod. */

export interface Suggestion {
  readonly label: string;
  readonly packet: string;
}

const POD = '10.244.0.5';
const OUTSIDE = '203.0.113.9';
const OUTSIDE_V6 = '2001:db8::9';
const POD_V6 = 'fd00:10:244::5';

interface Pod {
  readonly podIp: string;
  readonly family: '' | '4' | '6';
  /** name of the mesh profile that the rules were found to have */
  readonly profile: string | null;
}

/** User and group of the proxy of each mesh: what it sends is spared. */
const PROXY_USERS: Readonly<Record<string, string>> = {
  'istio-sidecar': 'uid=1337 gid=1337',
  linkerd: 'uid=2102 gid=2102',
  kuma: 'uid=5678 gid=5678',
  consul: 'uid=5995 gid=5995',
};

export function suggestions({ podIp, family, profile }: Pod): readonly Suggestion[] {
  const [first = ''] = podIp.split(/[\s,/]+/);
  const isV6 = family === '6' || first.includes(':');
  const pod = first === '' ? (isV6 ? POD_V6 : POD) : first;
  const at = (address: string, port: number) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
  const outside = isV6 ? OUTSIDE_V6 : OUTSIDE;
  const proxy = profile === null ? undefined : PROXY_USERS[profile];
  return [
    { label: 'app → outside', packet: `out tcp -> ${at(outside, 443)} uid=1000` },
    ...(proxy === undefined ? [] : [{ label: 'proxy → outside', packet: `out tcp -> ${at(outside, 443)} ${proxy}` }]),
    { label: 'from outside', packet: `in tcp -> ${at(pod, 8080)}` },
    { label: 'app → itself', packet: `out tcp -> ${at(pod, 8080)} uid=1000` },
    { label: 'DNS', packet: `out udp -> ${at(isV6 ? 'fd00:10:96::a' : '10.96.0.10', 53)} uid=1000` },
    ...(profile === 'istio-sidecar' ? [{ label: 'probe', packet: `in tcp -> ${at(pod, 15021)}` }] : []),
    { label: 'ping', packet: `in ${isV6 ? 'icmpv6' : 'icmp'} -> ${pod}` },
  ];
}
