/** `--on-kernel`, as the program is run: the kernel's own trace stands beside ours, for every fixture. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { kernelAsker } from '../../src/cli/kernel/kernelAsker.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import type { DiffReport } from '../../src/report/json/diff.ts';
import type { Trace } from '../../src/report/json/trace.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf, rulesetsOf } from '../support/rulesets.ts';
import { hostIn, nameOf, rulesIn } from './cases/connectionRoom.ts';
import { ROUTER_ROOM, ROUTER6_ROOM } from './cases/connectionsRouter.ts';
import { SIDECAR_ROOM } from './cases/connectionsSidecar.ts';
import { kernelHere } from './kernelHere.ts';
import { ORACLE } from './oracle.ts';

const LINUX = { platform: 'linux', folder: ORACLE };

const PACKETS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    'out tcp -> 203.0.113.9:443 uid=1000',
    'out tcp -> 203.0.113.9:80 uid=1337 gid=1337',
    'out udp -> 10.96.0.10:53 uid=1000',
    'out tcp -> 127.0.0.1:8080 uid=1000',
    'out tcp -> 10.244.0.5:8080 uid=1000',
    'out icmp -> 203.0.113.9 icmp=8 uid=0 gid=0',
    'in tcp -> 10.244.0.5:8080',
    'in tcp -> 10.244.0.5:15008',
    'in udp -> 10.244.0.5:53',
    'in tcp -> 203.0.113.9:80',
  ],
  6: [
    'out tcp -> [2001:db8::9]:443 uid=1000',
    'out udp -> [2001:db8::9]:53 uid=1000',
    'out tcp -> [::1]:8080 uid=1000',
    'in tcp -> [fd00:10:244::5]:8080',
    'in icmpv6 -> fd00:10:244::5 icmp=128',
  ],
};

/** With the host of its header, or the pod that the program assumes. */
async function tracedOn(name: string, isDescribed: boolean): Promise<readonly Trace[]> {
  const { text, host } = readFixture(name);
  const families = ([4, 6] as const).filter((family) => family === 4 || text.includes('ip6tables-'));
  const packets = families.flatMap((family) => PACKETS[family]);
  const files = { 'pod.rules': text, 'host.json': JSON.stringify(host) };
  const argv = ['trace', 'pod.rules', '--on-kernel', '--packets', '-', '--json', '-c', ...(isDescribed ? ['--host', 'host.json'] : [])];
  const { out } = await chainwalk(argv, { files, stdin: packets.join('\n'), oracle: LINUX });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Trace)
    .filter(({ schema }) => schema === 'chainwalk/trace/v1');
}

describe.runIf(kernelHere())('--on-kernel', () => {
  const seen = { agreed: 0, steps: 0, families: new Set<boolean>(), diverted: 0, parts: new Map<string, number>() };

  const MESHES = /^(?:istio|linkerd|kuma|article|consul|real\/(?:firewalld|ufw))/;
  const cases = fixtureNames().flatMap((name) =>
    (MESHES.test(name) ? [true, false] : [true]).map((isDescribed) => ({ name, isDescribed })),
  );

  // each asks a process and namespaces of its own, and waits for them
  test.for(cases)(
    '$name, host described: $isDescribed',
    { timeout: 600_000, concurrent: true },
    async ({ name, isDescribed }, { expect }) => {
      const traces = await tracedOn(name, isDescribed);
      expect(traces.length).toBeGreaterThan(3);
      for (const { packet, kernel } of traces) {
        if (kernel?.agrees === null) expect.soft(kernel.missing, JSON.stringify(packet)).toMatch(/^nothing arrives on/);
        else expect.soft(kernel?.differs, JSON.stringify(packet)).toBeUndefined();
        if (kernel?.agrees !== true) continue;
        seen.agreed++;
        seen.steps += kernel.steps.length;
        for (const { part = 'first' } of kernel.steps) seen.parts.set(part, (seen.parts.get(part) ?? 0) + 1);
        seen.families.add(packet.dst.includes(':'));
        seen.diverted += kernel.steps.some(({ target }) => target === 'TPROXY') ? 1 : 0;
        expect(kernel.steps.every(({ agrees }) => agrees)).toBe(true);
      }
    },
  );

  test('many packets of both families met many rules, TPROXY among them', () => {
    expect(seen.agreed).toBeGreaterThan(500);
    expect(seen.steps).toBeGreaterThan(2000);
    expect(seen.families.size).toBe(2);
    for (const part of ['syn-ack', 'ack', 'answer', 'data', 'data-back', 'fin', 'too-big'])
      expect(seen.parts.get(part), part).toBeGreaterThan(5);
    expect(seen.diverted).toBeGreaterThan(3);
  });
});

