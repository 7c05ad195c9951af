/** Packets of chainwalk/arbitraries: what they are drawn from, and how small counterexamples get. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GeneratedPacket, type PacketOptions, packets } from '../../src/api/arbitraries/index.ts';
import { find, type HostDescription, trace } from '../../src/api/library/index.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);
const ARTICLE = readFixture('article').text;
const SIDECAR = readFixture('istio-sidecar').text;

function sample(text: string, options: PacketOptions = {}, numRuns = 1000): readonly GeneratedPacket[] {
  return fc.sample(packets(text, options), { numRuns, seed: 1 });
}

const outcomeIn = (text: string) => {
  const rulesets = rulesetsOf(text);
  return (packet: GeneratedPacket, host?: HostDescription): string => {
    const ruleset = rulesets.find(({ family }) => family === (packet.dst.includes(':') ? 6 : 4));
    return ruleset === undefined ? 'no rules' : trace(ruleset, packet, host === undefined ? {} : { host }).outcome;
  };
};

/** Counterexamples over many seeds, each once. */
function counterexamples(of: fc.Arbitrary<GeneratedPacket>, isFine: (packet: GeneratedPacket) => boolean): readonly GeneratedPacket[] {
  const found = SEEDS.map((seed) => {
    const { counterexample } = fc.check(fc.property(of, isFine), { seed, numRuns: 1000 });
    if (counterexample === null) throw new Error(`seed ${seed} finds nothing`);
    return JSON.stringify(counterexample[0]);
  });
  return [...new Set(found)].sort().map((text) => JSON.parse(text) as GeneratedPacket);
}

describe('packets', () => {
  it.each(fixtureNames())('%s: every packet of its rules can be traced on its host', (name) => {
    const { text, host } = readFixture(name);
    const outcomeOf = outcomeIn(text);
    for (const packet of sample(text, { host }, 100)) expect(outcomeOf(packet, host)).not.toBe('no rules');
    for (const packet of sample(text, { host, unusual: true }, 100)) expect(outcomeOf(packet, host)).not.toBe('no rules');
  });

  it('are around every value and range of the rules', () => {
    const rules = `*nat
-A OUTPUT -d 10.96.0.0/16 -p tcp --dport 8000:8100 -j RETURN
-A OUTPUT -p tcp -m owner --uid-owner 2000-2010 -j REDIRECT --to-ports 15001
-A PREROUTING -s 192.0.2.0/24 -p tcp -m mark --mark 0x10/0xf0 -j ACCEPT
COMMIT
`;
    const drawn = sample(rules, {}, 5000);
    const values = (key: keyof GeneratedPacket) => new Set(drawn.map((packet) => packet[key]));
    expect([...values('dst')]).toEqual(expect.arrayContaining(['10.95.255.255', '10.96.0.0', '10.96.255.255', '10.97.0.0']));
    expect([...values('src')]).toEqual(expect.arrayContaining(['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0']));
    expect([...values('dport')]).toEqual(expect.arrayContaining([7999, 8000, 8100, 8101, 15001]));
    expect([...values('uid')]).toEqual(expect.arrayContaining([1999, 2000, 2010, 2011]));
    expect([...values('mark')]).toEqual(expect.arrayContaining([0x10, 0xffffff1f, undefined]));
  });

  it('meet all conditions of a rule, and of the rules that lead to it', () => {
    const rules = `*filter
:FAR - [0:0]
-A OUTPUT -d 10.96.0.0/16 -p tcp -m owner --uid-owner 2000 -j FAR
-A FAR -p tcp --sport 1000:1023 --dport 8443 -m mark --mark 0x7 -j DROP
COMMIT
`;
    const outcomeOf = outcomeIn(rules);
    const dropped = (options: PacketOptions) => sample(rules, options, 200).filter((packet) => outcomeOf(packet) === 'dropped').length;
    expect(dropped({})).toBeLessThan(5);
    expect(dropped({ matching: true })).toBeGreaterThan(20);
    expect(dropped({ matching: true, where: 'out udp' })).toBe(0);
  });

  it('take every end that the rules of a sidecar have', { timeout: 60_000 }, () => {
    const outcomeOf = outcomeIn(SIDECAR);
    expect([...new Set(sample(SIDECAR, {}, 2000).map((packet) => outcomeOf(packet)))].sort()).toEqual([
      'captured-in',
      'captured-out',
      'direct',
      'dns',
      'to-app',
      'to-proxy',
    ]);
  });

  it.each([
    { dir: 'in' },
    { dir: 'out', proto: 'udp' },
    { uid: 1337 },
    { family: 6 },
    { proto: ['udp', 'icmp'], unusual: true },
    { sentBy: 'app' },
    { sentBy: 'proxy' },
  ] as const)('are as the options say: %j', (options) => {
    for (const packet of sample(SIDECAR, options, 300)) {
      if ('dir' in options) expect(packet.dir).toBe(options.dir);
      if ('proto' in options) expect([options.proto].flat()).toContain(packet.proto);
      if ('uid' in options) expect([packet.dir, packet.uid]).toEqual(['out', 1337]);
      if ('family' in options) expect(packet.dst).toContain(':');
      if (!('sentBy' in options)) continue;
      expect(packet.dir).toBe('out');
      if (options.sentBy === 'proxy') expect([packet.uid, packet.gid]).toEqual([1337, 1337]);
      else expect([packet.uid, packet.gid]).not.toContain(1337);
    }
  });

  it.each([
    'out tcp -> 10.0.0.0/8:{80-90,443} uid=!1337',
    'in udp 192.0.2.0/24 -> 10.244.0.5',
    'tcp -> !10.0.0.0/8:!80 mark=7/0xf',
    'flags=SA',
    'gid=5-9',
    '! -d 10.0.0.0/8 -p udp --dport 53',
  ])('are of the set that is requested: %s', (where) => {
    const rules = '*nat\nCOMMIT\n';
    const text = rulesetsOf(rules, { family: 4 });
    for (const packet of fc.sample(packets(text, { where, profile: 'none' }), { numRuns: 200, seed: 1 })) {
      const { outcome } = trace(text[0] as (typeof text)[number], packet);
      // the prover reads the set in its own way: a set that is met with the packet's own parts is not empty
      const own = [packet.dir, packet.proto, packet.src ?? '', '->', packet.dst].join(' ');
      expect(find(text, { where: own, outcome }).empty).toBe(false);
    }
  });

  it('arrive only where a host can be reached', () => {
    const host = { interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }] };
    for (const packet of sample('*nat\nCOMMIT\n# iptables\n', { host, family: 6 }, 100)) expect(packet.dir).toBe('out');
    for (const packet of sample('*nat\nCOMMIT\n# iptables\n', { host: { interfaces: [] } }, 100)) expect(packet.dir).toBe('out');
    const other = { interfaces: [{ name: 'net1', addresses: ['10.244.0.5/24'] }] };
    for (const packet of sample('*nat\nCOMMIT\n# iptables\n', { host: other, dir: 'in' }, 100)) expect(packet.iif).toBe('net1');
  });

  it('are none, aloud, where no packet fits', () => {
    expect(() => packets(SIDECAR, { where: 'in tcp uid=5' })).toThrow('no packet was found');
    expect(() => packets(SIDECAR, { where: 'sideways' })).toThrow();
    expect(() => packets('*nat\n-A OUTPUT --bad\nCOMMIT\n')).toThrow();
    expect(() => packets('*nat\nCOMMIT\n# iptables\n', { sentBy: 'proxy' })).toThrow('of no mesh');
  });

  it.each<[PacketOptions, string]>([
    [{ sentBy: 'app', dir: 'in' }, '`sentBy` is `app`, of packets that are sent, and `dir` is `in`'],
    [{ uid: 5, dir: 'in' }, '`uid` is 5, of packets that are sent'],
    [{ sentBy: 'app', where: 'in tcp' }, 'and `where` is `in tcp`: those arrive'],
    [{ sentBy: 'proxy', uid: 5 }, 'whose user the host says'],
    [{ dir: 'out', where: 'in tcp' }, 'no packet is both'],
  ])('no packet can meet both of %j', (options, message) => {
    expect(() => packets(SIDECAR, options)).toThrow(message);
  });
});

