/** The same rules on two hosts against sampling: a packet is in a changed class exactly when the simulator sees it treated differently, and
 *  what an unbound socket sends is told where it ends otherwise. */
import { expect, it } from 'vitest';
import { changedPackets, diffRules } from '../../src/diff/rules.ts';
import { changedHost } from '../../src/host/changedHost.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import type { Host } from '../../src/host/host.ts';
import type { HostChange } from '../../src/host/hostChange.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { packetOf } from '../support/packet.ts';
import { ends, fixtureWorlds, loaded, randomWorld, samplePackets, type World } from './diffEdits.ts';

/** What ip and sysctl do to the second one: its tunnel comes up or goes down, a route or an address changes. */
function changesFor(random: Random, { host, family }: World): readonly HostChange[] {
  const devices = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  const device = random.pick(devices);
  const own = family === 4 ? '10.77.0.2/24' : 'fd77::2/64';
  const halves = family === 4 ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1'];
  const up = halves.map((to): HostChange => ({ on: 'route', does: 'add', family, table: 'main', text: `${to} dev tun7` }));
  const tunnel: readonly HostChange[] = [
    { on: 'link', does: 'add', device: 'tun7' },
    { on: 'link', does: 'set', device: 'tun7', state: 'up' },
    { on: 'address', does: 'add', device: 'tun7', text: own },
    ...up,
  ];
  const route = (text: string): HostChange => ({ on: 'route', does: 'replace', family, table: 'main', text });
  const kinds: readonly (readonly HostChange[])[] = [
    tunnel,
    [{ on: 'link', does: 'set', device, state: 'down' }],
    [{ on: 'link', does: 'delete', device }],
    [{ on: 'address', does: 'add', device, text: own }, route(`default dev ${device} src ${own.split('/')[0]}`)],
    [route(`default dev ${device}`)],
    [{ on: 'route', does: 'delete', family, table: 'main', text: 'default' }],
    [{ on: 'rule', does: 'add', family, text: 'fwmark 0x1 blackhole' }],
    [{ on: 'sysctl', key: 'net.ipv4.conf.all.rp_filter', value: '1' }],
    [
      { on: 'sysctl', key: 'net.ipv4.ip_forward', value: random.pick(['0', '1']) },
      { on: 'sysctl', key: 'net.ipv6.conf.all.forwarding', value: random.pick(['0', '1']) },
    ],
  ];
  return random.pick(kinds);
}

interface Tally {
  pairs: number;
  changed: number;
  packets: number;
  differing: number;
  unbound: number;
  otherwise: number;
  readonly wrong: string[];
}

function compare(random: Random, world: World, tally: Tally): void {
  const ruleset = loaded(world, world.text);
  if (ruleset === undefined) return;
  const { host, profile, family } = world;
  const changes = changesFor(random, world);
  const headHost: Host = changedHost(host, changes);
  const question = { base: ruleset, head: ruleset, host, headHost, ...(profile !== undefined && { profile }) };
  const space = makeSpace(family, host);
  const ways = changedPackets(space, question);
  tally.pairs++;
  // replays an example of every class
  try {
    if (diffRules(question).changes.length > 0) tally.changed++;
  } catch (error) {
    tally.wrong.push(`${world.name} ${JSON.stringify(changes)}: ${String(error)}`);
  }
  const inOne = (packet: Packet, of: 'changes' | 'unclear'): boolean => {
    const way = ways.find(({ iif }) => iif === (packet.dir === 'out' ? undefined : packet.iif));
    return way?.[of].some(({ set }) => setContains(space, set, assignmentOf(space, packet))) === true;
  };
  const both = headHost.interfaces.map(({ name }) => name);
  const ours = host.interfaces.map(({ name }) => name);
  for (const packet of samplePackets(random, world, [world.text], 100)) {
    if (packet.dir === 'in' && !(both.includes(packet.iif ?? '') && ours.includes(packet.iif ?? ''))) continue;
    if (inOne(packet, 'unclear')) continue;
    const [was, is] = [ends(world, ruleset, packet), ends({ ...world, host: headHost }, ruleset, packet)];
    if (was === undefined || is === undefined) continue;
    tally.packets++;
    if (was !== is) tally.differing++;
    const claimed = inOne(packet, 'changes');
    if (claimed !== (was !== is))
      tally.wrong.push(
        `${claimed ? 'changes' : 'stays'} ${packetText(packet)} ${JSON.stringify(changes)}\n${was}\n->\n${is}\n${world.text}`,
      );
    if (packet.dir === 'in' || packet.mark !== 0) continue;
    const { src: _, ...open } = packet;
    const sent = [host, headHost].map((one) => completePacket(open, one).packet);
    const [one, other] = sent;
    if (one === undefined || other === undefined || one.src === other.src || one.src === 0 || other.src === 0) continue;
    tally.unbound++;
    const end = (at: Packet, on: Host) => ends({ ...world, host: on }, ruleset, at)?.split(' ')[0];
    if (end(one, host) === end(other, headHost)) continue;
    tally.otherwise++;
    const told = [one, other].some((at) => inOne(at, 'changes') || inOne(at, 'unclear'));
    const isSource = ways.some(({ sources }) => setContains(space, sources, assignmentOf(space, one)));
    if (!told && !isSource)
      tally.wrong.push(`unbound ${packetText(one)} or ${packetText(other)} ${JSON.stringify(changes)}\n${world.text}`);
  }
}

it('opens no connection to `::`, whether a route leads there or not', () => {
  const world = fixtureWorlds().find(({ name, family }) => name === 'istio-dual-stack' && family === 6) as World;
  const ruleset = loaded(world, world.text) as Ruleset;
  const headHost = changedHost(world.host, [{ on: 'link', does: 'delete', device: 'eth0' }]);
  const space = makeSpace(6, world.host);
  const packet = packetOf('out tcp [::1]:40000 -> [::]:15001 uid=1000 gid=1000', world.host);
  const question = {
    base: ruleset,
    head: ruleset,
    host: world.host,
    headHost,
    ...(world.profile !== undefined && { profile: world.profile }),
  };
  const [was, is] = [world.host, headHost].map((host) => ends({ ...world, host }, ruleset, packet));
  expect(was).toBe(is);
  const changes = changedPackets(space, question).flatMap((way) => (way.iif === undefined ? way.changes : []));
  expect(changes.filter(({ set }) => setContains(space, set, assignmentOf(space, packet)))).toEqual([]);
});

const PAIRS = Number(process.env.CHAINWALK_PAIRS ?? 8);

it('agrees with the simulator on random hosts and on those of the fixtures', { timeout: 3_600_000 }, () => {
  const random = randomFrom(Number(process.env.CHAINWALK_SEED ?? 1));
  const tally: Tally = { pairs: 0, changed: 0, packets: 0, differing: 0, unbound: 0, otherwise: 0, wrong: [] };
  const worlds = fixtureWorlds();
  for (let at = 0; at < PAIRS && tally.wrong.length < 5; at++)
    compare(random.fork(), at % 2 === 0 ? randomWorld(random.fork()) : (worlds[(at * 7) % worlds.length] as World), tally);
  if (PAIRS > 100) console.log({ ...tally, wrong: tally.wrong.length });
  expect(tally.wrong.slice(0, 3)).toEqual([]);
  expect(tally.changed).toBeGreaterThan(2);
  expect(tally.differing).toBeGreaterThan(20);
});
