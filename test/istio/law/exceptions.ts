/** Settings under which Istio's own rules break a promise: when, which ones, and settings that show it. Each has a page of `chainwalk explain`;
 *  the kernel is asked about each packet in test/kernel/exceptions.test.ts. */
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import type { Outcome } from '../../../src/connection/journey.ts';
import { hasIPv6 } from '../../../src/istio/settings/hostFacts.ts';
import { type AmbientWorld, lacksConnmark } from './ambientWorld.ts';
import type { MeshWorld, Side } from './meshWorld.ts';
import { catchAlls, has, listsOf, rangesOf, resolversOf, some, spares, twice } from './sideFacts.ts';

export interface Exception {
  readonly id: string;
  /** ids of claims; the first is broken by the example */
  readonly breaks: readonly string[];
  readonly when?: (side: Side, world: MeshWorld) => boolean;
  readonly whenAmbient?: (world: AmbientWorld) => boolean;
  /** over those that Istio gives a pod without settings of its own */
  readonly example: SettingsObject;
  /** none where the rules alone show it */
  readonly packet?: { readonly text: string; readonly outcome: Outcome };
  /** what comes back, and how it ends as compare.ts writes it or which state it has */
  readonly answer?: { readonly text: string; readonly ends: RegExp };
}

const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' };
const DNS = { 'redirect-dns': true, 'capture-all-dns': true };
const V6 = { host: { ipv6: true } };
const LOOPS = ['no-redirect-loop', 'passthrough-returned', 'connections-complete', 'reply-path-preserved', 'ipv6-parity'];

