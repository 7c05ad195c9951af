/** Random flows, each packet put to the kernel and to the simulator with the connections that the earlier ones left behind. */
import type { Host } from '../../src/host/host.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import type { Given } from '../../src/simulate/simulate.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import type { Compared } from './compare.ts';
import { agreeing, disagreement } from './compare.ts';
import type { Coverage } from './coverage.ts';
import { startCoverage } from './coverage.ts';
import { describePair } from './describe.ts';
import { randomFrom } from './generate/random.ts';
import type { Case } from './generate/randomCase.ts';
import { poolsFor, randomCases } from './generate/randomCase.ts';
import { randomFlow } from './generate/randomFlow.ts';
import { idleRules } from './idle.ts';
import type { Answer, Oracle } from './oracle.ts';
import { canMakeSets, openOracle } from './oracle.ts';
import type { FlowPacket } from './question.ts';
import { flowQuestion } from './question.ts';
import type { SuiteOptions } from './suite.ts';
import { differsInOrder, isPossible, shortHost } from './suite.ts';

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
const MOST_SHOWN = 12;
const SECOND_OPINION = 4;

export async function runFlows({ pairs: wanted, seed, backends, print }: SuiteOptions): Promise<FlowResult> {
  if (!canMakeSets()) print('no ipset here: rules with `-m set` are left out');
  const oracles = backends.map(openOracle);
  const coverage = startCoverage();
  const random = randomFrom(seed);
  let [flows, packets, cut, failed, index] = [0, 0, 0, 0, 0];
  try {
    for (const bare of randomCases(Number.POSITIVE_INFINITY, seed)) {
      const one = withNat(bare);
      if (flows >= wanted) break;
      if (!isPossible(one)) continue;
      const world = worldOf(one);
      const made = Array.from({ length: Math.min(FLOWS_PER_RULESET, wanted - flows) }, () =>
        randomFlow(random, { ...world, family: one.family, pools: poolsFor(one.family, one.host) }),
      );
      const asked = index++ % SECOND_OPINION === 0 ? oracles : oracles.slice(0, 1);
      flows += made.length;
      for (const oracle of asked.filter(({ backend }) => backend === 'legacy' || !differsInOrder(one))) {
        for (const [at, played] of (await play(oracle, one, made)).entries()) {
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

/** Once loaded, the nat table of x_tables stays in the namespace, whatever rules come next, and tells connections apart. */
function withNat(one: Case): Case {
  const key = one.family === 4 ? 'v4' : 'v6';
  const rules = one.rules[key] ?? '';
  return /^\*nat$/m.test(rules) ? one : { ...one, rules: { [key]: `${rules}*nat\nCOMMIT\n` } };
}

interface World {
  readonly ruleset: Ruleset;
  readonly host: Host;
}

function worldOf({ host, family, rules }: Omit<Case, 'name' | 'packets'>): World {
  const known = hostOf(host);
  return { host: known, ruleset: rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '', { family, sets: known.sets }) };
}

interface Played {
  readonly compared: number;
  readonly cut: boolean;
  readonly pairs: readonly { readonly packet: FlowPacket; readonly walks: readonly Walk[]; readonly answer: Answer }[];
  readonly disagreement?: string;
}

type Rules = Omit<Case, 'name' | 'packets'>;

async function play(oracle: Oracle, one: Rules, flows: readonly (readonly FlowPacket[])[]): Promise<readonly Played[]> {
  const answers = [...(await oracle.ask(flowQuestion(one.host, one.rules, flows)))];
  const world = worldOf(one);
  const idle = idleRules(world.ruleset);
  return flows.map((flow) => playOne({ ...world, idle, flow, answers: answers.splice(0, flow.length) }));
}

interface OneFlow extends World {
  readonly idle: Compared['idle'];
  readonly flow: readonly FlowPacket[];
  readonly answers: readonly Answer[];
}

/** Follows every way on which the simulator could have come so far as the kernel did. */
function playOne({ ruleset, host, idle, flow, answers }: OneFlow): Played {
  const pairs: Played['pairs'][number][] = [];
  let tables: readonly NonNullable<Given['connections']>[] = [[]];
  for (const [index, packet] of flow.entries()) {
    const answer = answers[index] as Answer;
    const walks = tables.flatMap((connections) => simulate({ ruleset, packet, host, connections }, { detailed: true }).walks);
    pairs.push({ packet, walks, answer });
    const same = agreeing({ walks, answer, idle });
    const compared = index + 1;
    if (same.length === 0) {
      const found = disagreement({ walks, answer, idle });
      const before = flow.slice(0, index).map((earlier) => packetText(earlier));
      const text = describePair({ packet, walks, answer, ...(found === undefined ? {} : { disagreement: found }) });
      return { compared, cut: false, pairs, disagreement: [...before.map((line) => `after ${line}`), text].join('\n') };
    }
    const settled = same.filter((walk) => !walk.choices.some(({ what }) => what.startsWith('the kernel picks a port')));
    if (settled.length === 0) return { compared, cut: compared < flow.length, pairs };
    tables = distinct(settled).slice(0, MOST_WAYS);
  }
  return { compared: flow.length, cut: false, pairs };
}

const MOST_WAYS = 16;

function distinct(walks: readonly Walk[]): readonly Walk['connections'][] {
  const key = (value: unknown) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
  return [...new Map(walks.map(({ connections }) => [key(connections), connections])).values()];
}

/** A flow that disagrees, with as few packets and rules as keep it. */
async function smallestFlow(oracle: Oracle, whole: Case, flow: readonly FlowPacket[]): Promise<string> {
  const key = whole.family === 4 ? 'v4' : 'v6';
  const still = async (lines: readonly string[], packets: readonly FlowPacket[]): Promise<string | undefined> => {
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
  for (const pattern of [/^-A /, /^:U/]) {
    for (let at = lines.length - 1; at >= 0; at--) {
      if (!pattern.test(lines[at] ?? '')) continue;
      const fewer = lines.filter((_, index) => index !== at);
      const found = await still(fewer, packets);
      if (found !== undefined) [lines, text] = [fewer, found];
    }
  }
  return `--- ${whole.name}, ${oracle.backend} backend, host ${shortHost(whole.host)}\n${lines.join('\n')}\n${text}`;
}
