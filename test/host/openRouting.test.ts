/** Rules and routes of which something is not modelled: they may be taken or not, and where that matters the answer is undecided. */
import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../src/host/ipRoute.ts';
import { parseRule } from '../../src/host/ipRule.ts';
import { packetText } from '../../src/packet/notation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = {
  interfaces: [
    { name: 'eth0', addresses: ['10.1.0.5/24'] },
    { name: 'net1', addresses: ['10.7.0.5/24'] },
  ],
  routes: ['default via 10.1.0.1 dev eth0', '10.8.0.0/16 via 10.7.0.1 dev net1'],
  route_tables: { 100: ['default via 10.7.0.1 dev net1'], 101: ['192.0.2.0/24 via 10.7.0.1 dev net1'] },
};
const RULES = '*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n';

async function outcome(host: object, packet: string): Promise<string> {
  const files = { 'host.json': JSON.stringify({ ...HOST, ...host }), 'a.rules': RULES };
  const family = packet.includes('::') ? ['--family', '6'] : [];
  const argv = ['trace', 'a.rules', packet, '--host', 'host.json', '--profile', 'none', '--json', ...family];
  const { code, out } = await chainwalk(argv, { files });
  return code === 2 ? 'exit 2' : (JSON.parse(out) as { outcome: string }).outcome;
}

const FAR = 'out tcp 10.1.0.5 -> 9.9.9.9:80';
const NEAR = 'out tcp 10.1.0.5 -> 10.1.0.9:80';

describe('an ip rule of which a part is not modelled', () => {
  it.each([
    'pref 100 realms 1/2 lookup 100',
    'pref 100 tun_id 7 lookup 100',
    'pref 100 not realms 1/2 lookup 100',
    '100:\tfrom all iif lo realms 7 lookup 100',
    'pref 100 [something=new] lookup 100',
    'pref 100 realms 7 prohibit',
    'pref 100 ipproto something-new lookup 100',
  ])('%s: undecided', async (rule) => {
    expect(await outcome({ ip_rules: [rule] }, FAR)).toBe('undecided');
  });

  it('a rule for the members of VRFs is open where it is not known what they belong to', async () => {
    const interfaces = [{ name: 'eth0', addresses: ['10.1.0.5/24'], master: 'red' }, HOST.interfaces[1]];
    const ip_rules = ['1000:\tfrom all lookup [l3mdev-table]'];
    const packet = 'in tcp 10.1.0.9 -> 10.1.0.5:80 iif=eth0';
    expect(await outcome({ interfaces, ip_rules, default_rules: false }, packet)).toBe('undecided');
    expect(await outcome({ interfaces: [...interfaces, { name: 'red', type: 'bridge' }], ip_rules }, packet)).toBe('to-app');
    expect(await outcome({ ip_rules }, FAR)).toBe('direct');
  });

  it.each([
    ['it is for others', 'pref 100 from 10.99.0.0/16 realms 1 lookup 100', FAR],
    ['its table has no route', 'pref 100 realms 1 lookup 101', FAR],
    ['there is no such table', 'pref 100 realms 1 lookup 77', FAR],
    ['the way is the same', 'pref 100 realms 1 lookup main', FAR],
    ['it comes too late', 'pref 40000 realms 1 lookup 100', FAR],
    ['what is asked is known', 'pref 100 lookup main suppress_prefixlength 0', FAR],
    ['whatever process made it', 'pref 100 from 10.99.0.0/16 lookup 100 proto static', FAR],
    ['it says nothing of the other family', '-6 pref 100 realms 1 lookup 100', FAR],
  ])('makes no difference where %s', async (_, rule, packet) => {
    expect(await outcome({ ip_rules: [rule] }, packet)).toBe('direct');
  });

  it('what it is not for is decided', async () => {
    const rule = 'pref 100 to 9.0.0.0/8 realms 1 lookup 100';
    expect(await outcome({ ip_rules: [rule] }, FAR)).toBe('undecided');
    expect(await outcome({ ip_rules: [rule] }, NEAR)).toBe('direct');
  });

  it('a typing error is one', async () => {
    expect(await outcome({ ip_rules: ['pref 100 uidrnge 1-2 lookup 100'] }, FAR)).toBe('exit 2');
    expect(parseRule('pref 100 uidrange', [])).toHaveProperty('problem');
  });
});

