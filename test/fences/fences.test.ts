/** Fences: by which interface packets leave, and by no other. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

/** A tunnel as the default route, by the mark that the tunnel's own packets have, and rules that let nothing else out. */
const UP = `
interfaces:
  - { name: eth0, addresses: [192.0.2.7/24] }
  - { name: lan, addresses: [192.168.8.1/24] }
  - { name: tun0, addresses: [10.9.0.2/24] }
routes: [default via 192.0.2.1 dev eth0]
ip_rules: [not fwmark 51820 lookup 51820]
route_tables: { 51820: [default dev tun0] }
sysctls: { net.ipv4.ip_forward: 1 }
listeners: []
`;
const DOWN = UP.replace(/^ {2}- \{ name: tun0.*\n/m, '').replace(/^ip_rules.*\nroute_tables.*\n/m, '');
const FENCE = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT ! -o tun0 -m mark ! --mark 51820 -m addrtype ! --dst-type LOCAL -j REJECT
-A FORWARD ! -o tun0 -j DROP
COMMIT
`;
const OUTPUT_ONLY = FENCE.replace(/^-A FORWARD.*\n/m, '');

const files = (rules: string, more: Readonly<Record<string, string>> = {}) => ({
  files: { 'r.rules': rules, 'up.yaml': UP, 'down.yaml': DOWN, ...more },
});
const run = (rules: string, ...args: readonly string[]) => chainwalk([...args, '--family', '4'], files(rules));
const find = async (rules: string, host: string, where: string, outcome: string) =>
  (await run(rules, 'find', 'r.rules', '--host', host, '--where', where, '--outcome', outcome)).code;

describe('find --outcome with an interface', () => {
  it.each([
    ['up.yaml', 'out tcp uid=1000', 'direct:tun0', 1],
    ['up.yaml', 'out tcp uid=1000 mark=0', 'direct:eth0', 0],
    ['down.yaml', 'out tcp uid=1000 mark=0', 'direct', 0],
    ['up.yaml', 'out udp mark=51820', 'direct:eth0', 1],
    ['up.yaml', 'in tcp 192.168.8.0/24 -> 203.0.113.0/24 iif=lan', 'forwarded:tun0', 1],
    ['up.yaml', 'in tcp 192.168.8.0/24 -> 203.0.113.0/24 iif=lan', 'forwarded:eth0', 0],
  ])('%s, %s: %s is exit %i', async (host, where, outcome, code) => expect(await find(FENCE, host, where, outcome)).toBe(code));

  it('without the rule for forwarded packets those of a tunnel that is down leave', async () => {
    expect(await find(OUTPUT_ONLY, 'down.yaml', 'in tcp 192.168.8.0/24 -> 203.0.113.0/24 iif=lan', 'forwarded:eth0')).toBe(1);
    expect(await find(FENCE, 'down.yaml', 'in tcp 192.168.8.0/24 -> 203.0.113.0/24 iif=lan', 'forwarded:eth0')).toBe(0);
  });

  it('says the interface', async () => {
    const { out } = await run(FENCE, 'find', 'r.rules', '--host', 'up.yaml', '--where', 'out tcp mark=0', '--outcome', 'direct:eth0');
    expect(out).toMatch(/^no packet of the set can be DIRECT via eth0 \(proved/);
  });

  it('is refused for outcomes that do not leave', async () => {
    const { code, err } = await run(FENCE, 'find', 'r.rules', '--outcome', 'dropped:eth0');
    expect([code, err]).toEqual([2, expect.stringContaining('is not one of')]);
  });
});

it('trace --expect', async () => {
  const trace = async (outcome: string) =>
    run(FENCE, 'trace', 'r.rules', 'out tcp -> 203.0.113.9:443 uid=1000', '--host', 'up.yaml', '--expect', outcome);
  expect((await trace('direct:tun0')).code).toBe(0);
  const { code, err } = await trace('direct:eth0');
  expect([code, err]).toEqual([1, expect.stringContaining('expected direct:eth0, got direct:tun0')]);
});

describe('expectations', () => {
  const expected = async (rules: string, host: string, ...lines: readonly string[]) => {
    const file = ['rules: r.rules', `host: ${host}`, 'packets:', ...lines, ''].join('\n');
    return chainwalk(['expect', 'f.expect.yaml'], files(rules, { 'f.expect.yaml': file }));
  };
  const EVERY = ['  - packets: out mark=0', '    leavesOnlyBy: [tun0]', '  - packets: in iif=lan', '    leavesOnlyBy: [tun0]'];

  it('leaves-only-by holds with the tunnel up and down', async () => {
    expect((await expected(FENCE, 'up.yaml', ...EVERY)).code).toBe(0);
    expect((await expected(FENCE, 'down.yaml', ...EVERY)).code).toBe(0);
  });

  it('leaves-only-by finds what leaves by another', async () => {
    const { code, out } = await expected(OUTPUT_ONLY, 'down.yaml', ...EVERY);
    expect(code).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('leaves-only-by: expected to leave by tun0 alone, got eth0 (forwarded)');
  });

  it('an outcome with an interface, of a packet and of a set', async () => {
    const lines = ['  - packet: out tcp -> 203.0.113.9:443 uid=1000', '    outcome: direct:tun0'];
    const set = ['  - packets: out tcp -> 203.0.113.0/24 uid=1000 mark=0', '    outcome: direct:tun0'];
    expect((await expected(FENCE, 'up.yaml', ...lines, ...set)).code).toBe(0);
    const wrong = await expected(FENCE, 'up.yaml', ...set.map((line) => line.replace('tun0', 'eth0')));
    expect([wrong.code, wrong.out.replaceAll(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('expected direct:eth0 for every packet')]);
  });

  it.each([
    [['  - packet: out tcp', '    leavesOnlyBy: [tun0]'], 'is for a set of packets'],
    [['  - packets: out tcp', '    leavesOnlyBy: [tun0]', '    outcome: direct'], 'instead of `outcome`'],
    [['  - packets: out tcp'], '`outcome` is missing'],
    [['  - packets: out tcp', '    outcome: loop:tun0'], 'unknown value'],
  ])('%j', async (lines, says) => {
    const { code, err } = await expected(FENCE, 'up.yaml', ...lines);
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