/** Each broken fixture, and what a rule less in a good one changes. */
describe.runIf(kernelHere())('--on-kernel beside proofs', () => {
  const asked = { witnesses: 0, examples: 0 };
  const asker = kernelAsker({ oracle: LINUX }, 60);
  afterAll(() => asker.close());

  test.each(fixtureNames().filter((name) => name.startsWith('broken/')))('verify %s', { timeout: 240_000 }, async (name) => {
    const { text, host: description } = readFixture(name);
    const host = hostOf(description);
    const rulesets = rulesetsOf(text, { sets: host.sets });
    const { findings, host: place = host } = verifyRulesets(rulesets, { host });
    for (const { claim, verdict, witness, family } of findings) {
      const ruleset = rulesets.find((one) => one.family === family);
      if (verdict !== 'violated' || witness === undefined || ruleset === undefined) continue;
      const view = await asker.ask({ journey: witness, ruleset, host: place });
      expect.soft('differs' in view ? view.differs : undefined, claim).toBeUndefined();
      if ('missing' in view) expect.soft(view.missing, claim).toMatch(/ is not the first of its connection$/);
      else asked.witnesses++;
    }
  });

  test('verify as it is run', async () => {
    const files = { 'pod.rules': readFixture('broken/no-uid-return').text };
    const { code, out } = await chainwalk(['verify', 'pod.rules', '--on-kernel'], { files, oracle: LINUX });
    expect(code).toBe(1);
    expect(out).toMatch(/^ {2}kernel {3}Linux \d.* takes the same \d+ rules/m);
  });

  test.each([
    ['istio-sidecar', 'out tcp -> 203.0.113.9:443', 'completes'],
    ['istio-dual-stack', 'out tcp -> [2001:db8::9]:443', 'completes'],
    ['istio-tproxy', 'in tcp -> 10.244.0.5:8080', 'completes'],
    ['istio-sidecar', 'out udp -> 10.96.0.10:53', 'completes'],
    [
      'broken/answers-dropped',
      'out tcp -> 203.0.113.9:443 uid=1337 gid=1337',
      'stalls: the SYN-ACK is dropped by the policy of filter INPUT',
    ],
  ])('%s: %s with real sockets: %s', { timeout: 240_000 }, async (name, packet, says) => {
    const files = { 'pod.rules': readFixture(name).text };
    const { out, code } = await chainwalk(['trace', 'pod.rules', packet, '--on-kernel', '--json'], { files, oracle: LINUX });
    expect(JSON.parse(out).kernel.connection).toEqual({ way: 'sockets', completes: says === 'completes', says, agrees: true });
    expect(code).toBe(0);
  });

  test('where no time is left for the kernel, that is what is missing, and the proof stands', async () => {
    const files = { 'pod.rules': readFixture('istio-sidecar').text };
    const given = ['trace', 'pod.rules', 'out tcp -> 203.0.113.9:443', '--on-kernel', '--timeout', '0.05', '--json'];
    const { code, out } = await chainwalk(given, { files, oracle: LINUX });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'captured-out', kernel: { agrees: null } });
    expect(JSON.parse(out).kernel.missing).toMatch(/longer than 0\.1 s|time for the question is over/);
    expect(code).toBe(2);
  });

  test.each([
    ['istio-sidecar', 'broken/no-uid-return'],
    ['istio-tproxy', 'broken/tproxy-no-guards'],
    ['istio-dual-stack', 'broken/v6-no-in-redirect'],
  ])('diff %s %s', { timeout: 240_000 }, async (base, head) => {
    const files = { 'base.rules': readFixture(base).text, 'head.rules': readFixture(head).text };
    const { code, out } = await chainwalk(['diff', 'base.rules', 'head.rules', '--on-kernel', '--json'], { files, oracle: LINUX });
    expect(code).toBe(1);
    const { changes } = JSON.parse(out) as DiffReport;
    for (const { packets, base: was, head: is } of changes) {
      for (const { kernel } of [was, is]) {
        expect.soft(kernel?.agrees === false ? kernel.differs : undefined, packets).toBeUndefined();
        asked.examples += kernel?.agrees === true ? 1 : 0;
      }
    }
  });

  test('they are many', () => {
    expect(asked.witnesses).toBeGreaterThan(30);
    expect(asked.examples).toBeGreaterThan(5);
  });
});

