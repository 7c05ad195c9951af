/** Settings of Istio, as `render` takes them. */
import fc from 'fast-check';
import { MODES } from '../../istio/settings/modes.ts';
import { CHANGES, NEWEST, OLDEST } from '../../istio/settings/version.ts';
import { checkOptions } from '../library/options.ts';

/** `{"istio-inbound-ports":"*","redirect-dns":true,"host":{"ipv6":true}}` */
export type SettingsObject = Readonly<Record<string, unknown>>;

const port = fc.integer({ min: 1, max: 65535 }).map(String);
const id = fc.oneof(fc.constantFrom('0', '1337', '1338', '1000', '1000670000'), fc.integer({ min: 0, max: 2 ** 32 - 2 }).map(String));
const group = fc.oneof({ arbitrary: id, weight: 3 }, { arbitrary: fc.constantFrom('root', 'daemon'), weight: 1 });
const nic = fc.constantFrom('eth0', 'eth1', 'net1', 'docker0', 'lo', 'br-1234567890', 'veth_a.b');
const octet = fc.integer({ min: 0, max: 255 });
const range4 = fc
  .tuple(fc.oneof(fc.constantFrom(10, 127, 172, 192), octet), octet, octet, octet, fc.integer({ min: 0, max: 32 }))
  .map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`);
const range6 = fc.oneof(
  fc.constantFrom('::/0', '::1/128', '2001:DB8::/32', 'fd00:10:96::2/112', '::ffff:10.0.0.0/104', '::127.0.0.53/128'),
  fc
    .tuple(fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 8, maxLength: 8 }), fc.integer({ min: 0, max: 128 }))
    .map(([words, bits]) => `${words.map((word) => word.toString(16)).join(':')}/${bits}`),
);
const range = fc.oneof({ arbitrary: range4, weight: 2 }, { arbitrary: range6, weight: 1 });
const nameserver = fc.constantFrom('127.0.0.53', '10.96.0.10', '169.254.20.10', '::1', 'fd00:10:96::a', '::127.0.0.53');

/** Istio takes 64, which become one line; iptables-restore takes 251 words a line: 49 groups, or 48 where they also spare DNS (up to 1.24). */
const MOST_LOADABLE_GROUPS = 48;

/** Empty items count for nothing. */
const list = (item: fc.Arbitrary<string>, maxLength = 4): fc.Arbitrary<string> =>
  fc.array(fc.oneof({ arbitrary: item, weight: 9 }, { arbitrary: fc.constant(''), weight: 1 }), { maxLength }).map((all) => all.join(','));
const starOr = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ arbitrary: fc.constant('*'), weight: 2 }, { arbitrary: list(item), weight: 3 });
// Istio makes the policy route from decimal numbers alone
const mark = fc.oneof(fc.constant('1337'), fc.integer({ min: 1, max: 2 ** 32 - 1 }).map(String));

const host = fc.record(
  {
    ipv6: fc.boolean(),
    addresses: fc.shuffledSubarray(['127.0.0.1/8', '::1/128', 'fe80::1/64', '10.244.0.5/24', 'fd00:10:244::5/64']).map(withAddress),
    nameservers: fc.uniqueArray(nameserver, { maxLength: 3 }),
    users: fc.constant({ 'istio-proxy': '1500' }),
  },
  { requiredKeys: [] },
);

/** Without any address Istio gives up. */
function withAddress(addresses: readonly string[]): readonly string[] {
  return addresses.some((address) => /^(10|fd)/.test(address)) ? addresses : [...addresses, '10.244.0.5/24'];
}

const version = fc.integer({ min: OLDEST, max: NEWEST }).map((minor) => `1.${minor}`);

const sidecarSettings: fc.Arbitrary<SettingsObject> = fc.record(
  {
    istio: version,
    host,
    'envoy-port': port,
    'inbound-capture-port': port,
    'inbound-tunnel-port': port,
    'proxy-uid': list(id, 3),
    'proxy-gid': list(id, 3),
    'istio-inbound-interception-mode': fc.constantFrom('REDIRECT', 'TPROXY', 'NONE', ''),
    'istio-inbound-tproxy-mark': mark,
    'istio-inbound-ports': starOr(port),
    'istio-local-exclude-ports': list(port),
    'istio-exclude-interfaces': list(nic, 2),
    'istio-service-cidr': starOr(range),
    'istio-service-exclude-cidr': list(range, 3),
    'istio-outbound-ports': list(port),
    'istio-local-outbound-ports-exclude': list(port),
    'kube-virt-interfaces': list(nic, 2),
    'redirect-dns': fc.boolean(),
    'capture-all-dns': fc.boolean(),
    'drop-invalid': fc.boolean(),
    'dual-stack': fc.boolean(),
    ISTIO_OUTBOUND_OWNER_GROUPS: fc.oneof(
      { arbitrary: starOr(group), weight: 9 },
      { arbitrary: fc.array(id, { minLength: 40, maxLength: MOST_LOADABLE_GROUPS }).map((all) => all.join(',')), weight: 1 },
    ),
    ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: list(group),
    ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: fc
      .tuple(octet, octet, octet, fc.integer({ min: 8, max: 32 }))
      .map(([b, c, d, bits]) => `127.${b}.${c}.${d}/${bits}`),
  },
  { requiredKeys: [] },
);

const ambientSettings: fc.Arbitrary<SettingsObject> = fc.record(
  {
    mode: fc.constantFrom(...MODES.filter((mode) => mode.startsWith('ambient'))),
    istio: fc.integer({ min: CHANGES.ambient, max: NEWEST }).map((minor) => `1.${minor}`),
    host,
    redirectDNS: fc.boolean(),
    ingressMode: fc.boolean(),
    dnsProxy: fc.constantFrom('unset', 'enabled', 'disabled'),
    virtualInterfaces: fc.array(nic, { maxLength: 2 }),
    hostProbeSNATAddress: fc.constantFrom('169.254.7.127', '10.0.0.1'),
  },
  { requiredKeys: ['mode'] },
);

/** What Istio refuses, the newest version at least. */
const FAULTS: readonly SettingsObject[] = [
  { 'istio-service-exclude-cidr': '*' },
  { 'istio-service-cidr': '10.0.0.0/33' },
  { 'istio-service-cidr': '10.0.0.0/8,2001:db8::/129' },
  { 'istio-service-exclude-cidr': 'everything' },
  { ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '10.0.0.0/8' },
  { ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.0/7' },
  { ISTIO_OUTBOUND_OWNER_GROUPS: Array.from({ length: 65 }, (_, id) => id).join(',') },
  { 'force-iptables-binary': 'ebtables' },
  { 'native-nftables': true, 'istio-outbound-ports': '8000:8080' },
  { 'redirect-dns': 'perhaps' },
];

export interface SettingsOptions {
  /** `sidecar` also for the CNI plugin; absent: both */
  readonly mode?: 'sidecar' | 'ambient';
  /** only settings of a sidecar that Istio refuses; false when absent */
  readonly invalid?: boolean;
}

/** Settings as in a `--settings` file, such that Istio takes them and their values mean something to iptables. They shrink to none.
 *  @throws InputError when an option cannot be used */
export function istioSettings(given: SettingsOptions = {}): fc.Arbitrary<SettingsObject> {
  checkOptions(given, { mode: { a: 'mode', words: ['sidecar', 'ambient'] }, invalid: 'flag' });
  const { mode, invalid = false } = given;
  if (invalid)
    return fc
      .tuple(sidecarSettings, fc.constantFrom(...FAULTS))
      .map(([settings, fault]) => ({ ...settings, istio: `1.${NEWEST}`, ...fault }));
  if (mode !== undefined) return mode === 'sidecar' ? sidecarSettings : ambientSettings;
  return fc.oneof({ arbitrary: sidecarSettings, weight: 9 }, { arbitrary: ambientSettings, weight: 1 });
}
