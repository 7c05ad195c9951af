/** A diff against sampling: a packet is in a changed class exactly when the simulator sees it are treated differently. */
import { describe, expect, it } from 'vitest';
import { changedPackets, diffRules } from '../../src/diff/rules.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import type { World } from './diffEdits.ts';
import { edited, ends, fixtureWorlds, loaded, randomWorld, samplePackets } from './diffEdits.ts';

interface Tally {
  edits: number;
  changed: number;
  undecided: number;
  packets: number;
  /** packets that the simulator sees change */
  differing: number;
  readonly wrong: string[];
}

interface Edit {
  readonly world: World;
  readonly base: Ruleset;
  readonly head: Ruleset;
  readonly packets: readonly Packet[];
}

function compare({ world, base, head, packets }: Edit, tally: Tally): void {
  const { host, profile, family } = world;
  const question = { base, head, host, ...(profile === undefined ? {} : { profile }) };
  const space = makeSpace(family, host);
  const ways = changedPackets(space, question);
  // replays an example of every class; throws where the simulator does not see it
  const { changes, undecided } = diffRules(question);
  tally.edits++;
  if (changes.length > 0) tally.changed++;
  if (undecided.length > 0) tally.undecided++;
  for (const packet of packets) {
    const assignment = assignmentOf(space, packet);
    const way = ways.find(({ iif }) => iif === (packet.dir === 'out' ? undefined : packet.iif));
    if (way?.unclear.some(({ set }) => setContains(space, set, assignment))) continue;
    const claimed = way?.changes.some(({ set }) => setContains(space, set, assignment)) === true;
    const was = ends(world, base, packet);
    const is = ends(world, head, packet);
    if (was === undefined || is === undefined) continue;
    tally.packets++;
    if (was !== is) tally.differing++;
    if (claimed === (was !== is)) continue;
    tally.wrong.push(
      `${world.name} ${packetText(packet)}: ${claimed ? 'said to change' : 'said to stay'}\n${was}\n->\n${is}\n${base.source.text}\n=>\n${head.source.text}`,
    );
  }
}

function tryEdits(world: World, random: Random, tally: Tally, size: { readonly edits: number; readonly packets: number }): void {
  const base = loaded(world, world.text);
  if (base === undefined) return;
  for (let made = 0; made < size.edits; made++) {
    const text = edited(random, world.text);
    const head = text === world.text ? undefined : loaded(world, text);
    if (head === undefined) continue;
    compare({ world, base, head, packets: samplePackets(random, world, [world.text, text], size.packets) }, tally);
    if (tally.wrong.length > 20) return;
  }
}

/** `CHAINWALK_EDITS=2000` for the long run. */
const EDITS = Number(process.env.CHAINWALK_EDITS ?? 32);
const PACKETS = Number(process.env.CHAINWALK_PACKETS ?? 5_000);
const SEED = Number(process.env.CHAINWALK_SEED ?? 1);

function check({ edits, changed, packets, differing, undecided, wrong }: Tally): void {
  if (EDITS > 100) console.log({ edits, changed, undecided, packets, differing, wrong: wrong.length });
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(changed).toBeGreaterThan(0);
  expect(changed).toBeLessThan(edits);
  expect(differing).toBeGreaterThan(0);
}

describe('diff agrees with sampling on single edits', () => {
  const empty = (): Tally => ({ edits: 0, changed: 0, undecided: 0, packets: 0, differing: 0, wrong: [] });

  it('of the fixtures', { timeout: 3_600_000 }, () => {
    const random = randomFrom(SEED);
    const tally = empty();
    const worlds = fixtureWorlds();
    for (let at = 0; tally.edits < EDITS / 2; at++) {
      const world = worlds[(at * 7) % worlds.length] as World;
      tryEdits(world, random, tally, { edits: 1, packets: PACKETS });
    }
    check(tally);
  });

  it('of random rulesets', { timeout: 3_600_000 }, () => {
    const random = randomFrom(SEED);
    const tally = empty();
    // few edits of random rules change the fate of a packet that is tried: on until one has
    while (tally.edits < EDITS / 2 || (tally.differing === 0 && tally.edits < 4 * EDITS))
      tryEdits(randomWorld(random.fork()), random, tally, { edits: 2, packets: PACKETS });
    check(tally);
  });
});
