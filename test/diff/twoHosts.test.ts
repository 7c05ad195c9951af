/** The same or other rules on two hosts: `--base-host`, `--head-host`. */
import { describe, expect, it } from 'vitest';
import { diff, parse } from '../../src/api/library/index.ts';
import type { DiffReport } from '../../src/report/json/diff.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const ETH = '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    inet 192.168.1.5/24 scope global eth0\n';
const TUN = '3: tun0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1420 state UP\n    inet 10.8.0.2/24 scope global tun0\n';
const LO = '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n';
const WAYS = 'default via 192.168.1.1 dev eth0\n192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.5\n';
const SERVER = '203.0.113.7 via 192.168.1.1 dev eth0\n';
const TUNNELLED =
  '0.0.0.0/1 dev tun0\n128.0.0.0/1 dev tun0\n10.8.0.0/24 dev tun0 proto kernel scope link src 10.8.0.2\n203.0.113.7 via 192.168.1.1 dev eth0\n';

const table = (...rules: readonly string[]) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
const FENCE = table(
  '-A OUTPUT -o lo -j ACCEPT',
  '-A OUTPUT -o tun0 -j ACCEPT',
  '-A OUTPUT -d 203.0.113.7/32 -p udp -m udp --dport 51820 -j ACCEPT',
  '-A OUTPUT -j DROP',
);
const files = {
  'up.txt': `$ ip addr\n${LO}${ETH}${TUN}$ ip route\n${WAYS}${TUNNELLED}`,
  'down.txt': `$ ip addr\n${LO}${ETH}$ ip route\n${WAYS}${SERVER}`,
  'open.rules': table('-A INPUT -p tcp -m tcp --dport 22 -j DROP'),
  'fence.rules': FENCE,
  'unread.rules': table('-A OUTPUT -d 203.0.113.0/24 -m geoip --source-country RU -j DROP'),
  'leaking.rules': FENCE.replace('-A OUTPUT -j DROP\n', ''),
  'one.yaml': 'interfaces: [{name: eth0, addresses: [192.168.1.5/24, 192.168.1.6/24]}]\nroutes: [default via 192.168.1.1 dev eth0]\n',
  'hint.yaml':
    'interfaces: [{name: eth0, addresses: [192.168.1.5/24, 192.168.1.6/24]}]\nroutes: [default via 192.168.1.1 dev eth0 src 192.168.1.6]\n',
  'six.rules': table('-A OUTPUT -s 192.168.1.6/32 -j DROP'),
  'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n',
};
const asked = (...args: readonly string[]) => chainwalk(['diff', ...args], { files });
const updown = ['--base-host', 'up.txt', '--head-host', 'down.txt'];