export const EXCEPTIONS: readonly Exception[] = [
  {
    id: 'invalid-not-dropped',
    breaks: ['invalid-not-to-app'],
    when: ({ plan }) => !plan.dropInvalid && !plan.transparent,
    whenAmbient: ({ settings }) => !settings.ingress,
    example: {},
    packet: { text: 'in tcp -> 10.244.0.5:8080 flags=A', outcome: 'to-app' },
  },
  {
    id: 'probe-ports-captured',
    breaks: ['health-ports-open'],
    when: ({ plan: { inbound } }) =>
      inbound !== undefined &&
      [15020, 15021, 15090].some((port) => (inbound.ports === '*' ? !has(inbound.excluded, port) : has(inbound.ports, port))),
    example: { 'istio-local-exclude-ports': '' },
    packet: { text: 'in tcp -> 10.244.0.5:15021', outcome: 'captured-in' },
  },
  {
    id: 'exclusion-of-a-listed-port',
    breaks: ['excluded-bypass'],
    when: ({ plan: { inbound } }) => {
      const { ports = '*', excluded = [] } = inbound ?? {};
      return ports !== '*' && excluded.some((port) => has(ports, Number(port)));
    },
    example: { 'istio-inbound-ports': '80,443', 'istio-local-exclude-ports': '443' },
    packet: { text: 'in tcp -> 10.244.0.5:443', outcome: 'captured-in' },
  },
  {
    id: 'two-proxy-users',
    breaks: ['self-vip-captured'],
    when: ({ plan }) => new Set(plan.uids).size > 1,
    example: { 'proxy-uid': '1337,1338' },
    packet: { text: 'out tcp -> 10.244.0.5:8080 uid=1338 gid=1338', outcome: 'to-app' },
  },
  {
    id: 'given-twice',
    breaks: ['no-duplicate-rule'],
    when: (side) => listsOf(side).some(twice),
    whenAmbient: ({ settings }) => twice(settings.virtualInterfaces),
    example: { 'istio-outbound-ports': '80,80' },
  },
  {
    id: 'nobody-captured',
    breaks: ['no-duplicate-rule'],
    when: ({ plan }) => catchAlls(plan) > 1,
    example: { istio: '1.22', ISTIO_OUTBOUND_OWNER_GROUPS: '', 'istio-service-cidr': '10.0.0.0/8' },
  },
  {
    id: 'ports-of-the-mesh',
    breaks: ['*'],
    when: (_, { profile }) => twice(profile.listeners.map(({ port }) => String(port))),
    example: { 'envoy-port': '15020' },
  },
  {
    id: 'lo-excluded',
    breaks: ['self-vip-captured', 'jump-before-foreign'],
    when: ({ plan }) => plan.excludedInterfaces.includes('lo'),
    example: { 'istio-exclude-interfaces': 'lo' },
    packet: { text: 'out tcp -> 10.244.0.5:8080 uid=1337 gid=1337', outcome: 'to-app' },
  },
  {
    id: 'no-inbound-ports',
    breaks: ['no-stale-chain', 'mark-consistency'],
    when: ({ plan }) => plan.inbound === undefined,
    example: { 'istio-inbound-ports': '' },
  },
  {
    id: 'tproxy-tunnel',
    breaks: ['tunnel-port-open'],
    when: ({ plan }) => plan.transparent && plan.inbound !== undefined,
    example: TPROXY,
    packet: { text: 'in tcp -> 10.244.0.5:15008', outcome: 'captured-in' },
  },
  {
    id: 'tproxy-mark',
    breaks: [...LOOPS, 'mark-consistency'],
    when: ({ plan }) => plan.transparent && Number(plan.mark) !== 1337,
    example: { ...TPROXY, 'istio-inbound-tproxy-mark': '77' },
    packet: { text: 'in tcp -> 10.244.0.5:8080', outcome: 'loop' },
  },
  {
    id: 'tproxy-dns',
    breaks: [...LOOPS, 'dns-proxy-direct'],
    when: ({ plan }) => plan.transparent && plan.dns !== undefined,
    example: { ...TPROXY, ...DNS },
    packet: { text: 'in tcp -> 10.244.0.5:53', outcome: 'loop' },
  },
  {
    id: 'nft-tproxy',
    breaks: ['fails-closed'],
    when: ({ plan }, { settings }) => settings['native-nftables'] && plan.transparent && plan.inbound !== undefined,
    example: { ...TPROXY, 'native-nftables': true },
    // its packet is put to the kernel while no proxy listens: test/kernel/nft/failsClosed.test.ts
  },
  {
    id: 'tproxy-loopback-range',
    breaks: [...LOOPS, 'loopback-preserved'],
    when: ({ plan }) => plan.transparent && plan.loopbackIncluded,
    example: { ...TPROXY, 'istio-service-cidr': '127.0.0.0/8,10.0.0.0/8' },
    packet: { text: 'in tcp -> 10.244.0.5:8080', outcome: 'loop' },
  },
  {
    id: 'tproxy-excluded-interface',
    breaks: ['reply-path-preserved', 'connections-complete'],
    when: ({ plan }) => plan.transparent && some(plan.excludedInterfaces),
    example: { ...TPROXY, 'istio-exclude-interfaces': 'net1' },
    packet: { text: 'out tcp 198.51.100.9:40000 -> 10.244.0.5:8080 uid=0 gid=1337 mark=1337', outcome: 'to-app' },
    answer: { text: 'out tcp 10.244.0.5:8080 -> 198.51.100.9:40000 uid=1000 gid=1000 flags=SA', ends: /^sent -o net1/ },
  },
  {
    id: 'resolvers-of-one-family',
    breaks: ['ipv6-parity'],
    when: (_, { sides }) => new Set(sides.map(resolversOf)).size > 1,
    example: { 'redirect-dns': true, host: { ipv6: true, nameservers: ['10.96.0.10'] } },
    packet: { text: 'out udp -> [2001:db8::53]:53 uid=1000 gid=1000', outcome: 'direct' },
  },
  {
    id: 'excluded-dns-zone',
    breaks: ['conntrack-zone-symmetry', 'connections-complete'],
    when: ({ plan }) =>
      plan.dns !== undefined &&
      (some(plan.excludedInterfaces) || has(plan.excludedOutboundPorts, 53) || 'only' in plan.groups || some(plan.groups.except)),
    example: { ...DNS, ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '2000' },
    packet: { text: 'out udp 10.244.0.5:4242 -> 10.96.0.10:53 uid=2000 gid=2000', outcome: 'direct' },
    answer: { text: 'in udp 10.96.0.10:53 -> 10.244.0.5:4242', ends: /^NEW$/ },
  },
  {
    id: 'dns-errors-invalid',
    breaks: ['connections-complete'],
    when: ({ plan }) => plan.dns !== undefined && plan.dropInvalid,
    example: { ...DNS, 'drop-invalid': true },
    packet: { text: 'out udp 10.244.0.5:4242 -> 10.96.0.10:53 uid=1337 gid=1337', outcome: 'direct' },
  },
  {
    id: 'answer-zone-by-destination',
    breaks: ['conntrack-zone-symmetry', 'connections-complete'],
    when: ({ plan }) => plan.version.minor < 20 && plan.dns !== undefined,
    example: { istio: '1.19', 'redirect-dns': true, host: { nameservers: ['10.96.0.10'] } },
    packet: { text: 'out udp 10.244.0.5:4242 -> 10.96.0.10:53 uid=1337 gid=1337', outcome: 'direct' },
    answer: { text: 'in udp 10.96.0.10:53 -> 10.244.0.5:4242', ends: /^NEW$/ },
  },
  {
    id: 'dns-after-ranges',
    breaks: ['dns-captured', 'conntrack-zone-symmetry', 'connections-complete'],
    when: ({ plan }) => plan.dns !== undefined && [23, 24].includes(plan.version.minor) && some(plan.excludedRanges),
    example: { istio: '1.24', ...DNS, 'istio-service-exclude-cidr': '10.96.0.0/16' },
    packet: { text: 'out udp -> 10.96.0.10:53 uid=1000 gid=1000', outcome: 'direct' },
  },
  {
    id: 'no-proxy-user',
    breaks: LOOPS,
    when: ({ plan }) => plan.uids.length === 0 && (plan.transparent || plan.gids.length === 0),
    example: { ...TPROXY, 'proxy-uid': ',', 'proxy-gid': '1337' },
    packet: { text: 'in tcp -> 10.244.0.5:8080', outcome: 'loop' },
  },
  {
    id: 'ambient-ingress-mark',
    breaks: ['reply-path-preserved', 'connections-complete', 'mark-consistency'],
    whenAmbient: lacksConnmark,
    example: { mode: 'ambient', istio: '1.28', ingressMode: true },
    packet: { text: 'out tcp 203.0.113.9:40000 -> 10.244.0.5:8080 uid=0 gid=0 mark=0x539', outcome: 'to-app' },
    answer: { text: 'out tcp 10.244.0.5:8080 -> 203.0.113.9:40000 uid=1000 gid=1000 flags=SA', ends: /^sent -o eth0/ },
  },
  {
    id: 'tproxy-root-user',
    breaks: LOOPS,
    when: ({ plan }) => plan.transparent && Number(plan.uids[0] ?? 1) === 0,
    example: { ...TPROXY, 'proxy-uid': '0', 'proxy-gid': '1337' },
    packet: { text: 'in tcp -> 10.244.0.5:8080', outcome: 'loop' },
  },
  {
    id: 'tproxy-virtual-interface',
    breaks: ['virtual-iface-rerouted', 'connections-complete'],
    when: ({ plan }) => plan.transparent && some(plan.virtualInterfaces),
    example: { ...TPROXY, 'kube-virt-interfaces': 'net1' },
    packet: { text: 'in tcp 198.51.100.9 -> 203.0.113.9:443 iif=net1', outcome: 'captured-in' },
  },
  {
    id: 'virtual-outbound-ports',
    breaks: ['virtual-iface-rerouted'],
    when: ({ plan }) => some(plan.virtualInterfaces) && some(plan.outboundPorts) && plan.includedRanges !== '*',
    example: { 'kube-virt-interfaces': 'net1', 'istio-outbound-ports': '443', 'istio-service-cidr': '10.0.0.0/8' },
    packet: { text: 'in tcp 198.51.100.9 -> 203.0.113.9:443 iif=net1', outcome: 'forwarded' },
  },
  {
    id: 'virtual-dns',
    breaks: ['guest-dns-captured'],
    when: ({ plan }) => some(plan.virtualInterfaces) && plan.dns !== undefined,
    whenAmbient: ({ settings }) => some(settings.virtualInterfaces) && settings.dns,
    example: { ...DNS, 'kube-virt-interfaces': 'net1' },
    packet: { text: 'in udp 198.51.100.9 -> 10.96.0.10:53 iif=net1', outcome: 'forwarded' },
  },
  {
    id: 'virtual-lo',
    breaks: ['jump-before-foreign', 'virtual-iface-rerouted'],
    when: ({ plan }) => plan.virtualInterfaces.includes('lo'),
    whenAmbient: ({ settings }) => settings.virtualInterfaces.includes('lo'),
    example: { 'kube-virt-interfaces': 'lo', 'istio-service-cidr': '' },
  },
  {
    id: 'loopback-range',
    breaks: ['loopback-preserved'],
    when: ({ plan }) => plan.loopbackIncluded,
    example: { 'istio-service-cidr': '127.0.0.0/8,10.0.0.0/8' },
    packet: { text: 'out tcp -> 127.1.2.3:8080 uid=1000 gid=1000', outcome: 'captured-out' },
  },
  {
    id: 'loopback-elsewhere',
    breaks: ['loopback-preserved', 'ipv6-parity'],
    when: (_, { sides }) => sides.some(({ plan }) => plan.family === 4 && !spares(plan.loopback, '127.0.0.1')),
    example: { ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.9.9.9/32', 'istio-service-cidr': '127.0.0.0/8' },
    packet: { text: 'out tcp -> 127.0.0.1:8080 uid=1000 gid=1000', outcome: 'captured-out' },
  },
  {
    id: 'ipv4-first',
    breaks: [
      'outbound-captured',
      'inbound-captured',
      'self-vip-captured',
      'invalid-not-to-app',
      'dns-captured',
      'virtual-iface-rerouted',
      'ipv6-parity',
    ],
    when: ({ ruleset }) => ruleset.tables.size === 0,
    example: { host: { addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] } },
    packet: { text: 'out tcp -> [2001:db8::9]:443 uid=1000 gid=1000', outcome: 'direct' },
  },
  {
    id: 'nft-ipv4-first',
    breaks: [
      'self-vip-captured',
      'inbound-captured',
      'outbound-captured',
      'invalid-not-to-app',
      'dns-captured',
      'virtual-iface-rerouted',
      'reply-path-preserved',
      'connections-complete',
      'ipv6-parity',
    ],
    when: ({ plan }, { settings, facts }) =>
      settings['native-nftables'] && plan.family === 6 && hasIPv6(facts, settings['dual-stack']) !== true,
    example: { 'native-nftables': true, host: { addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] } },
    packet: { text: 'out tcp -> [fd00:10:244::5]:8080 uid=1337 gid=1337', outcome: 'to-app' },
  },
  {
    id: 'nft-resolvers',
    breaks: ['*'],
    when: () => false,
    example: { 'native-nftables': true, 'redirect-dns': true, host: { ipv6: false, nameservers: ['fd00:10:96::a'] } },
  },
  {
    id: 'ranges-of-one-family',
    breaks: ['ipv6-parity'],
    when: (_, { sides }) => new Set(sides.map(rangesOf)).size > 1,
    example: { ...V6, 'istio-service-cidr': '10.0.0.0/8' },
    packet: { text: 'out tcp -> [2001:db8::9]:443 uid=1000 gid=1000', outcome: 'direct' },
  },
];
