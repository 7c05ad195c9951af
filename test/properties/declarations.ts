/** What each Istio fixture declares: the settings it was rendered from, as its header says. */
export interface Declaration {
  readonly fixture: string;
  readonly mode: 'REDIRECT' | 'TPROXY' | 'ambient';
  readonly families: readonly (4 | 6)[];
  /** identities that the rules spare */
  readonly proxyUids: readonly number[];
  readonly proxyGids: readonly number[];
  /** marks that the rules spare (ambient) */
  readonly proxyMark?: number;
  /** inbound ports that are captured; absent: all but `excludedInbound` */
  readonly inboundOnly?: readonly number[];
  readonly excludedInbound: readonly number[];
  readonly excludedOutbound: readonly number[];
  /** destinations that are captured; absent: all but `excludedCidrs` */
  readonly includedCidrs?: readonly string[];
  readonly excludedCidrs: readonly string[];
  /** captured wherever they go */
  readonly includedOutbound: readonly number[];
  readonly excludedInterface?: string;
  /** `all`, or the resolvers that DNS is captured for */
  readonly dns?: 'all' | readonly string[];
}

const HEALTH = [15020, 15021, 15090];
const SIDECAR = {
  mode: 'REDIRECT',
  families: [4],
  proxyUids: [1337],
  proxyGids: [1337],
  excludedInbound: [15008, ...HEALTH],
  excludedOutbound: [],
  excludedCidrs: [],
  includedOutbound: [],
} as const;

export const DECLARATIONS: readonly Declaration[] = [
  { ...SIDECAR, fixture: 'istio-sidecar' },
  { ...SIDECAR, fixture: 'istio-dual-stack', families: [4, 6] },
  { ...SIDECAR, fixture: 'istio-cni', excludedOutbound: [15020] },
  { ...SIDECAR, fixture: 'istio-dns', families: [4, 6], dns: 'all' },
  { ...SIDECAR, fixture: 'istio-dns-resolvers', dns: ['10.96.0.10', '127.0.0.53'] },
  // the mangle chain excludes the health ports; 15008 is captured (its RETURN stands in nat)
  { ...SIDECAR, fixture: 'istio-tproxy', mode: 'TPROXY', proxyUids: [0], families: [4, 6], excludedInbound: HEALTH },
  { ...SIDECAR, fixture: 'istio-ports', excludedInbound: [15008, ...HEALTH, 8081, 9090], excludedOutbound: [3306, 5432] },
  { ...SIDECAR, fixture: 'istio-inbound-list', inboundOnly: [8080, 8443] },
  {
    ...SIDECAR,
    fixture: 'istio-cidrs',
    includedCidrs: ['10.0.0.0/8', '172.16.0.0/12'],
    excludedCidrs: ['10.96.0.0/24'],
    includedOutbound: [443],
  },
  { ...SIDECAR, fixture: 'istio-exclude-net1', excludedInterface: 'net1' },
  { ...SIDECAR, fixture: 'istio-multus' },
  { ...SIDECAR, fixture: 'istio-two-uids', proxyUids: [1337, 1338], proxyGids: [1337, 1338] },
  { ...SIDECAR, fixture: 'istio-drop-invalid' },
  { ...SIDECAR, fixture: 'istio-1.17' },
  {
    ...SIDECAR,
    fixture: 'istio-ambient',
    mode: 'ambient',
    proxyMark: 0x539,
    excludedInbound: [15008],
    dns: 'all',
  },
  {
    ...SIDECAR,
    fixture: 'istio-ambient-dual-stack',
    mode: 'ambient',
    families: [4, 6],
    proxyMark: 0x539,
    excludedInbound: [15008],
    dns: 'all',
  },
];
