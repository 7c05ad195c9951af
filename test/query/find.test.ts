/** find: an empty answer is a proof, a class is exact, and its example was walked. */

import { describe, expect, it } from 'vitest';
import { find, InputError, parse, trace } from '../../src/api/library/index.ts';
import { librarySettingOf, packetSetFrom } from '../../src/api/library/input.ts';
import { Budget } from '../../src/lib/budget.ts';
import { findPackets as findIn } from '../../src/query/find.ts';
import { humanFind } from '../../src/report/human/find.ts';
import { toFindReport } from '../../src/report/json/find.ts';
import { PLAIN } from '../../src/report/text/paint.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const rulesOf = (name: string) => parse(readFixture(name).text).rulesets;

describe('find', () => {
  it('proves that the proxy of a sound pod never talks to itself', () => {
    expect(find(rulesOf('istio-sidecar'), { where: 'out uid=1337', outcome: 'loop' })).toMatchObject({
      empty: true,
      example: null,
      packets: '',
    });
  });

  it('finds the packets that leave past the proxy by their group', () => {
    const { classes } = find(rulesOf('istio-sidecar'), { where: 'out tcp uid=1000 flags=S', outcome: 'direct' });
    expect(classes).toHaveLength(1);
    expect(classes[0]?.ordinary).toBe('out tcp -> !local uid=1000 gid=1337 (ordinary first packets)');
    expect(classes[0]?.example).toMatchObject({ uid: 1000, gid: 1337 });
  });

  it('finds the connections that stall, and proves that no others do', () => {
    const drop = (rule: string) => `${readFixture('istio-sidecar').text}\n*filter\n-A OUTPUT ${rule} -j DROP\nCOMMIT\n`;
    const stalled = (text: string, where: string) => find(parse(text).rulesets, { where, outcome: 'stalled' });
    const inbound = drop('-o eth0 -p tcp -m conntrack --ctstate ESTABLISHED --ctorigdstport 8080');
    const { classes, example } = stalled(inbound, 'in tcp flags=S');
    expect(classes.map(({ ordinary }) => ordinary)).toEqual(['in tcp -> :8080 (ordinary first packets)']);
    expect(trace(parse(inbound).rulesets[0] as never, example as never).outcome).toBe('stalled');
    expect(stalled(inbound, 'in tcp -> :!8080 flags=S').empty).toBe(true);
    expect(find(parse(inbound).rulesets, { where: 'in tcp 10.0.0.9 -> 10.244.0.5:8080 flags=S', outcome: 'captured-in' }).empty).toBe(true);
    expect(stalled(drop('-p udp --sport 53'), 'in udp 10.0.0.9 -> 10.244.0.5:53').empty).toBe(false);
  });

  it('finds the loop of the article', () => {
    const { classes, example } = find(rulesOf('article'), { where: 'out tcp uid=1337', outcome: 'loop' });
    expect(classes).toHaveLength(1);
    expect(trace(rulesOf('article')[0] as never, example as never).outcome).toBe('loop');
  });

  it('says what depends on a rule that is not modelled', () => {
    const text = ['*filter', '-A INPUT -p tcp -m string --string foo --algo bm -j DROP', 'COMMIT', ''].join('\n');
    const report = find(parse(text, { family: 4 }).rulesets, { where: 'in tcp -> 10.244.0.5:80', outcome: 'dropped' });
    expect(report).toMatchObject({ empty: false, example: null, undecided: [{ rules: [{ rule: 1 }] }] });
  });

  it('asks of packets that arrive and packets that are sent, unless the set says which', () => {
    const dropAll = parse('*filter\n:INPUT DROP\n:OUTPUT DROP\nCOMMIT\n', { family: 4 }).rulesets;
    expect(find(dropAll, { where: 'udp', outcome: 'dropped' }).classes.map(({ example }) => example.dir)).toEqual(['out', 'in']);
    expect(find(dropAll, { where: 'in udp', outcome: 'dropped' }).classes.map(({ example }) => example.dir)).toEqual(['in']);
  });

  it('looks at every address of a long range, not only at the first', () => {
    const text = (address: string) =>
      `*nat\n-A OUTPUT -d 10.0.0.9/32 -p tcp -j DNAT --to-destination 10.1.0.0-10.1.3.255\nCOMMIT\n*filter\n-A OUTPUT -d ${address}/32 -j DROP\nCOMMIT\n`;
    const dropped = (address: string) =>
      find(parse(text(address), { family: 4 }).rulesets, { where: 'out tcp -> 10.0.0.9', outcome: 'dropped' }).empty;
    expect(dropped('10.1.2.77')).toBe(false);
    expect(dropped('10.2.0.0')).toBe(true);
  });

  it('says that the set contains no packets, and not that none of them has the outcome', () => {
    const rules = rulesOf('article');
    for (const where of ['out tcp -> [2001:db8::1]', 'in tcp iif=eth7', 'out tcp -> 10.0.0.9 -p']) {
      expect(() => find(rules, { where, outcome: 'loop' }), where).toThrow(InputError);
    }
  });

  it('knows no outcome but those that there are', () => {
    for (const outcome of ['Loop', 'looop', '', undefined, null, 'constructor']) {
      expect(() => find(rulesOf('article'), { outcome: outcome as never }), String(outcome)).toThrow(InputError);
    }
  });

  it('answers in one word, which is `none` only where that is proved', () => {
    const text = '*filter\n-A INPUT -p tcp -m string --string foo --algo bm -j DROP\n-A INPUT -p udp -j DROP\nCOMMIT\n';
    const rules = parse(text, { family: 4 }).rulesets;
    const answer = (where: string) => {
      const { answer, empty } = find(rules, { where, outcome: 'dropped' });
      return [answer, empty];
    };
    expect(answer('in icmp -> 10.244.0.5')).toEqual(['none', true]);
    expect(answer('in tcp -> 10.244.0.5')).toEqual(['undecided', false]);
    expect(answer('in udp -> 10.244.0.5')).toEqual(['some', false]);
    expect(answer('in -> 10.244.0.5')).toEqual(['some', false]);
  });
});

