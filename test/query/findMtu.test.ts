/** find: sets of packets meet the MTUs that the host says, and sockets of which they do not say whether they are bound. */
import { describe, expect, it } from 'vitest';
import { find, parse, trace } from '../../src/api/library/index.ts';

const RULES = parse('*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n').rulesets;
const ROUTER = {
  interfaces: [
    { name: 'eth0', addresses: ['10.1.0.5/24'], mtu: 1500 },
    { name: 'tun0', addresses: ['10.9.0.2/24'], mtu: 1400 },
  ],
  routes: ['default via 10.9.0.1 dev tun0'],
  sysctls: { 'net.ipv4.ip_forward': '1' },
};

describe('packets of every length', () => {
  it('are lost where they are too long for the link behind the router, and not longer than that before it', () => {
    const { classes, example } = find(RULES, {
      where: 'in tcp 10.1.0.9 -> 9.9.9.9:80 iif=eth0 ttl=64 flags=S',
      outcome: 'lost',
      host: ROUTER,
    });
    expect(classes.map(({ packets }) => packets)).toEqual([expect.stringContaining('len=1401-1500')]);
    expect(trace(RULES[0] as never, example as never, { host: ROUTER })).toMatchObject({ outcome: 'lost' });
  });

  it('are forwarded where they may be fragmented, which a set does not say', () => {
    const packet = 'in udp 10.1.0.9 -> 9.9.9.9:80 iif=eth0 len=1450';
    const ends = [packet, `${packet} df=no`, `${packet} df=yes`].map((text) => trace(RULES[0] as never, text, { host: ROUTER }).outcome);
    expect(ends).toEqual(['lost', 'forwarded', 'lost']);
    expect(() => find(RULES, { where: 'in udp -> 9.9.9.9 df=no', outcome: 'lost', host: ROUTER })).toThrow('df');
  });

  it('fit where no MTU is said', () => {
    const host = { ...ROUTER, interfaces: ROUTER.interfaces.map(({ mtu: _, ...nic }) => nic) };
    const where = 'in tcp 10.1.0.9 -> 9.9.9.9:80 iif=eth0 ttl=64 flags=S frag=0';
    expect(find(RULES, { where, outcome: 'lost', host }).empty).toBe(true);
  });
});

describe('UDP sockets of IPv4 without a source', () => {
  const host = {
    interfaces: [
      { name: 'eth0', addresses: ['10.1.0.5/24'] },
      { name: 'net1', addresses: ['10.7.0.5/24'] },
    ],
    routes: ['default via 10.1.0.1 dev eth0'],
    ip_rules: ['from 10.1.0.5 lookup 200'],
    route_tables: { 200: ['default via 10.7.0.1 dev net1'] },
  };

  it('leave by either way, as they are connected or not', () => {
    const rules = parse('*filter\n:OUTPUT ACCEPT\n-A OUTPUT -o eth0 -j DROP\nCOMMIT\n').rulesets;
    const asked = (proto: string) =>
      find(rules, { where: `out ${proto} 10.1.0.5 -> 8.8.8.8:53 socket=yes uid=any`, outcome: 'dropped', host });
    expect(asked('udp')).toMatchObject({ empty: false, undecided: [{ reason: expect.stringContaining('connected') }] });
    expect(asked('tcp')).toMatchObject({ empty: true });
  });
});
