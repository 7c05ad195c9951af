/** Walks through proxies, one packet at a time and for sets of packets: the outcomes that walkJourney finds are those that the classes
 *  and the loops of connection/symbolicJourney.ts give the packet, whatever its flags, on the rules of meshes and on mutants of them. */
import { describe, expect, it } from 'vitest';
import { type Journey, OUTCOMES } from '../../src/connection/journey.ts';
import { type LoopScene, loopScene, onwardOf } from '../../src/connection/relayLoops.ts';
import type { End } from '../../src/connection/symbolicJourney.ts';
import { endsOf } from '../../src/connection/symbolicJourney.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import type { Host } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { connectionEnds } from '../../src/symbolic/connection/connectionEnds.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import type { Space } from '../../src/symbolic/space/space.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { hostOf } from '../support/host.ts';
import type { World } from './diffEdits.ts';
import { edited, fixtureWorlds, loaded, samplePackets } from './diffEdits.ts';

const MUTANTS = Number(process.env.CHAINWALK_MUTANTS ?? 60);
const PACKETS = Number(process.env.CHAINWALK_PACKETS ?? 100);
const SEED = Number(process.env.CHAINWALK_SEED ?? 1);

/** What is written of a packet is a connection's first when it has SYN and none of FIN, RST and ACK. */
const FLAGS = [0x03, 0x03, 0x06, 0x06, 0x07, 0x0a, 0x12, 0x22, 0xc2, 0x10, 0x04] as const;

/** Proxies that no mesh knows, of which one says what it asks. */
const FORWARDERS = [
  { proto: 'tcp', port: 3128, process: 'squid', forwards: '203.0.113.7:3128' },
  { proto: 'tcp', port: 8888, process: 'other' },
];

function forwarding(random: Random, world: World): World {
  const { listeners = [], processes = {}, ...rest } = world.json;
  const json = { ...rest, listeners: [...listeners, ...FORWARDERS], processes: { ...processes, squid: { uid: 13, gid: 13 } } };
  const port = random.pick([3128, 8888]);
  const text = world.text.replaceAll(/--to-ports 15001\b|--to-ports 15006\b/g, (own) => (random.chance(0.7) ? `--to-ports ${port}` : own));
  return { ...world, json, host: hostOf(json), text };
}

/** With a condition in one rule that chance decides, or of which nothing is known. */
function forked(random: Random, text: string): string {
  const lines = text.split('\n');
  const at = random.pick(lines.flatMap((line, index) => (line.startsWith('-A ') ? [index] : [])));
  const condition = random.pick(['-m statistic --mode random --probability 0.5', '-m string --string x --algo bm']);
  return lines.with(at, (lines[at] ?? '').replace(/ (?=-[jg] )/, ` ${condition} `)).join('\n');
}

interface Both {
  readonly world: World;
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly loops: LoopScene;
  readonly ends: Map<string, readonly End[]>;
}

function symbolic({ world: { profile }, space, ruleset, loops, ends }: Both, packet: Packet): readonly string[] {
  const { dir, iif = '' } = packet;
  const way = `${dir} ${iif}`;
  const found = ends.get(way) ?? proved();
  ends.set(way, found);
  const assignment = assignmentOf(space, packet);
  const here = found.filter(({ set }) => setContains(space, set, assignment));
  const open = here.filter(({ mayLoop }) => setContains(space, mayLoop, assignment));
  return [...new Set([...here.map(({ outcome }) => outcome), ...(open.length > 0 ? ['may loop'] : [])])].sort();

  function proved(): readonly End[] {
    const classes = dir === 'out' ? traverseOut({ space, ruleset }) : traverseIn({ space, ruleset }, iif);
    const connections = connectionEnds({ space, ruleset, iif: dir === 'out' ? undefined : iif }, classes);
    return endsOf({ space, profile }, { classes, next: (one) => onwardOf(loops, one), open: new Set(), connections });
  }
}