describe('a budget that is spent', () => {
  const [ruleset] = rulesOf('istio-sidecar');
  const report = (limit: number) => {
    if (ruleset === undefined) throw new Error('no rules');
    const { host, profile } = librarySettingOf([ruleset], {});
    const where = packetSetFrom('tcp');
    const question = {
      host,
      where,
      outcome: 'loop' as const,
      budget: new Budget({ nodes: limit }),
      ...(profile !== undefined && { profile }),
    };
    return toFindReport([{ file: 'r.rules', found: findIn(ruleset, question) }], []);
  };

  it('looks for exact words when they are read, and says them then', () => {
    const [ruleset] = parse('*filter\n-A OUTPUT -p udp -j DROP\nCOMMIT\n').rulesets;
    if (ruleset === undefined) throw new Error('no rules');
    const { host } = librarySettingOf([ruleset], {});
    const found = findIn(ruleset, { host, where: packetSetFrom('out udp'), outcome: 'dropped' });
    const unread = {
      ...found,
      classes: found.classes.map((one) => ({ ...one, packets: () => expect.unreachable('nobody has read them') })),
    };
    const bounds = { families: [4] as const, unjudged: [], hosts: ['an assumed pod'] };
    const style = { paint: PLAIN, width: 80, outcome: 'dropped' as const, bounds, profile: undefined, shown: [] };
    expect(humanFind(toFindReport([{ file: 'r', found: unread }], []), style)).toContain('DROPPED');
    const told = toFindReport([{ file: 'r', found }], []);
    expect(JSON.parse(JSON.stringify(told))).toEqual({ ...told, packets: found.classes[0]?.packets() });
    expect(told.packets).toContain('out udp');
  });

  it.each([1_500, 3_000, 6_000])('leaves what it did not reach undecided (%d nodes)', (limit) => {
    const { empty, answer, example, undecided } = report(limit);
    expect({ empty, answer, example }).toEqual({ empty: false, answer: 'undecided', example: null });
    expect(undecided.length).toBeGreaterThan(0);
    for (const { reason } of undecided) expect(reason).toMatch(/^budget: /);
  });

  it('names what it did not reach, in words', () => {
    const bounds = { families: [4] as const, unjudged: [], hosts: ['an assumed pod'] };
    const words = humanFind(report(1_500), { paint: PLAIN, width: 80, outcome: 'loop', bounds, profile: undefined, shown: [] });
    expect(words).toContain('undecided: it is not proved that no packet of the set can be LOOP');
    expect(words).toContain('any packet that arrives on eth0');
    expect(words).not.toContain('(proved');
  });
});

describe('the command', () => {
  const ask = (text: string, ...args: readonly string[]) => chainwalk(['find', 'r.rules', ...args], { files: { 'r.rules': text } });
  const maybe = '*filter\n-A INPUT -p tcp -m string --string foo --algo bm -j DROP\nCOMMIT\n';
  const router = '*filter\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n';

  it.each([
    ['none, proved', maybe, 'in udp -> 10.244.0.5', 0],
    ['some', '*filter\n:INPUT DROP\nCOMMIT\n', 'in udp -> 10.244.0.5', 1],
    ['undecided', maybe, 'in tcp -> 10.244.0.5', 1],
    ['no packet in the set', maybe, 'in tcp iif=eth7', 2],
    ['no packet of the rules in the set', router, 'in tcp -> [2001:db8::1]', 2],
  ])('exits 0 for none and nothing else: %s', async (_, text, where, code) => {
    const args = ['--where', where, '--outcome', 'dropped', '--family', '4'];
    const results = [await ask(text, ...args), await ask(text, ...args, '--json'), await ask(text, ...args, '--strict')];
    expect(results.map((one) => one.code)).toEqual([code, code, code]);
    if (code !== 2) expect(JSON.parse(results[1]?.out ?? '')).toMatchObject({ empty: code === 0 });
  });

  it('names its bounds where it says proved', async () => {
    const none = await ask(maybe, '--where', 'in udp -> 10.244.0.5', '--outcome', 'dropped', '--family', '4');
    expect(none.out.replaceAll(/\s+/g, ' ')).toContain(
      '(proved for IPv4, connections with their data, an assumed pod at 10.244.0.5, no mesh)',
    );
  });

  it('hints at all that is found, also where no process sends it first', async () => {
    const host = { interfaces: [{ name: 'lan0', addresses: ['192.168.1.1/24'] }], sysctls: { 'net.ipv4.ip_forward': '1' } };
    const where = ['--where', 'in 192.168.1.0/24 -> 192.168.1.0/24 iif=lan0', '--outcome', 'dropped', '--family', '4', '--host', 'h.json'];
    const { out } = await chainwalk(['find', 'r.rules', ...where], { files: { 'r.rules': router, 'h.json': JSON.stringify(host) } });
    const [, ordinary = ''] = out.split('\n\n');
    expect(ordinary.slice(0, ordinary.indexOf('for example'))).toMatch(/\btcp\b/);
  });
});
