/** What versions of Istio wrote otherwise. */
import { describe, expect, it } from 'vitest';
import { render } from '../../src/api/library/index.ts';
import { NEWEST, OLDEST, parseVersion } from '../../src/istio/settings/version.ts';

type Input = Readonly<Record<string, unknown>>;

const DNS = { 'redirect-dns': true, host: { nameservers: ['127.0.0.53'] } } as const;
const LIST = { 'istio-service-cidr': '10.0.0.0/8' } as const;

/** what changed, settings that show it, a line of the rules, the first version with it, the last one */
const CHANGES: readonly (readonly [what: string, settings: Input, line: string, since: number, until: number])[] = [
  ['answers are known by their destination', DNS, '-A PREROUTING -p udp --sport 53 -d 127.0.0.53/32 -j CT --zone 1', 18, 19],
  ['answers are known by their source', DNS, '-A PREROUTING -p udp --sport 53 -s 127.0.0.53/32 -j CT --zone 1', 20, 24],
  ['answers pass ISTIO_INBOUND', DNS, '-A ISTIO_INBOUND -p udp --sport 53 -s 127.0.0.53/32 -j CT --zone 1', 25, 31],
  ['UDP questions are captured in OUTPUT', DNS, '-A OUTPUT -p udp --dport 53 -d 127.0.0.53/32 -j REDIRECT --to-port 15053', 18, 22],
  [
    'UDP questions are captured in ISTIO_OUTPUT',
    DNS,
    '-A ISTIO_OUTPUT -p udp --dport 53 -d 127.0.0.53/32 -j REDIRECT --to-port 15053',
    23,
    24,
  ],
  ['UDP jumps to ISTIO_OUTPUT for DNS', DNS, '-A OUTPUT -p udp -j ISTIO_OUTPUT', 23, 24],
  [
    'TCP questions are captured in ISTIO_OUTPUT',
    DNS,
    '-A ISTIO_OUTPUT -p tcp --dport 53 -d 127.0.0.53/32 -j REDIRECT --to-ports 15053',
    18,
    24,
  ],
  [
    'UDP questions are captured in ISTIO_OUTPUT_DNS',
    DNS,
    '-A ISTIO_OUTPUT_DNS -p udp --dport 53 -d 127.0.0.53/32 -j REDIRECT --to-port 15053',
    25,
    31,
  ],
  ['TCP jumps to ISTIO_OUTPUT', {}, '-A OUTPUT -p tcp -j ISTIO_OUTPUT', 18, 24],
  ['everything jumps to ISTIO_OUTPUT', {}, '-A OUTPUT -j ISTIO_OUTPUT', 25, 31],
  [
    'excluded ports are excluded for UDP',
    { 'istio-local-outbound-ports-exclude': '9' },
    '-A ISTIO_OUTPUT -p udp --dport 9 -j RETURN',
    25,
    31,
  ],
  ['a list of ranges ends with a RETURN', LIST, '-A ISTIO_OUTPUT -j RETURN', 18, 22],
  ['invalid packets are dropped in PREROUTING', { 'drop-invalid': true }, '-A PREROUTING -m conntrack --ctstate INVALID -j DROP', 18, 24],
  ['invalid packets are dropped in ISTIO_DROP', { 'drop-invalid': true }, '-A ISTIO_DROP -j DROP', 25, 31],
  ['localhost is a setting', { ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.0/8' }, '-A ISTIO_OUTPUT -d 127.0.0.0/8 -j RETURN', 21, 31],
  [
    'DNS capture without a server changes rules',
    { 'redirect-dns': true },
    '-A ISTIO_OUTPUT -o lo -p tcp ! --dport 53 -m owner ! --uid-owner 1337 -j RETURN',
    18,
    24,
  ],
  ['the node`s jump stands last', { mode: 'ambient-host' }, '-A POSTROUTING -j ISTIO_POSTRT', 25, 26],
  ['the node`s jump stands first', { mode: 'ambient-host' }, '-I POSTROUTING 1 -j ISTIO_POSTRT', 27, 31],
  [
    'an ingress pod sets the connection mark',
    { mode: 'ambient', ingressMode: true },
    '-A ISTIO_PRERT -m mark --mark 0x539/0xfff -j CONNMARK --set-xmark 0x111/0xfff',
    29,
    31,
  ],
  ['a pod may do without DNS capture', { mode: 'ambient', dnsProxy: 'disabled', redirectDNS: true }, '* raw', 25, 25],
];

const MINORS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, at) => OLDEST + at);

describe('versions', () => {
  it.each(CHANGES)('%s', (_, settings, line, since, until) => {
    const ambient = 'mode' in settings;
    const minors = MINORS.filter((minor) => !ambient || minor >= 25);
    const shown = minors.filter((minor) =>
      render(settings, { istio: `1.${minor}` })
        .v4.split('\n')
        .includes(line),
    );
    expect(shown).toEqual(minors.filter((minor) => since <= minor && minor <= until));
  });

  it('are written with or without a patch level', () => {
    expect(['1.25', 'v1.25.3', '1.25.0-rc.1'].map(parseVersion)).toEqual([{ minor: 25 }, { minor: 25 }, { minor: 25 }]);
    expect(['1.17', '1.32', '2.20', '1.', 'latest', '1.25.x'].map(parseVersion)).toEqual(Array(6).fill(undefined));
  });

  it('up to 1.24 UDP questions of the proxy and of groups left alone are let go first', () => {
    const text = render({ ...DNS, istio: '1.22', ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '888' }).v4;
    expect(text.match(/^-A OUTPUT -p udp.* -j (?:RETURN|REDIRECT.*)$/gm)).toEqual([
      '-A OUTPUT -p udp --dport 53 -m owner --uid-owner 1337 -j RETURN',
      '-A OUTPUT -p udp --dport 53 -m owner --gid-owner 1337 -j RETURN',
      '-A OUTPUT -p udp --dport 53 -m owner --gid-owner 888 -j RETURN',
      '-A OUTPUT -p udp --dport 53 -d 127.0.0.53/32 -j REDIRECT --to-port 15053',
    ]);
  });

  it('ambient is known from 1.25 on', () => {
    expect(() => render({ mode: 'ambient' }, { istio: '1.24' })).toThrow('ambient rules are known for Istio 1.25 to 1.31, not for 1.24');
  });
});
