/** The settings of ambient mode, one by one: what each of them writes, and what is refused. */
import { describe, expect, it } from 'vitest';
import { InputError, render } from '../../src/api/library/index.ts';

type Input = Readonly<Record<string, unknown>>;

const lines = (settings: Input, family: 'v4' | 'v6' = 'v4') => {
  let table = '';
  return render({ mode: 'ambient', ...settings })
    [family].split('\n')
    .flatMap((line) => {
      if (line.startsWith('* ')) table = line.slice(2);
      return line.startsWith('-A') || line.startsWith('-I') ? [`${table} ${line}`] : [];
    });
};

/** Lines that a setting adds to those without it, and lines that it takes away. */
function change(settings: Input, base: Input = {}): { readonly adds: readonly string[]; readonly drops: readonly string[] } {
  const [before, after] = [lines(base), lines({ ...base, ...settings })];
  return { adds: after.filter((line) => !before.includes(line)), drops: before.filter((line) => !after.includes(line)) };
}

const DNS = [
  'raw -A PREROUTING -j ISTIO_PRERT',
  'raw -A OUTPUT -j ISTIO_OUTPUT',
  'raw -A ISTIO_OUTPUT -p udp -m mark --mark 0x539/0xfff -m udp --dport 53 -j CT --zone 1',
  'raw -A ISTIO_PRERT -p udp -m mark ! --mark 0x539/0xfff -m udp --sport 53 -j CT --zone 1',
];
const PROBE = 'nat -A ISTIO_PRERT -s 169.254.7.127 -p tcp -m tcp -j ACCEPT';
const INBOUND = 'nat -A ISTIO_PRERT ! -d 127.0.0.1/32 -p tcp ! --dport 15008 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15006';

describe('in a pod', () => {
  it('without settings: everything is captured, DNS as well, IPv4 alone', () => {
    expect(lines({})).toEqual([
      'mangle -A PREROUTING -j ISTIO_PRERT',
      'mangle -A OUTPUT -j ISTIO_OUTPUT',
      'mangle -A ISTIO_PRERT -m mark --mark 0x539/0xfff -j CONNMARK --set-xmark 0x111/0xfff',
      'mangle -A ISTIO_OUTPUT -m connmark --mark 0x111/0xfff -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff',
      'nat -A OUTPUT -j ISTIO_OUTPUT',
      'nat -A PREROUTING -j ISTIO_PRERT',
      PROBE,
      'nat -A ISTIO_OUTPUT -d 169.254.7.127 -p tcp -m tcp -j ACCEPT',
      INBOUND,
      'nat -A ISTIO_OUTPUT ! -o lo -p udp -m mark ! --mark 0x539/0xfff -m udp --dport 53 -j REDIRECT --to-port 15053',
      'nat -A ISTIO_OUTPUT ! -d 127.0.0.1/32 -p tcp --dport 53 -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15053',
      'nat -A ISTIO_OUTPUT -p tcp -m mark --mark 0x111/0xfff -j ACCEPT',
      'nat -A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -j ACCEPT',
      'nat -A ISTIO_OUTPUT ! -d 127.0.0.1/32 -p tcp -m mark ! --mark 0x539/0xfff -j REDIRECT --to-ports 15001',
      ...DNS,
    ]);
    expect(lines({}, 'v6')).toEqual([]);
  });
  it('redirectDNS false takes DNS away', () => {
    const { adds, drops } = change({ redirectDNS: false });
    expect(adds).toEqual([]);
    expect(drops.map((line) => line.split(' ')[0])).toEqual(['nat', 'nat', 'raw', 'raw', 'raw', 'raw']);
  });
  it.each([
    ['unset', true, true],
    ['unset', false, false],
    ['enabled', false, true],
    ['disabled', true, false],
  ])('dnsProxy %s goes over redirectDNS %s', (dnsProxy, redirectDNS, captured) => {
    expect(lines({ dnsProxy, redirectDNS }).some((line) => line.includes('15053'))).toBe(captured);
  });
  it('ingressMode leaves what comes in alone, and keeps the mark of connections', () => {
    expect(change({ ingressMode: true })).toEqual({ adds: [], drops: [PROBE, INBOUND] });
  });
  it('virtualInterfaces are captured first, TCP alone', () => {
    const { adds } = change({ virtualInterfaces: ['tap0', 'tap1'] });
    expect(adds).toEqual([
      'nat -A ISTIO_PRERT -i tap0 -p tcp -j REDIRECT --to-ports 15001',
      'nat -A ISTIO_PRERT -i tap0 -p tcp -j RETURN',
      'nat -A ISTIO_PRERT -i tap1 -p tcp -j REDIRECT --to-ports 15001',
      'nat -A ISTIO_PRERT -i tap1 -p tcp -j RETURN',
    ]);
    expect(lines({ virtualInterfaces: ['tap0'], ingressMode: true })).toContain(adds[0]);
  });
  it('the addresses of probes are spelled as Go spells them', () => {
    const settings = { hostProbeSNATAddress: '10.0.0.1', hostProbeV6SNATAddress: 'FD16:0:0::00A1', host: { ipv6: true } };
    expect(lines(settings).filter((line) => line.includes('10.0.0.1 '))).toHaveLength(2);
    expect(lines(settings, 'v6').filter((line) => line.includes('fd16::a1 '))).toHaveLength(2);
  });
  it('IPv6 has its own localhost; rules and routes of both families', () => {
    const { v6, routing } = render({ mode: 'ambient', host: { ipv6: true } });
    expect(v6.match(/! -d (\S+)/g)).toEqual(Array(4).fill('! -d ::1/128'));
    expect(routing).toEqual([
      'ip route replace local 0.0.0.0/0 dev lo table 100',
      'ip -6 route replace local ::/0 dev lo table 100',
      'ip rule add fwmark 0x111/0xfff pref 32764 lookup 100',
      'ip -6 rule add fwmark 0x111/0xfff pref 32764 lookup 100',
    ]);
    const sysctls = { 'net.ipv6.conf.lo.disable_ipv6': '1' };
    expect(render({ mode: 'ambient', host: { ipv6: true, sysctls } }).routing).toEqual(routing.toSpliced(1, 1));
  });
});