describe('a route of which a part is not modelled', () => {
  it.each(['9.9.9.0/24 nhid 12', '9.9.9.0/24 encap mpls 100 via 10.7.0.1 dev net1'])('%s: undecided, and only there', async (route) => {
    const routes = ['default via 10.1.0.1 dev eth0', route];
    expect(await outcome({ routes }, FAR)).toBe('undecided');
    expect(await outcome({ routes }, NEAR)).toBe('direct');
  });

  it.each([
    '9.9.9.0/24 via 10.1.0.1 dev eth0 linkdown',
    '9.9.9.0/24 via inet6 fe80::1 dev net1',

    '9.9.9.0/24 via 10.1.0.1 dev eth0 proto static mtu lock 1400 onlink',
  ])('%s is a route', async (route) => {
    expect(await outcome({ routes: [route] }, FAR)).toBe('direct');
  });

  it('of several next hops of IPv6, some of which are of a suppressed group, it is open whether the rule counts', async () => {
    const { interfaces } = HOST;
    const [eth0, net1] = interfaces.map((nic, index) => ({
      ...nic,
      addresses: [...nic.addresses, `fd00:${index + 1}::5/64`],
      group: index,
    }));
    const routes = [
      '-6 2001:db8:9::/48 nexthop via fd00:1::1 dev eth0 nexthop via fd00:2::1 dev net1',
      '-6 default via fd00:1::1 dev eth0',
    ];
    const asked = (group: number) => ({
      interfaces: [eth0, net1],
      routes,
      route_tables: { 100: ['-6 blackhole default'] },
      ip_rules: [`-6 pref 100 lookup main suppress_ifgroup ${group}`, '-6 pref 101 lookup 100'],
    });
    const [several, one] = ['2001:db8:9::9', '2001:db8:7::9'].map((dst) => `out tcp fd00:1::5 -> [${dst}]:80`);
    expect(await outcome(asked(1), several ?? '')).toBe('undecided');
    expect(await outcome(asked(1), one ?? '')).toBe('direct');
    expect(await outcome(asked(0), one ?? '')).toBe('lost');
    expect(await outcome(asked(7), several ?? '')).toBe('direct');
  });

  it('tables that have a name are known by their number too', () => {
    expect(parseRoute('9.9.9.0/24 dev eth0', '254')).toMatchObject({ value: { table: 'main' } });
    expect(parseRule('pref 5 lookup 255', [])).toMatchObject({ value: { action: { lookup: 'local' } } });
  });
});

describe('without the rules that are always there', () => {
  it('the table local is not asked first', async () => {
    const host = {
      default_rules: false,
      ip_rules: ['pref 100 lookup 100', 'pref 200 lookup local'],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    };
    expect(await outcome(host, 'in tcp 10.1.0.9 -> 10.1.0.5:80 iif=eth0')).toBe('forwarded');
    expect(await outcome({ ...host, default_rules: true }, 'in tcp 10.1.0.9 -> 10.1.0.5:80 iif=eth0')).not.toBe('forwarded');
    expect(await outcome({ default_rules: 'no' }, FAR)).toBe('exit 2');
  });
});

describe('the prover agrees with the simulator', () => {
  const SETS = [
    {
      ip_rules: [
        'pref 100 uidrange 1-2 lookup 100',
        'pref 101 not to 10.8.0.0/16 realms 4 lookup 101',
        'pref 102 realms 3 to 9.0.0.0/8 lookup 100',
      ],
    },
    {
      ip_rules: [
        'pref 100 not from 10.1.0.0/24 realms 2 lookup 101',
        'pref 200 fwmark 7 l3mdev',
        'pref 201 lookup main suppress_prefixlength 0',
      ],
    },
    {
      interfaces: [HOST.interfaces[0], { ...HOST.interfaces[1], group: 7 }],
      routes: [
        'default via 10.1.0.1 dev eth0',
        '9.9.9.0/24 nexthop via 10.7.0.1 dev net1 nexthop via 10.1.0.1 dev eth0',
        '192.0.2.0/24 via 10.7.0.1 dev net1',
      ],
      route_tables: { 101: ['9.0.0.0/8 via 10.1.0.1 dev eth0', 'blackhole 192.0.2.0/24'] },
      ip_rules: ['pref 99 fwmark 7 realms 2 prohibit', 'pref 100 lookup main suppress_ifgroup 7', 'pref 101 lookup 101'],
    },
    { routes: ['default via 10.1.0.1 dev eth0', '9.9.9.0/24 nhid 3', '10.8.0.0/16 tos 8 via 10.7.0.1 dev net1'] },
    { ip_rules: ['pref 100 realms 2 prohibit'], sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.rp_filter': '1' } },
    {
      ip_rules: ['not pref 102 from 10.0.0.0/8 lookup 100', 'pref 103 fwmark 7 realms 2 prohibit'],
      route_tables: { 100: ['default via 10.7.0.1 dev net1'] },
      sysctls: { 'net.ipv4.conf.all.rp_filter': '1' },
    },
    { ip_rules: ['pref 10 realms 1 lookup 100'], routes: [], sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.rp_filter': '2' } },
  ];
  const ENDS = [
    '9.9.9.9',
    '10.1.0.9',
    '10.8.0.9',
    '192.0.2.9',
    '10.1.0.5',
    '10.7.0.5',
    '10.7.0.9',
    '172.31.0.1',
    '10.1.0.255',
    '224.0.0.1',
    '255.255.255.255',
  ];

  it.each(SETS.map((set) => [JSON.stringify(set), set] as const))('%s', (_, set) => {
    const host = hostOf({ ...HOST, ...set });
    const ruleset = rulesetOf(RULES, { family: 4 });
    const space = makeSpace(4, host);
    const [out, eth0] = [traverseOut({ space, ruleset }), traverseIn({ space, ruleset }, 'eth0')];
    const fates = new Set<string>();
    for (const dst of ENDS) {
      for (const src of ENDS) {
        for (const text of [`out tcp ${src} -> ${dst}:80`, `out tcp ${src} -> ${dst}:80 mark=7`, `in tcp ${src} -> ${dst}:80 iif=eth0`]) {
          const packet = packetOf(text, host);
          const [walk] = simulate({ ruleset, packet, host }).walks;
          const classes = (packet.dir === 'out' ? out : eth0).filter(({ set: of }) => setContains(space, of, assignmentOf(space, packet)));
          expect(`${packetText(packet)}: ${classes.map(({ fate }) => fate.kind).join()}`).toBe(`${packetText(packet)}: ${walk?.fate.kind}`);
          fates.add(walk?.fate.kind ?? '');
        }
      }
    }
    expect(fates).toContain('undecided');
    expect(fates.size).toBeGreaterThan(2);
  });
});
