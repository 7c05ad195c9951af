/** Flows put to the kernel and to the simulator, each packet with the connections that the earlier ones left behind. */
import { type Host, hostNames } from '../../src/host/host.ts';
import type { BesideKernel } from '../../src/kernel/compared/account.ts';
import { agreeing, disagreement, isClash } from '../../src/kernel/compared/account.ts';
import { idleRules } from '../../src/kernel/compared/idleRules.ts';
import type { Effect } from '../../src/netfilter/effect.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import type { SimulationInput } from '../../src/simulate/simulate.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { describePair } from './describe.ts';
import { atThisMoment } from './examine.ts';
import type { Case } from './generate/randomCase.ts';
import { rulesetOfAll } from './nft/examineNft.ts';
import type { Oracle, OracleAnswer } from './oracle.ts';
import type { SentPacket } from './question.ts';
import { flowQuestion } from './question.ts';

export interface World {
  readonly ruleset: Ruleset;
  readonly host: Host;
}

export function worldOf({ host, family, rules }: Omit<Case, 'name' | 'packets'>): World {
  const now = atThisMoment(host);
  const known = hostOf(now);
  if (rules.nft !== undefined) return { host: known, ruleset: rulesetOfAll(rules, family, now) };
  return { host: known, ruleset: rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '', { family, ...hostNames(known) }) };
}

export interface Played {
  readonly compared: number;
  readonly cut: boolean;
  readonly pairs: readonly { readonly packet: SentPacket; readonly walks: readonly Walk[]; readonly answer: OracleAnswer }[];
  readonly disagreement?: string;
}

export type FlowRules = Omit<Case, 'name' | 'packets'>;

export async function play(oracle: Oracle, one: FlowRules, flows: readonly (readonly SentPacket[])[]): Promise<readonly Played[]> {
  const answers = [...(await oracle.ask(flowQuestion(one.host, one.rules, flows)))];
  const world = worldOf(one);
  const idle = idleRules(world.ruleset);
  return flows.map((flow) => playOne({ ...world, idle, flow, answers: answers.splice(0, flow.length) }));
}

interface OneFlow extends World {
  readonly idle: BesideKernel['idle'];
  readonly flow: readonly SentPacket[];
  readonly answers: readonly OracleAnswer[];
}

/** Follows every way on which the simulator could have come so far as the kernel did. */
function playOne({ ruleset, host, idle, flow, answers }: OneFlow): Played {
  const pairs: Played['pairs'][number][] = [];
  let tables: readonly NonNullable<SimulationInput['connections']>[] = [[]];
  for (const [index, packet] of flow.entries()) {
    const answer = answers[index] as OracleAnswer;
    // the oracle drops what the kernel sends itself
    const how = { detailed: true, everyOrder: true, withoutAnswers: true };
    const walks = tables.flatMap((connections) => simulate({ ruleset, packet, host, connections }, how).walks);
    pairs.push({ packet, walks, answer });
    const same = agreeing({ walks, answer, idle });
    const compared = index + 1;
    if (same.length === 0) {
      const found = disagreement({ walks, answer, idle });
      const before = flow.slice(0, index).map((earlier) => packetText(earlier));
      const text = describePair({ packet, walks, answer, ...(found === undefined ? {} : { disagreement: found }) });
      return { compared, cut: false, pairs, disagreement: [...before.map((line) => `after ${line}`), text].join('\n') };
    }
    const settled = same.filter((walk) => !isByLot(walk));
    if (settled.length === 0) return { compared, cut: compared < flow.length, pairs };
    tables = distinct(settled).slice(0, MOST_WAYS);
  }
  return { compared: flow.length, cut: false, pairs };
}

/** The kernel has picked a port, or the id of ICMP that our packets do not have, or dropped one of two connections that it cannot distinguish. */
function isByLot(walk: Walk): boolean {
  const { packet, choices, steps } = walk;
  const randomId = packet.icmpType !== undefined && steps.some((step) => step.kind === 'rule' && step.rule.effects.some(isRandom));
  return isClash(walk) || randomId || choices.some(({ what }) => what.startsWith('the kernel picks a port'));
}

function isRandom(effect: Effect): boolean {
  return effect.kind === 'nat' && effect.random;
}

const MOST_WAYS = 16;

function distinct(walks: readonly Walk[]): readonly Walk['connections'][] {
  const key = (value: unknown) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
  return [...new Map(walks.map(({ connections }) => [key(connections), connections])).values()];
}