describe('diff of two hosts', { timeout: 60_000 }, () => {
  it('takes one file of rules, and names both hosts in its bounds', async () => {
    const { code, out } = await asked(...updown, 'open.rules', '--json');
    const { bounds, notes } = JSON.parse(out) as DiffReport;
    expect(code).toBe(1);
    expect(bounds).toContain('the host of up.txt and the host of down.txt');
    expect(bounds).toContain('what arrives by tun0 of the base alone is not compared');
    expect(notes.join()).toContain('tun0 10.8.0.2 on the base');
  });

  it.each([
    ['of all packets', []],
    ['of a set', ['--where', 'out tcp -> 203.0.113.0/24']],
  ])('names the interfaces of one host alone where packets %s are undecided, too', async (_, where) => {
    const { out } = await asked(...updown, 'unread.rules', ...where);
    expect(out.replace(/\s+/g, ' ')).toMatch(/undecided; what arrives by tun0 of the base alone is not compared/);
    const { out: json } = await asked(...updown, 'unread.rules', ...where, '--json');
    expect((JSON.parse(json) as DiffReport).notCompared).toBe('what arrives by tun0 of the base alone is not compared');
  });

  it('shows a leak by the interface on each side', async () => {
    const { code, out } = await asked(...updown, 'leaking.rules', '--where', 'out tcp 192.168.1.5 -> 198.51.100.0/24');
    expect(code).toBe(1);
    expect(out).toContain('DIRECT via tun0 -> DIRECT via eth0');
    const sarif = await asked(...updown, 'leaking.rules', '--where', 'out tcp 192.168.1.5 -> 198.51.100.0/24', '-o', 'sarif');
    expect(sarif.out).toContain('irect via tun0 becomes direct via eth0');
  });

  it('shows a fence that holds: what the tunnel carried is dropped', async () => {
    const { changes } = JSON.parse(
      (await asked(...updown, 'fence.rules', '--where', 'out tcp -> 198.51.100.0/24', '--json')).out,
    ) as DiffReport;
    expect(changes.map(({ base, head }) => [base.outcome, head.outcome])).toEqual([['direct', 'dropped']]);
  });

  it('compares other rules on the second host', async () => {
    const set = ['--where', 'out tcp 192.168.1.5 -> 198.51.100.0/24'];
    const { out } = await asked('--base-host', 'down.txt', '--head-host', 'up.txt', 'leaking.rules', 'fence.rules', ...set, '--json');
    const { changes } = JSON.parse(out) as DiffReport;
    expect(changes.map(({ base, head }) => [base.fate, head.fate])).toMatchObject([[{ oif: 'eth0' }, { oif: 'tun0' }]]);
  });

  it('is equal where only what is unsaid differs, and on one host under two names', async () => {
    expect((await asked('--base-host', 'one.yaml', '--head-host', 'one.yaml', 'six.rules')).code).toBe(0);
    expect((await asked('--host', 'one.yaml', '--head-host', 'one.yaml', 'six.rules')).code).toBe(0);
  });

  it('does not call equal what an unbound socket sends from another source', async () => {
    const { code, out } = await asked('--base-host', 'one.yaml', '--head-host', 'hint.yaml', 'six.rules', '--json');
    const { changes, undecided } = JSON.parse(out) as DiffReport;
    expect([code, changes.length]).toEqual([1, 0]);
    expect(undecided).toMatchObject([{ reason: expect.stringContaining('unbound sockets take another source') as unknown }]);
    // of a source that is said, all is said
    expect(
      (await asked('--base-host', 'one.yaml', '--head-host', 'hint.yaml', 'six.rules', '--where', 'out 192.168.1.5 -> 0.0.0.0/0')).code,
    ).toBe(0);
  });

  it('follows what a proxy sends to no address, with a default route and without one', async () => {
    const eth = 'interfaces: [{name: eth0, addresses: [10.244.0.5/24]}]\n';
    const hosts = {
      'pod.rules': readFixture('article').text,
      'with.yaml': `${eth}routes: [default via 10.244.0.1 dev eth0]\n`,
      'without.yaml': eth,
    };
    const set = ['--where', 'out tcp 10.244.0.5 -> 0.0.0.0 uid=1337'];
    for (const host of ['with.yaml', 'without.yaml'])
      expect((await chainwalk(['find', 'pod.rules', '--host', host, ...set, '--outcome', 'loop'], { files: hosts })).out).toMatch(/^LOOP/);
    const sides = ['--base-host', 'with.yaml', '--head-host', 'without.yaml'];
    expect((await chainwalk(['diff', 'pod.rules', ...sides, ...set], { files: hosts })).code).toBe(0);
  });

  it('refuses packets that arrive where one host alone has an interface', async () => {
    const { code, err } = await asked(...updown, 'open.rules', '--where', 'in iif=tun0');
    expect(code).toBe(2);
    expect(err).toContain('the set contains no packets');
  });

  it('refuses a host for pods, which have that of their manifest', async () => {
    const { code, err } = await asked(...updown, 'pod.yaml');
    expect(code).toBe(2);
    expect(err).toContain('`--base-host` and `--head-host` are for rules');
  });

  it('takes each text on the host that stands beside its rules', async () => {
    const texts = {
      'a.txt': `${files['up.txt']}# rules\n${files['leaking.rules']}`,
      'b.txt': `${files['down.txt']}# rules\n${files['leaking.rules']}`,
    };
    const { out } = await chainwalk(['diff', 'a.txt', 'b.txt', '--where', 'out tcp 192.168.1.5 -> 198.51.100.0/24'], { files: texts });
    expect(out).toContain('DIRECT via tun0 -> DIRECT via eth0');
  });

  it('takes both texts on the host that stands beside one of them', async () => {
    const texts = { 'a.txt': `${files['up.txt']}# rules\n${files['leaking.rules']}`, 'b.rules': files['leaking.rules'] };
    expect(await chainwalk(['diff', 'a.txt', 'b.rules'], { files: texts })).toMatchObject({ code: 0 });
  });

  it('takes what each script does to its host as its own', async () => {
    const script = (more: string) => `iptables -A OUTPUT -j ACCEPT\n${more}`;
    const texts = { 'a.sh': script(''), 'b.sh': script('ip route add blackhole 198.51.100.0/24\n') };
    const { code, out } = await chainwalk(['diff', 'a.sh', 'b.sh', '--where', 'out tcp', '--json'], { files: texts });
    const { changes } = JSON.parse(out) as DiffReport;
    expect(code).toBe(1);
    expect(new Set(changes.map(({ base, head }) => `${base.outcome} ${head.outcome}`))).toEqual(new Set(['direct lost']));
  });
});

describe('the library on two hosts', () => {
  const host = (...routes: readonly string[]) => ({
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.5/24'] },
      { name: 'tun0', addresses: ['10.8.0.2/24'] },
    ],
    routes,
  });
  it('takes baseHost and headHost', () => {
    const rules = parse(files['leaking.rules']).rulesets;
    const { changes, bounds } = diff(rules, rules, {
      baseHost: host('default dev tun0'),
      headHost: host('default via 192.168.1.1 dev eth0'),
      where: 'out tcp 192.168.1.5 -> 198.51.100.0/24',
    });
    expect(bounds).toContain('the host of the base and the host of the head');
    expect(changes.map(({ base, head }) => [base.fate, head.fate])).toMatchObject([[{ oif: 'tun0' }, { oif: 'eth0' }]]);
  });
});
