/** What Istio writes with nftables: each setting by the rules that it makes. Istio's own golden files are in goldens.test.ts. */
import { describe, expect, it } from 'vitest';
import { InputError, render } from '../../src/api/library/index.ts';
import { renderRules } from '../../src/app/render/settings.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

type Input = Readonly<Record<string, unknown>>;

const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' };
const V6 = { host: { ipv6: true } };
const LO = 'oifname lo meta l4proto tcp';
const AMBIENT = { mode: 'ambient', nativeNftables: true };

function commands(settings: Input): readonly string[] {
  const native = settings.mode === undefined ? { 'native-nftables': true } : {};
  const { nft = '', v4, v6 } = render({ ...native, ...settings });
  expect(v4 + v6).toBe('');
  return nft.split('\n').filter((line) => line !== '');
}

/** Commands that the settings add, without `rule inet TABLE`. */
function added(settings: Input): readonly string[] {
  const base = commands({
    ...(settings.mode === undefined ? {} : { mode: settings.mode, nativeNftables: true, redirectDNS: false }),
    ...(settings.istio === undefined ? {} : { istio: settings.istio }),
  });
  const rest = [...base];
  return commands(settings).flatMap((line) => {
    const known = rest.indexOf(line);
    if (known >= 0) rest.splice(known, 1);
    return known < 0 && / rule /.test(line) ? [line.replace(/ rule inet istio-(?:proxy|ambient)-/, ' ')] : [];
  });
}