describe.runIf(kernelHere())('--on-kernel and this machine', () => {
  /** interfaces, rules and processes of the namespace that the tests run in */
  const machine = (): string => spawnSync('bash', ['-c', 'ip -br link; ip rule; nft list ruleset; ip netns'], { encoding: 'utf8' }).stdout;
  const text =
    '*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -m set --match-set bad src -j DROP\n-A PREROUTING -m set --match-set pairs src,dst -j MARK --set-mark 1\nCOMMIT\n';
  const host = {
    interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }],
    sets: {
      bad: { type: 'hash:net', members: ['10.9.0.0/16'] },
      pairs: { type: 'hash:ip,port', members: ['10.244.0.9,tcp:80'] },
    },
  };

  test('sets are those of the host; nothing is left here', async () => {
    const before = machine();
    const files = { 'set.rules': text, 'host.json': JSON.stringify(host) };
    const packets = ['in tcp 10.9.1.1 -> 10.244.0.5:80', 'in tcp 10.244.0.9 -> 10.244.0.5:80', 'in tcp 10.244.0.9 -> 10.244.0.5:81'];
    const argv = ['trace', 'set.rules', ...packets, '--host', 'host.json', '--on-kernel', '--json'];
    const { out } = await chainwalk(argv, { files, oracle: LINUX });
    const kernels = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Trace).kernel);
    const firsts = kernels.map((kernel) => (kernel?.agrees === true ? kernel.steps.filter(({ part }) => part === undefined) : []));
    expect(kernels.map((kernel) => kernel?.agrees)).toEqual([true, true, true]);
    expect(firsts.map((steps) => steps.flatMap(({ rule = [] }) => rule))).toEqual([[1], [2], []]);
    expect(machine()).toBe(before);
  });

  test('a set that nothing describes is empty there, which is said', async () => {
    const files = { 'set.rules': text };
    const argv = ['trace', 'set.rules', 'in tcp -> 10.244.0.5:80', '--on-kernel', '--json'];
    const { code, out } = await chainwalk(argv, { files, oracle: LINUX });
    const { kernel } = JSON.parse(out) as Trace;
    expect(code).toBe(0);
    expect(kernel).toMatchObject({ agrees: true, notes: ['empty there, because nothing says their members: bad, pairs'] });
  });

  test('rules that reach beyond a namespace are not loaded: a line, exit 2', async () => {
    const files = { 'audit.rules': '*filter\n:INPUT ACCEPT\n-A INPUT -p tcp -j AUDIT --type accept\nCOMMIT\n' };
    const { code, err } = await chainwalk(['trace', 'audit.rules', 'in tcp -> 10.244.0.5:80', '--on-kernel'], { files, oracle: LINUX });
    expect(code).toBe(2);
    expect(err).toContain('chainwalk: the kernel was not asked: the target AUDIT works outside of network namespaces\n');
  });

  test('of a packet with more ways than are walked it stays open whether the kernel takes one of the others', async () => {
    const rules = Array.from({ length: 13 }, (_, index) => `-A OUTPUT -m u32 --u32 "0=0x${index}" -j MARK --set-mark ${index}`);
    const files = { 'many.rules': ['*filter', ...rules, 'COMMIT\n'].join('\n') };
    const { out, err } = await chainwalk(['trace', 'many.rules', 'out tcp -> 10.0.0.9:443', '--on-kernel', '--json'], {
      files,
      oracle: LINUX,
    });
    const said = "leg 1 has more ways than are walked: the kernel's may be one of the others";
    expect((JSON.parse(out) as Trace).kernel).toMatchObject({ agrees: null, missing: said });
    expect(err).toContain(`chainwalk: the kernel was not asked: ${said}\n`);
  });
});

/** Edits that break connections, each with one of its room's. test/kernel/connections.test.ts plays all of them. */
describe.runIf(kernelHere())('--on-kernel with real sockets', () => {
  const asker = kernelAsker({ oracle: LINUX }, 60);
  afterAll(() => asker.close());
  const ends = { completes: 0, stalls: 0 };

  test.each([SIDECAR_ROOM, ROUTER_ROOM, ROUTER6_ROOM].map((room) => [room.name, room] as const))(
    '%s',
    { timeout: 300_000 },
    async (_, room) => {
      for (const [index, edit] of room.edits.entries()) {
        const host = hostOf(hostIn(room, edit));
        const ruleset = rulesetOf(rulesIn(room, edit), { family: room.family });
        const packet = packetOf(room.openings[index % room.openings.length] ?? '', host);
        const view = await asker.ask({
          journey: walkJourney(ruleset, packet, { host, connection: 'data' }),
          ruleset,
          host,
          bySockets: true,
        });
        if ('missing' in view) continue;
        expect.soft(view.differs, nameOf(edit)).toBeUndefined();
        if (view.connection?.agrees === true) ends[view.connection.completes ? 'completes' : 'stalls']++;
      }
    },
  );

  test('connections completed and stalled', () => {
    expect(ends.completes).toBeGreaterThan(5);
    expect(ends.stalls).toBeGreaterThan(10);
  });
});
