/** Random flows, each packet put to the kernel and to the simulator with the connections that the earlier ones left behind. */
import { unlessRefused } from './connectionSuite.ts';
import type { Coverage } from './coverage.ts';
import { startCoverage } from './coverage.ts';
import { conversationFlow } from './generate/conversationFlow.ts';
import { fixtureCases } from './generate/fixtureCases.ts';
import { type PacketPools, poolsOf } from './generate/pools.ts';
import { type Random, randomFrom } from './generate/random.ts';
import type { Case } from './generate/randomCase.ts';
import { poolsFor, randomCases } from './generate/randomCase.ts';
import { type EditPools, edit, inserted } from './generate/randomEdit.ts';
import { randomFlow } from './generate/randomFlow.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { play, worldOf } from './playFlow.ts';
import type { SentPacket } from './question.ts';
import type { SuiteOptions } from './suite.ts';
import { differsInOrder, shortHost } from './suite.ts';

export interface FlowResult {
  /** flows, and the packets in them that were compared */
  readonly flows: number;
  readonly packets: number;
  /** flows that end early: from there on lots decide which packet would be the next */
  readonly cut: number;
  readonly failed: number;
  readonly coverage: Coverage;
}

const FLOWS_PER_RULESET = 10;
/** of them, those that are whole conversations */
const CONVERSATIONS = 4;
const MOST_SHOWN = 12;
const SECOND_OPINION = 4;

export async function runFlows({ pairs: wanted, seed, backends, print }: SuiteOptions, of = rulesets): Promise<FlowResult> {
  const oracles = backends.map(openOracle);
  const coverage = startCoverage();
  let [flows, packets, cut, failed, index, asking] = [0, 0, 0, 0, 0, 0];
  try {
    for (const { one: plain, pools } of of(seed)) {
      if (flows >= wanted) break;
      const random = randomFrom(seed, 'flows', 'of ruleset', index++);
      const one = plain.rules.nft === undefined ? edited(random, plain, pools) : plain;
      const world = worldUnlessRefused(one);
      if (world === undefined) continue;
      const made = Array.from({ length: Math.min(FLOWS_PER_RULESET, wanted - flows) }, (_, at) =>
        (at < CONVERSATIONS ? conversationFlow : randomFlow)(random, { ...world, family: one.family, pools }),
      ).filter(({ length }) => length > 0);
      const asked = asking++ % SECOND_OPINION === 0 ? oracles : oracles.slice(0, 1);
      flows += made.length;
      for (const oracle of asked.filter(({ backend }) => backend === 'legacy' || !differsInOrder(one))) {
        for (const [at, played] of ((await play(oracle, one, made).catch(unlessRefused(one.rules))) ?? []).entries()) {
          packets += played.compared;
          if (played.cut) cut++;
          if (oracle === oracles[0]) for (const pair of played.pairs) coverage.add(pair);
          if (played.disagreement === undefined) continue;
          if (failed++ < MOST_SHOWN) print(await smallestFlow(oracle, one, made[at] ?? []));
        }
      }
    }
  } finally {
    await Promise.all(oracles.map(({ close }) => close()));
  }
  return { flows, packets, cut, failed, coverage };
}

function worldUnlessRefused(one: Case): ReturnType<typeof worldOf> | undefined {
  try {
    return worldOf(one);
  } catch (error) {
    return unlessRefused(one.rules)(error);
  }
}

export interface FlowRuleset {
  readonly one: Case;
  readonly pools: PacketPools;
}

/** Every fixture, then random ones without end. */
function* rulesets(seed: number): Generator<FlowRuleset> {
  for (const one of fixtureCases(0, seed)) {
    yield { one: withNat(one), pools: poolsOf([(one.family === 4 ? one.rules.v4 : one.rules.v6) ?? ''], one.family, one.host) };
  }
  for (const one of randomCases(Number.POSITIVE_INFINITY, seed, 'flows'))
    yield { one: withNat(one), pools: poolsFor(one.family, one.host) };
}

/** Often with a rule that answers and later packets meet. */
function edited(random: Random, one: Case, pools: PacketPools): Case {
  if (random.chance(0.4)) return one;
  const key = one.family === 4 ? 'v4' : 'v6';
  const known: EditPools = { ...pools, family: one.family };
  return { ...one, rules: { [key]: inserted(one.rules[key] ?? '', edit(random, known)) } };
}

/** Once loaded, the nat table of x_tables stays in the namespace, whatever rules come next, and distinguishes connections. */
function withNat(one: Case): Case {
  const key = one.family === 4 ? 'v4' : 'v6';
  const rules = one.rules[key] ?? '';
  return /^\*nat$/m.test(rules) ? one : { ...one, rules: { [key]: `${rules}*nat\nCOMMIT\n` } };
}

/** A flow that disagrees, with as few packets and rules as keep it. */
async function smallestFlow(oracle: Oracle, whole: Case, flow: readonly SentPacket[]): Promise<string> {
  const key = whole.rules.nft === undefined ? (whole.family === 4 ? 'v4' : 'v6') : 'nft';
  const still = async (lines: readonly string[], packets: readonly SentPacket[]): Promise<string | undefined> => {
    try {
      const [played] = await play(oracle, { ...whole, rules: { [key]: lines.join('\n') } }, [packets]);
      return played?.disagreement;
    } catch {
      return undefined;
    }
  };
  let [lines, packets] = [(whole.rules[key] ?? '').split('\n'), flow];
  let text = await still(lines, packets);
  if (text === undefined) return `--- ${whole.name}, ${oracle.backend} backend: agrees when asked again`;
  for (let at = packets.length - 1; at >= 0; at--) {
    const fewer = packets.filter((_, index) => index !== at);
    const found = await still(lines, fewer);
    if (found !== undefined) [packets, text] = [fewer, found];
  }
  for (const pattern of key === 'nft'
    ? [/^(?!(?:table|chain|type|set|map|\}))[^{}]*(?:\{[^{}]*\}[^{}]*)*$/, /^(?:set|map)/]
    : [/^-A /, /^:U/]) {
    for (let at = lines.length - 1; at >= 0; at--) {
      if (!pattern.test(lines[at] ?? '')) continue;
      const fewer = lines.filter((_, index) => index !== at);
      const found = await still(fewer, packets);
      if (found !== undefined) [lines, text] = [fewer, found];
    }
  }
  return `--- ${whole.name}, ${oracle.backend} backend, host ${shortHost(whole.host)}\n${lines.join('\n')}\n${text}`;
}