function simulated({ paths }: Journey): readonly string[] {
  return [...new Set([...paths.map(({ outcome }) => outcome), ...(paths.some(({ unknown }) => unknown) ? ['may loop'] : [])])].sort();
}

/** What the packets have to have met, so that agreement says something. */
const SEEN = [
  ...OUTCOMES.filter((outcome) => !['rejected', 'undecided'].includes(outcome)),
  'may loop',
  'several',
  'captured SYN+FIN',
  'captured SYN with other flags',
];

class Tally {
  compared = 0;
  readonly wrong: string[] = [];
  readonly seen = new Map<string, number>();

  count(...names: readonly string[]): void {
    for (const name of names) this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
  }
}

/** Sent from the address that the kernel chooses, more often than not, and with the flags that matter to proxies. */
function likely(random: Random, packet: Packet, host: Host): Packet {
  const { family, dst, mark, dir, proto, flags } = packet;
  const src = dir === 'out' && random.chance(0.8) ? sourceFor(host, { family, dst, mark }) : undefined;
  return {
    ...packet,
    ...(src !== undefined && { src }),
    ...(proto === PROTO.tcp && flags !== undefined && random.chance(0.3) && { flags: random.pick(FLAGS) }),
  };
}

/** docs/limits.md: sets of packets do not know that such a socket finds itself. */
function isToItself({ src, dst, sport, dport, socket }: Packet): boolean {
  return src === dst && sport === dport && socket === true;
}

function compare(random: Random, world: World, tally: Tally): void {
  const { host, profile, family, text } = world;
  const ruleset = loaded(world, text);
  if (ruleset === undefined) return;
  const space = makeSpace(family, host);
  const loops = loopScene({ space, host, profile, ruleset }, () => ruleset);
  const both: Both = { world, space, ruleset, loops, ends: new Map() };
  for (const sampled of samplePackets(random, world, [text], PACKETS)) {
    const packet = likely(random, sampled, host);
    const journey = walkJourney(ruleset, packet, { host, connection: 'data', ...(profile && { profile }) });
    if (journey.truncated || isToItself(packet)) continue;
    const [sets, walks] = [symbolic(both, packet), simulated(journey)];
    tally.compared++;
    const relayed = journey.paths.some(({ legs }) => legs.length > 1);
    const captured = journey.paths.some(({ outcome }) => outcome.startsWith('captured'));
    const opens = packet.proto !== PROTO.tcp || ((packet.flags ?? 0) & 0x17) === 2;
    tally.count(...walks, ...(relayed ? ['relayed'] : []), ...(walks.length > 1 ? ['several'] : []));
    if (captured && packet.flags === 3) tally.count('captured SYN+FIN');
    if (captured && opens && packet.flags !== 2) tally.count('captured SYN with other flags');
    if (sets.join() !== walks.join())
      tally.wrong.push(`${packetText(packet)}\nsimulated: ${walks.join(', ')}\nsymbolic:  ${sets.join(', ')}\n${world.name}\n${text}`);
  }
}

describe('a walk through proxies and its symbolic twin agree', () => {
  it('on the fixtures of meshes and on mutants of them', { timeout: 600_000 }, () => {
    const random = randomFrom(SEED);
    const worlds = fixtureWorlds().filter(({ profile }) => profile !== undefined);
    const tally = new Tally();
    for (const world of worlds) compare(random, world, tally);
    for (let made = 0; made < MUTANTS; made++) {
      const picked = random.pick(worlds);
      const world = random.chance(0.4) ? forwarding(random, picked) : picked;
      const text = edited(random, world.text);
      compare(random, { ...world, text: random.chance(0.2) ? forked(random, text) : text }, tally);
    }
    if (MUTANTS > 100) console.log(tally.compared, Object.fromEntries(tally.seen));
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(50 * MUTANTS);
    expect(SEEN.filter((name) => !tally.seen.has(name))).toEqual([]);
    expect(tally.seen.get('loop')).toBeGreaterThan(MUTANTS);
    expect(tally.seen.get('relayed')).toBeGreaterThan(5 * MUTANTS);
  });
});