const SETTINGS: readonly (readonly [settings: Input, lines: readonly string[]])[] = [
  [{}, []],
  [
    { 'istio-exclude-interfaces': 'net1,,eth0' },
    [
      'add nat prerouting iifname net1 counter return',
      'add nat output oifname net1 counter return',
      'add nat prerouting iifname eth0 counter return',
      'add nat output oifname eth0 counter return',
    ],
  ],
  [
    { 'kube-virt-interfaces': 'a,b', 'istio-service-cidr': '*' },
    [
      'add nat prerouting iifname a counter return',
      'insert nat prerouting index 0 iifname b counter return',
      'add nat istio-output counter jump istio-redirect',
      'insert nat prerouting index 0 iifname a counter jump istio-redirect',
      'insert nat prerouting index 0 iifname b counter jump istio-redirect',
    ],
  ],
  [
    { 'istio-inbound-ports': '*', 'istio-local-exclude-ports': '15090,22' },
    [
      'add nat prerouting meta l4proto tcp counter jump istio-inbound',
      'add nat istio-inbound meta l4proto tcp tcp dport 15090 counter return',
      'add nat istio-inbound meta l4proto tcp tcp dport 22 counter return',
      'add nat istio-inbound meta l4proto tcp counter jump istio-in-redirect',
    ],
  ],
  [
    { 'istio-inbound-ports': '80', 'istio-local-exclude-ports': '22' },
    [
      'add nat prerouting meta l4proto tcp counter jump istio-inbound',
      'add nat istio-inbound meta l4proto tcp tcp dport 80 counter jump istio-in-redirect',
    ],
  ],
  [
    { 'istio-local-outbound-ports-exclude': '25', 'istio-outbound-ports': '443' },
    [
      'add nat istio-output tcp dport 25 counter return',
      'add nat istio-output udp dport 25 counter return',
      'add nat istio-output tcp dport 443 counter jump istio-redirect',
    ],
  ],
  [
    { 'istio-service-cidr': '10.0.0.0/8,2001:db8::/32,127.0.0.1/8', 'istio-service-exclude-cidr': '10.1.0.1/16,fd00::/8', ...V6 },
    [
      'add nat istio-output oifname lo ip6 saddr ::6/128 counter return',
      `add nat istio-output ${LO} ip6 daddr != ::1/128 tcp dport != 15008 skuid 1337 counter jump istio-in-redirect`,
      `add nat istio-output ${LO} ip6 daddr != ::1/128 tcp dport != 15008 skgid 1337 counter jump istio-in-redirect`,
      'add nat istio-output ip6 daddr ::1/128 counter return',
      'add nat istio-output ip daddr 10.1.0.1/16 counter return',
      'add nat istio-output ip6 daddr fd00::/8 counter return',
      'add nat istio-output ip daddr 10.0.0.0/8 counter jump istio-redirect',
      'add nat istio-output ip daddr 127.0.0.1/8 counter jump istio-redirect',
      'add nat istio-output ip6 daddr 2001:db8::/32 counter jump istio-redirect',
    ],
  ],
  [{ 'istio-service-cidr': '2001:db8::/32' }, []],
  [{ ISTIO_OUTBOUND_OWNER_GROUPS: '' }, ['add nat istio-output counter return']],
  [{ ISTIO_OUTBOUND_OWNER_GROUPS: 'java,7' }, ['add nat istio-output skgid != java skgid != 7 counter return']],
  [
    { ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: 'java,7' },
    ['add nat istio-output skgid java counter return', 'add nat istio-output skgid 7 counter return'],
  ],
  [
    { 'drop-invalid': true },
    ['add mangle prerouting meta l4proto tcp ct state invalid counter jump istio-drop', 'add mangle istio-drop counter drop'],
  ],
  [{ 'redirect-dns': true }, []],
  [
    { 'redirect-dns': true, 'capture-all-dns': true, 'proxy-gid': ',' },
    [
      `add nat istio-output ${LO} ip daddr != 127.0.0.1/32 tcp dport != { 53, 15008 } skuid 1337 counter jump istio-in-redirect`,
      `add nat istio-output ${LO} tcp dport != 53 skuid != 1337 counter return`,
      'add nat istio-output counter jump istio-output-dns',
      'add nat istio-output-dns meta l4proto tcp tcp dport 53 counter redirect to :15053',
      'add nat istio-output-dns udp dport 53 counter redirect to :15053',
      'add raw output counter jump istio-output-dns',
      'add raw istio-output-dns udp dport 53 meta skuid 1337 counter ct zone set 1',
      'add raw istio-output-dns udp sport 15053 meta skuid 1337 counter ct zone set 2',
      'add raw prerouting counter jump istio-inbound',
      'add raw istio-output-dns udp dport 53 counter ct zone set 2',
      'add raw istio-inbound udp sport 53 counter ct zone set 1',
    ],
  ],
  [
    { 'redirect-dns': true, 'proxy-uid': ',', 'proxy-gid': ',', host: { ipv6: true, nameservers: ['10.0.0.1', 'fd00::1', '10.0.0.2'] } },
    [
      'add nat istio-output oifname lo ip6 saddr ::6/128 counter return',
      'add nat istio-output counter jump istio-output-dns',
      ...['tcp', 'udp'].flatMap((proto) =>
        ['ip daddr 10.0.0.1/32', 'ip daddr 10.0.0.2/32', 'ip6 daddr fd00::1/128'].map(
          (to) => `add nat istio-output-dns ${to} ${proto} dport 53 counter redirect to :15053`,
        ),
      ),
      'add nat istio-output ip6 daddr ::1/128 counter return',
      'add raw output counter jump istio-output-dns',
      'add raw prerouting counter jump istio-inbound',
      'add raw istio-output-dns udp dport 53 ip daddr 10.0.0.1/32 counter ct zone set 2',
      'add raw istio-inbound udp sport 53 ip saddr 10.0.0.1/32 counter ct zone set 1',
      'add raw istio-output-dns udp dport 53 ip daddr 10.0.0.2/32 counter ct zone set 2',
      'add raw istio-inbound udp sport 53 ip saddr 10.0.0.2/32 counter ct zone set 1',
      'add raw istio-output-dns udp dport 53 ip6 daddr fd00::1/128 counter ct zone set 2',
      'add raw istio-inbound udp sport 53 ip6 saddr fd00::1/128 counter ct zone set 1',
    ],
  ],
  [
    { ...TPROXY, 'istio-inbound-ports': '*', 'istio-local-exclude-ports': '22', 'istio-inbound-tproxy-mark': '7', 'proxy-gid': ',' },
    [
      'add mangle istio-divert counter meta mark set 7',
      'add mangle istio-divert counter accept',
      'add mangle istio-tproxy meta l4proto tcp ip daddr != 127.0.0.1/32 tproxy ip to :15006 meta mark set 7 counter accept',
      'add mangle prerouting meta l4proto tcp counter jump istio-inbound',
      'add mangle istio-inbound meta l4proto tcp tcp dport 22 counter return',
      'add mangle istio-inbound meta l4proto tcp ct state related,established counter jump istio-divert',
      'add mangle istio-inbound meta l4proto tcp counter jump istio-tproxy',
      'add mangle prerouting meta l4proto tcp mark 7 counter ct mark set mark',
      'add mangle output oifname lo meta l4proto tcp mark 7 counter return',
      'add mangle output oifname lo meta l4proto tcp ip daddr != 127.0.0.1/32 skuid 1337 counter meta mark set 1338',
      'add mangle output meta l4proto tcp ct mark 7 counter meta mark set ct mark',
      'insert mangle istio-inbound index 0 meta l4proto tcp mark 7 counter return',
      'insert mangle istio-inbound index 1 iifname lo meta l4proto tcp ip saddr 127.0.0.6/32 counter return',
      'insert mangle istio-inbound index 2 iifname lo meta l4proto tcp mark != 1338 counter return',
    ],
  ],
  [
    { ...AMBIENT, redirectDNS: true },
    [
      'add nat istio-output oifname != lo mark and 0xfff != 0x539 udp dport 53 counter redirect to :15053',
      'add nat istio-output ip daddr != 127.0.0.1/32 tcp dport 53 mark and 0xfff != 0x539 counter redirect to :15053',
      'add raw prerouting jump istio-prerouting',
      'add raw output jump istio-output',
      'add raw istio-output udp dport 53 meta mark and 0xfff == 0x539 counter ct zone set 1',
      'add raw istio-prerouting udp sport 53 meta mark and 0xfff != 0x539 counter ct zone set 1',
    ],
  ],
  [
    { ...AMBIENT, redirectDNS: false, hostProbeV6SNATAddress: 'fd00::1', virtualInterfaces: ['tap0'], ...V6 },
    [
      'add nat istio-prerouting iifname tap0 meta l4proto tcp counter redirect to :15001',
      'add nat istio-prerouting iifname tap0 meta l4proto tcp counter return',
      'add nat istio-prerouting meta l4proto tcp ip6 saddr fd00::1 counter accept',
      'add nat istio-output meta l4proto tcp ip6 daddr fd00::1 counter accept',
      'add nat istio-prerouting ip6 daddr != ::1/128 tcp dport != 15008 mark and 0xfff != 0x539 counter redirect to :15006',
      'add nat istio-output oifname lo ip6 daddr != ::1/128 counter accept',
      'add nat istio-output meta l4proto tcp ip6 daddr != ::1/128 mark and 0xfff != 0x539 counter redirect to :15001',
    ],
  ],
];