describe('on the node', () => {
  it('probes get the source by which pods know them', () => {
    const { v4, v6, routing } = render({ mode: 'ambient-host', host: { ipv6: true }, hostProbeSNATAddress: '10.0.0.1' });
    expect(v4).toBe(
      '* nat\n-N ISTIO_POSTRT\n-I POSTROUTING 1 -j ISTIO_POSTRT\n-A ISTIO_POSTRT -m owner --socket-exists -p tcp -m set --match-set istio-inpod-probes-v4 dst -j SNAT --to-source 10.0.0.1\nCOMMIT\n',
    );
    expect(v6).toContain('istio-inpod-probes-v6 dst -j SNAT --to-source fd16:9254:7127:1337:ffff:ffff:ffff:ffff');
    expect(routing).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each([
    [{ redirectDNS: 'yes' }, '`"yes"` is not a valid value for `redirectDNS`'],
    [{ dnsProxy: 'on' }, '`"on"` is not a valid value for `dnsProxy`'],
    [{ hostProbeSNATAddress: 'fd00::1' }, '`"fd00::1"` is not a valid value for `hostProbeSNATAddress`'],
    [{ hostProbeV6SNATAddress: '10.0.0.1' }, '`"10.0.0.1"` is not a valid value for `hostProbeV6SNATAddress`'],
    [{ virtualInterfaces: 'tap0' }, '`"tap0"` is not a valid value for `virtualInterfaces`'],
    [{ 'proxy-uid': '1337' }, 'ambient mode has no setting `proxy-uid`'],
    [{ nativeNftables: 'yes' }, '`"yes"` is not a valid value for `nativeNftables`'],
    [{ host: { kubeletUid: 'root' } }, '`"root"` is not a valid value for `kubeletUid` of the host'],
    [{ istio: '1.24' }, 'ambient rules are known for Istio 1.25 to 1.31, not for 1.24'],
    [{ host: { addresses: ['fe80::1/64'] } }, 'the host has no address but loopback and link-local ones'],
  ])('%j', (settings, problem) => {
    expect(() => render({ mode: 'ambient', ...settings })).toThrow(InputError);
    expect(() => render({ mode: 'ambient', ...settings })).toThrow(problem);
  });
});
