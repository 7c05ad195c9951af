/** What each setting writes, by itself: the rest of the rules is as without it. Lines stand as Istio spells them. */
import { describe, expect, it } from 'vitest';
import { render } from '../../src/api/library/index.ts';

type Input = Readonly<Record<string, unknown>>;

/** The IPv4 or IPv6 lines, each with its table. */
function lines(settings: Input, family: 'v4' | 'v6' = 'v4'): readonly string[] {
  let table = '';
  return render(settings)
    [family].split('\n')
    .flatMap((line) => {
      if (line.startsWith('* ')) table = line.slice(2);
      return /^-[NAI]/.test(line) ? [`${table} ${line}`] : [];
    });
}

/** Lines that a setting adds to those of `base`, in their order. */
function added(settings: Input, base: Input = {}, family: 'v4' | 'v6' = 'v4'): readonly string[] {
  const before = lines(base, family);
  return lines({ ...base, ...settings }, family).filter((line) => !before.includes(line));
}

const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' } as const;
const V6 = { host: { ipv6: true } } as const;

describe('the document', () => {
  it('without settings captures nothing, and lets the proxy alone', () => {
    expect(render({}).v4).toBe(`* nat
-N ISTIO_INBOUND
-N ISTIO_REDIRECT
-N ISTIO_IN_REDIRECT
-N ISTIO_OUTPUT
-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A OUTPUT -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN
-A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -o lo ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT
-A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
COMMIT
`);
    expect(render({}).v6).toBe('');
  });

  it('has its tables in alphabetical order, and declares chains by first use', () => {
    const text = render({ ...TPROXY, 'istio-inbound-ports': '80', 'redirect-dns': true, 'capture-all-dns': true }).v4;
    expect(text.match(/^\* .*|^-N .*/gm)).toEqual([
      '* mangle',
      '-N ISTIO_DIVERT',
      '-N ISTIO_TPROXY',
      '-N ISTIO_INBOUND',
      '* nat',
      '-N ISTIO_INBOUND',
      '-N ISTIO_REDIRECT',
      '-N ISTIO_IN_REDIRECT',
      '-N ISTIO_OUTPUT',
      '-N ISTIO_OUTPUT_DNS',
      '* raw',
      '-N ISTIO_OUTPUT_DNS',
      '-N ISTIO_INBOUND',
    ]);
  });

  it('of IPv6 has its own localhost and its own source for the proxy', () => {
    const text = render({ ...V6, ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.0/8' }).v6;
    expect(text).toContain('-A ISTIO_OUTPUT -o lo -s ::6/128 -j RETURN');
    expect(text).toContain('-A ISTIO_OUTPUT -d ::1/128 -j RETURN');
    expect(text).not.toContain('127.');
  });
});

/** settings, what they add to the rules without settings */
const ADDED: readonly (readonly [name: string, settings: Input, lines: readonly string[]])[] = [
  [
    'all inbound ports',
    { 'istio-inbound-ports': '*' },
    ['nat -A PREROUTING -p tcp -j ISTIO_INBOUND', 'nat -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT'],
  ],
  [
    'inbound ports to leave alone',
    { 'istio-inbound-ports': '*', 'istio-local-exclude-ports': '22' },
    [
      'nat -A PREROUTING -p tcp -j ISTIO_INBOUND',
      'nat -A ISTIO_INBOUND -p tcp --dport 22 -j RETURN',
      'nat -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
    ],
  ],
  [
    'a list of inbound ports, which takes no exclusions',
    { 'istio-inbound-ports': '80', 'istio-local-exclude-ports': '80' },
    ['nat -A PREROUTING -p tcp -j ISTIO_INBOUND', 'nat -A ISTIO_INBOUND -p tcp --dport 80 -j ISTIO_IN_REDIRECT'],
  ],
  [
    'interfaces to leave alone',
    { 'istio-exclude-interfaces': 'net1' },
    ['nat -A PREROUTING -i net1 -j RETURN', 'nat -A OUTPUT -o net1 -j RETURN'],
  ],
  ['virtual interfaces without captured ranges', { 'kube-virt-interfaces': 'tap0' }, ['nat -I PREROUTING 1 -i tap0 -j RETURN']],
  [
    'virtual interfaces, everything captured',
    { 'kube-virt-interfaces': 'tap0,tap1', 'istio-service-cidr': '*' },
    [
      'nat -I PREROUTING 1 -i tap0 -j RETURN',
      'nat -I PREROUTING 1 -i tap1 -j RETURN',
      'nat -A ISTIO_OUTPUT -j ISTIO_REDIRECT',
      'nat -I PREROUTING 1 -i tap0 -j ISTIO_REDIRECT',
      'nat -I PREROUTING 1 -i tap1 -j ISTIO_REDIRECT',
    ],
  ],
  [
    'virtual interfaces, ranges captured',
    { 'kube-virt-interfaces': 'tap0', 'istio-service-cidr': '10.0.0.0/8,172.16.0.0/12' },
    [
      'nat -I PREROUTING 1 -i tap0 -j RETURN',
      'nat -I PREROUTING 1 -i tap0 -d 10.0.0.0/8 -j ISTIO_REDIRECT',
      'nat -A ISTIO_OUTPUT -d 10.0.0.0/8 -j ISTIO_REDIRECT',
      'nat -I PREROUTING 1 -i tap0 -d 172.16.0.0/12 -j ISTIO_REDIRECT',
      'nat -A ISTIO_OUTPUT -d 172.16.0.0/12 -j ISTIO_REDIRECT',
    ],
  ],
  [
    'packets of no connection',
    { 'drop-invalid': true },
    ['mangle -N ISTIO_DROP', 'mangle -A PREROUTING -m conntrack --ctstate INVALID -j ISTIO_DROP', 'mangle -A ISTIO_DROP -j DROP'],
  ],
  [
    'outbound ports to leave alone',
    { 'istio-local-outbound-ports-exclude': '3306' },
    ['nat -A ISTIO_OUTPUT -p tcp --dport 3306 -j RETURN', 'nat -A ISTIO_OUTPUT -p udp --dport 3306 -j RETURN'],
  ],
  ['outbound ports to capture', { 'istio-outbound-ports': '443' }, ['nat -A ISTIO_OUTPUT -p tcp --dport 443 -j ISTIO_REDIRECT']],
  ['ranges to leave alone', { 'istio-service-exclude-cidr': '10.1.0.0/16,fd00::/8' }, ['nat -A ISTIO_OUTPUT -d 10.1.0.0/16 -j RETURN']],
  [
    'groups to leave alone',
    { ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: 'java,202' },
    ['nat -A ISTIO_OUTPUT -m owner --gid-owner java -j RETURN', 'nat -A ISTIO_OUTPUT -m owner --gid-owner 202 -j RETURN'],
  ],
  [
    'groups to capture, one rule for all of them',
    { ISTIO_OUTBOUND_OWNER_GROUPS: 'java,202', ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '7' },
    ['nat -A ISTIO_OUTPUT -m owner ! --gid-owner java -m owner ! --gid-owner 202 -j RETURN'],
  ],
  ['no group to capture: a RETURN for everybody', { ISTIO_OUTBOUND_OWNER_GROUPS: '' }, ['nat -A ISTIO_OUTPUT -j RETURN']],
];

describe('a setting adds', () => {
  it.each(ADDED)('%s', (_, settings, expected) => expect(added(settings)).toEqual(expected));
});

describe('loopback', () => {
  const guards = (settings: Input, family: 'v4' | 'v6' = 'v4') =>
    lines(settings, family).filter((line) => /-o lo -m owner !/.test(line)).length;
  it('in a captured range takes the return of others away, in both families', () => {
    expect([guards({}), guards({ 'istio-service-cidr': '127.0.0.0/8' })]).toEqual([2, 0]);
    expect(guards({ ...V6, 'istio-service-cidr': '127.1.2.3/32' }, 'v6')).toBe(0);
    expect(guards({ ...V6, 'istio-service-cidr': '::1/128' })).toBe(0);
  });
  it('is told by the address, not by what the range covers', () => {
    expect(guards({ 'istio-service-cidr': '0.0.0.0/0,126.0.0.0/7' })).toBe(2);
    expect(guards({ 'istio-service-cidr': '*' })).toBe(2);
  });
});

describe('TPROXY', () => {
  it('captures in mangle; nat keeps its chain, to which nothing jumps', () => {
    const text = lines({ ...TPROXY, 'istio-inbound-ports': '80', 'istio-inbound-tproxy-mark': '7' });
    expect(text.filter((line) => line.includes('PREROUTING'))).toEqual([
      'mangle -A PREROUTING -p tcp -j ISTIO_INBOUND',
      'mangle -A PREROUTING -p tcp -m mark --mark 7 -j CONNMARK --save-mark',
    ]);
    expect(text).toContain('mangle -A ISTIO_TPROXY ! -d 127.0.0.1/32 -p tcp -j TPROXY --tproxy-mark 7/0xffffffff --on-port 15006');
    expect(text).toContain('mangle -A ISTIO_INBOUND -p tcp --dport 80 -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT');
    expect(text).toContain('nat -A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN');
  });
  it('writes its guards even when nothing inbound is captured', () => {
    expect(added(TPROXY)).toEqual([
      'mangle -N ISTIO_INBOUND',
      'mangle -A PREROUTING -p tcp -m mark --mark 1337 -j CONNMARK --save-mark',
      'mangle -A OUTPUT -p tcp -o lo -m mark --mark 1337 -j RETURN',
      'mangle -A OUTPUT ! -d 127.0.0.1/32 -p tcp -o lo -m owner --uid-owner 1337 -j MARK --set-mark 1338',
      'mangle -A OUTPUT ! -d 127.0.0.1/32 -p tcp -o lo -m owner --gid-owner 1337 -j MARK --set-mark 1338',
      'mangle -A OUTPUT -p tcp -m connmark --mark 1337 -j CONNMARK --restore-mark',
      'mangle -I ISTIO_INBOUND 1 -p tcp -m mark --mark 1337 -j RETURN',
      'mangle -I ISTIO_INBOUND 2 -p tcp -s 127.0.0.6/32 -i lo -j RETURN',
      'mangle -I ISTIO_INBOUND 3 -p tcp -i lo -m mark ! --mark 1338 -j RETURN',
    ]);
  });
  it('leaves interfaces alone in mangle as well', () => {
    expect(added({ ...TPROXY, 'istio-exclude-interfaces': 'a,b' }, TPROXY).slice(0, 4)).toEqual([
      'mangle -A PREROUTING -i a -j RETURN',
      'mangle -A OUTPUT -o a -j RETURN',
      'mangle -A PREROUTING -i b -j RETURN',
      'mangle -A OUTPUT -o b -j RETURN',
    ]);
  });
});

describe('DNS', () => {
  const SOME = { 'redirect-dns': true, host: { ipv6: true, nameservers: ['10.96.0.10'] } } as const;
  it('spares the questions of the proxy`s user, not those of its group', () => {
    const own = lines({ 'redirect-dns': true, 'capture-all-dns': true }).filter(
      (line) => line.endsWith('ISTIO_IN_REDIRECT') && line.includes('owner'),
    );
    expect(own.map((line) => line.includes('multiport ! --dports 53,15008'))).toEqual([true, false]);
  });
  it('a family without a nameserver has only the zones of the proxy', () => {
    expect(lines(SOME, 'v6').filter((line) => line.startsWith('raw'))).toEqual([
      'raw -N ISTIO_OUTPUT_DNS',
      'raw -A OUTPUT -j ISTIO_OUTPUT_DNS',
      'raw -A ISTIO_OUTPUT_DNS -p udp --dport 53 -m owner --uid-owner 1337 -j CT --zone 1',
      'raw -A ISTIO_OUTPUT_DNS -p udp --sport 15053 -m owner --uid-owner 1337 -j CT --zone 2',
      'raw -A ISTIO_OUTPUT_DNS -p udp --dport 53 -m owner --gid-owner 1337 -j CT --zone 1',
      'raw -A ISTIO_OUTPUT_DNS -p udp --sport 15053 -m owner --gid-owner 1337 -j CT --zone 2',
    ]);
    expect(lines(SOME, 'v6').some((line) => line.includes('nat') && line.includes('DNS'))).toBe(false);
  });
  it('a nameserver is a destination of questions and a source of answers', () => {
    expect(lines(SOME).filter((line) => line.includes('10.96.0.10'))).toEqual([
      'nat -A ISTIO_OUTPUT_DNS -p tcp --dport 53 -d 10.96.0.10/32 -j REDIRECT --to-ports 15053',
      'nat -A ISTIO_OUTPUT_DNS -p udp --dport 53 -d 10.96.0.10/32 -j REDIRECT --to-port 15053',
      'raw -A ISTIO_OUTPUT_DNS -p udp --dport 53 -d 10.96.0.10/32 -j CT --zone 2',
      'raw -A ISTIO_INBOUND -p udp --sport 53 -s 10.96.0.10/32 -j CT --zone 1',
    ]);
  });
  it('comes after the proxy and the groups, before localhost and the ranges', () => {
    const names = lines({ ...SOME, ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '7', 'istio-service-exclude-cidr': '10.0.0.0/8' });
    const at = (text: string) => names.findIndex((line) => line.includes(`ISTIO_OUTPUT ${text}`));
    const places = ['-m owner --gid-owner 1337', '-m owner --gid-owner 7', '-j ISTIO_OUTPUT_DNS', '-d 127.0.0.1/32', '-d 10.0.0.0/8'].map(
      at,
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });
});

describe('routing', () => {
  it('gives lo the source of the proxy`s IPv6 connections', () => expect(render(V6).routing).toEqual(['ip -6 addr add ::6/128 dev lo']));
  it('leads marked packets to lo in TPROXY mode, when something inbound is captured', () => {
    const tproxy = { ...TPROXY, ...V6, 'istio-inbound-tproxy-mark': '7', 'istio-inbound-tproxy-route-table': '99' };
    expect(render({ ...tproxy, 'istio-inbound-ports': '*' }).routing).toEqual([
      'ip -6 addr add ::6/128 dev lo',
      'ip rule add fwmark 7 lookup 99',
      'ip -6 rule add fwmark 7 lookup 99',
      'ip route add local 0.0.0.0/0 dev lo table 99',
      'ip -6 route add local ::/0 dev lo table 99',
    ]);
    expect(render({ ...TPROXY }).routing).toEqual([]);
  });
  it('is left out of a dry run', () => {
    const dry = { ...V6, ...TPROXY, 'istio-inbound-ports': '*', 'dry-run': true };
    expect(render(dry).routing).toEqual([]);
    expect(render(dry).v4).toBe(render({ ...dry, 'dry-run': false }).v4);
  });
});