describe('a setting', () => {
  it.each(SETTINGS)('%j', (settings, lines) => expect(added(settings)).toEqual(lines));
});

describe('versions', () => {
  const mangle = (istio: string) =>
    commands({ mode: 'ambient', nativeNftables: true, ingressMode: true, istio }).filter((line) => /ct mark set/.test(line));
  const families = (istio: string, mode = 'ambient') => commands({ mode, nativeNftables: true, istio }).some((line) => / ip6 /.test(line));

  it('1.27 writes no counters', () => {
    const [old, now] = [
      commands({ ...TPROXY, istio: '1.27', 'istio-inbound-ports': '*' }),
      commands({ ...TPROXY, 'istio-inbound-ports': '*' }),
    ];
    expect(old).toEqual(now.map((line) => line.replace('counter ', '')));
  });
  it('ambient: the connection mark in ingress mode since 1.29', () => {
    expect(['1.28', '1.29', '1.31'].map((istio) => mangle(istio).length)).toEqual([0, 1, 1]);
  });
  it('ambient: rules of IPv6 without IPv6 until 1.28', () => {
    expect(['1.28', '1.29', '1.31'].map((istio) => families(istio))).toEqual([true, false, false]);
    expect(['1.28', '1.29'].map((istio) => families(istio, 'ambient-host'))).toEqual([true, false]);
  });
  it('ambient before 1.28 knows no nftables', () => {
    const { nft, v4, warnings } = render({ ...AMBIENT, istio: '1.27' });
    expect([nft, v4.startsWith('* mangle')]).toEqual([undefined, true]);
    expect(warnings).toEqual(['Istio 1.27 does not know `nativeNftables` in ambient mode: it writes iptables rules']);
  });
  it('TPROXY without inbound ports crashes before 1.29', () => {
    const warnings = ['1.28', '1.29'].map((istio) => render({ ...TPROXY, 'native-nftables': true, istio }).warnings);
    expect(warnings).toEqual([['Istio 1.28 crashes in TPROXY mode with `native-nftables` and without inbound ports'], []]);
  });
});

