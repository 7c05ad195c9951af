/** Verdicts against sampling: good rulesets with one rule deleted, moved, negated or changed. A claim holds exactly when no packet breaks it. */
import { describe, expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import { inferDeclaration } from '../../src/prove/inferred/infer.ts';
import { judgeClaim } from '../../src/prove/judge/judgeClaim.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { ProofContext } from '../../src/prove/proof/context.ts';
import type { Finding } from '../../src/prove/proof/finding.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { CLAIMS_BY_PACKET, isBroken } from './claimsByPacket.ts';
import type { World } from './diffEdits.ts';
import { edited, fixtureWorlds, loaded, samplePackets } from './diffEdits.ts';

/** `CHAINWALK_MUTANTS=2000` for the long run. */
const MUTANTS = Number(process.env.CHAINWALK_MUTANTS ?? 30);
const PACKETS = Number(process.env.CHAINWALK_PACKETS ?? 3000);
const SEED = Number(process.env.CHAINWALK_SEED ?? 1);

/** Sidecars without exclusions or DNS capture, whose claims are said in a line each. */
const PLAIN = ['istio-sidecar', 'istio-dual-stack', 'istio-drop-invalid'];
const WORLDS = fixtureWorlds().filter(({ name }) => PLAIN.includes(name));

/** What the good rules declare is what the mutant is to keep. */
function judged(world: World, base: Ruleset, mutant: Ruleset): ReadonlyMap<string, readonly Finding[]> {
  const { host, profile } = world;
  const declared = inferDeclaration({ ruleset: base, host, profile });
  const scene = new ProofContext({ ruleset: mutant, host, declared, ...(profile && { profile }) });
  const wanted = CLAIMS_BY_PACKET.map(({ claim }) => claim);
  return new Map(CLAIMS.filter(({ id }) => wanted.includes(id)).map((claim) => [claim.id, judgeClaim(scene, claim)]));
}

interface Tally {
  mutants: number;
  violated: number;
  /** verdicts that sampling found the same packets against */
  found: number;
  readonly wrong: string[];
}

function compare(
  world: World,
  { base, mutant, packets }: { readonly base: Ruleset; readonly mutant: Ruleset; readonly packets: readonly Packet[] },
  tally: Tally,
): void {
  const { host, profile } = world;
  const findings = judged(world, base, mutant);
  const journeys = packets.map((packet) => walkJourney(mutant, packet, { host, ...(profile && { profile }) }));
  tally.mutants++;
  for (const one of CLAIMS_BY_PACKET) {
    const of = findings.get(one.claim) ?? [];
    const violated = of.filter(({ verdict }) => verdict === 'violated');
    const breaking = journeys.find((journey) => one.must(journey.packet, host) && isBroken(one, journey));
    if (violated.length > 0) tally.violated++;
    if (violated.length > 0 && breaking !== undefined) tally.found++;
    const say = (what: string): void => {
      tally.wrong.push(`${one.claim} on ${world.name}: ${what}\n${mutant.source.text}`);
    };
    if (breaking !== undefined && violated.length === 0) say(`${of[0]?.verdict}, but ${packetText(breaking.packet)} breaks it`);
    for (const { witness } of violated) {
      if (witness === undefined) continue;
      const inScope = (one.may ?? one.must)(witness.packet, host);
      if (!inScope || !isBroken(one, witness))
        say(`${packetText(witness.packet)} ${inScope ? 'does not break it' : 'is not its business'}`);
    }
  }
}

function mutate(random: Random, tally: Tally): void {
  const world = random.pick(WORLDS);
  const text = edited(random, world.text);
  const [base, mutant] = [loaded(world, world.text), text === world.text ? undefined : loaded(world, text)];
  if (base === undefined || mutant === undefined) return;
  compare(world, { base, mutant, packets: samplePackets(random, world, [world.text, text], PACKETS) }, tally);
}

describe('verdicts agree with sampling on mutants of good rules', () => {
  it('of plain sidecars', { timeout: 3_600_000 }, () => {
    const random = randomFrom(SEED);
    const tally: Tally = { mutants: 0, violated: 0, found: 0, wrong: [] };
    while (tally.mutants < MUTANTS && tally.wrong.length < 10) mutate(random, tally);
    if (MUTANTS > 100) console.log({ ...tally, wrong: tally.wrong.length });
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.violated).toBeGreaterThan(MUTANTS / 4);
    // what is violated at all is mostly seen by chance, too
    expect(tally.found).toBeGreaterThan(tally.violated / 2);
  });

  it('and every witness on mutants of every fixture replays', { timeout: 3_600_000 }, () => {
    const random = randomFrom(SEED);
    const worlds = fixtureWorlds().filter(({ text }) => text.split('\n').length < 150);
    let violated = 0;
    for (let made = 0; made < MUTANTS; ) {
      const world = random.pick(worlds);
      const mutant = loaded(world, edited(random, world.text));
      if (mutant === undefined) continue;
      made++;
      // a packet that does not show in the simulator what was proved of it is thrown
      const { findings } = verifyRulesets([mutant], { host: world.host });
      violated += findings.filter(({ witness }) => witness !== undefined).length;
    }
    expect(violated).toBeGreaterThan(MUTANTS / 2);
  });
});