describe('a counterexample', { timeout: 60_000 }, () => {
  const loops = outcomeIn(ARTICLE);

  it("of the article's rules is the plainest packet of the application", () => {
    const found = counterexamples(packets(ARTICLE, { sentBy: 'app' }), (packet) => loops(packet) !== 'loop');
    expect(found).toEqual([{ dir: 'out', proto: 'tcp', dst: '203.0.113.9', dport: 80 }]);
  });

  it("of the article's rules is the plainest packet of the proxy", () => {
    const found = counterexamples(packets(ARTICLE, { sentBy: 'proxy' }), (packet) => loops(packet) !== 'loop');
    expect(found).toEqual([{ dir: 'out', proto: 'tcp', dst: '203.0.113.9', dport: 80, uid: 1337, gid: 1337 }]);
  });

  const outcomeOf = outcomeIn(SIDECAR);
  it.each([
    ['to a port that is spared', (packet) => packet.dport !== 15090, { dir: 'out', proto: 'tcp', dst: '203.0.113.9', dport: 15090 }],
    ['of a user', (packet) => packet.uid !== 1337, { dir: 'out', proto: 'tcp', dst: '203.0.113.9', dport: 80, uid: 1337 }],
    ['of a protocol', (packet) => packet.proto !== 'udp', { dir: 'out', proto: 'udp', dst: '203.0.113.9', dport: 80 }],
    [
      'that arrives uncaptured',
      (packet) => packet.dir !== 'in' || outcomeOf(packet) !== 'to-proxy',
      { dir: 'in', proto: 'tcp', dst: '10.244.0.5', dport: 15008 },
    ],
    ['beyond a port', (packet) => (packet.dport ?? 0) < 30000, { dir: 'out', proto: 'tcp', dst: '203.0.113.9', dport: 30000 }],
  ] as const satisfies readonly (readonly [string, (packet: GeneratedPacket) => boolean, GeneratedPacket])[])(
    '%s has only the parts that matter, whatever the seed',
    (_, isFine, plainest) => {
      expect(counterexamples(packets(SIDECAR), isFine)).toEqual([plainest]);
    },
  );
});