describe('the transaction', () => {
  it('makes chains that have rules, and no table without rules', () => {
    const made = commands({}).filter((line) => /^add (?:table|chain)/.test(line));
    expect(made).toEqual([
      'add table inet istio-proxy-nat',
      'add chain inet istio-proxy-nat output { type nat hook output priority -100 ; }',
      ...['inbound', 'redirect', 'in-redirect', 'output'].map((name) => `add chain inet istio-proxy-nat istio-${name}`),
    ]);
  });
  it('of ambient makes a chain that is jumped to', () => {
    const made = commands({ ...AMBIENT, ingressMode: true, istio: '1.28' }).filter((line) => /chain inet istio-ambient-mangle/.test(line));
    expect(made.map((line) => line.split(' ')[4])).toEqual(['prerouting', 'output', 'istio-prerouting', 'istio-output']);
  });
  it('is of the node where the agent is', () => {
    expect(commands({ mode: 'ambient-host', nativeNftables: true, host: { ipv6: true, kubeletUid: '7' } }).slice(2)).toEqual([
      'add chain inet istio-ambient-nat postrouting { type nat hook postrouting priority 100 ; }',
      'add rule inet istio-ambient-nat postrouting meta l4proto tcp skuid 7 ip daddr @istio-inpod-probes-v4 counter snat to 169.254.7.127',
      'add rule inet istio-ambient-nat postrouting meta l4proto tcp skuid 7 ip6 daddr @istio-inpod-probes-v6 counter snat to fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
    ]);
  });
  it('only removes tables when asked to', () => {
    expect(commands({ 'cleanup-only': true })).toEqual(
      ['nat', 'mangle', 'raw'].flatMap((table) => [`add table inet istio-proxy-${table}`, `delete table inet istio-proxy-${table}`]),
    );
    expect(render({ 'native-nftables': true, 'skip-rule-apply': true }).nft).toBe(undefined);
  });
  it('has the routes of iptables mode beside it; dry-run is not heeded', () => {
    const settings = { ...TPROXY, 'istio-inbound-ports': '*', ...V6 };
    expect(render({ ...settings, 'native-nftables': true, 'dry-run': true }).routing).toEqual(render(settings).routing);
    expect(render({ ...settings, 'dry-run': true }).routing).toEqual([]);
  });
});

describe('chainwalk reads what is written', () => {
  it.each([...SETTINGS.map(([settings]) => settings), { mode: 'ambient-host', nativeNftables: true, host: { ipv6: true } }])(
    '%j',
    (settings) => {
      const text = commands(settings).join('\n');
      const { rulesets, diagnostics } = readRules({ file: 'rendered', text });
      expect(diagnostics.filter(({ message }) => !message.includes('is looked up when'))).toEqual([]);
      expect(rulesets.map(({ family }) => family)).toEqual([4, 6]);
    },
  );
});

describe('what does not load', () => {
  const problems = (settings: Input) =>
    renderRules({ settings: { file: 'settings', text: JSON.stringify({ 'native-nftables': true, ...settings }) } }).diagnostics.map(
      ({ message }) => message,
    );
  it.each([
    [
      { 'istio-exclude-interfaces': 'eth+' },
      ['expected `;` or the end of the line, found `+`', 'expected `;` or the end of the line, found `+`'],
    ],
    [{ 'kube-virt-interfaces': 'bridge' }, ['`bridge` is a word of nft and cannot be a value here']],
    [{ 'kube-virt-interfaces': 'vlan' }, []],
    [
      { 'redirect-dns': true, host: { nameservers: ['fd00::1'] } },
      [
        'there is no chain `istio-output-dns` in table `inet istio-proxy-nat`',
        'there is no chain `istio-inbound` in table `inet istio-proxy-raw`',
      ],
    ],
  ])('%j', (settings, expected) => expect(problems(settings)).toEqual(expected));

  const PORTS = ['envoy-port', 'inbound-capture-port', 'inbound-tunnel-port', 'istio-outbound-ports', 'istio-local-outbound-ports-exclude'];
  it.each(PORTS)('a range with a colon in %s', (name) => {
    const settings = { [name]: '8000:8080' };
    expect(() => render({ ...settings, 'native-nftables': true })).toThrow(InputError);
    expect(() => render({ ...settings, 'native-nftables': true })).toThrow(
      `\`8000:8080\` in \`${name}\` is not a port of nft: the rules do not load`,
    );
    expect(render(settings).v4).toContain('8000:8080');
  });
});
