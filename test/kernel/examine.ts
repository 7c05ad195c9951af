/** One case, put to the simulator and to the kernel. */

import { type Host, hostNames } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import type { Account } from './compare.ts';
import { disagreement } from './compare.ts';
import type { Case } from './generate/randomCase.ts';
import { idleRules } from './idle.ts';
import type { Answer, Oracle } from './oracle.ts';
import type { SourcelessPacket } from './question.ts';
import { questionOf } from './question.ts';

export interface Pair {
  readonly packet: Packet;
  readonly walks: readonly Walk[];
  readonly answer: Answer;
  /** absent when both say the same */
  readonly disagreement?: { readonly ours: readonly Account[]; readonly kernels: Account };
}

/** `explain` asks the kernel why it lost a packet, which takes it a second look. */
export async function examine(
  oracle: Oracle,
  { host, family, rules, packets }: Omit<Case, 'name'>,
  explain = false,
): Promise<readonly Pair[]> {
  const world = hostOf(atThisMoment(host));
  const ruleset = rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '', { family, ...hostNames(world) });
  const answers = await oracle.ask({ ...questionOf(host, rules, packets), explain_lost: explain });
  const idle = idleRules(ruleset);
  return packets.map((given, index) => pairOf({ world, ruleset, idle, given, answer: answers[index] as Answer }));
}

/** The kernel's clock is the machine's. */
export function atThisMoment(host: Case['host']): Case['host'] & { readonly clock: string } {
  return { ...host, clock: `${new Date().toISOString().slice(0, 19)}Z` };
}

interface One {
  readonly world: Host;
  readonly ruleset: Ruleset;
  readonly idle: ReadonlySet<string>;
  readonly given: SourcelessPacket;
  readonly answer: Answer;
}

function pairOf({ world, ruleset, idle, given, answer }: One): Pair {
  const packet = given.chooseSource === true ? withSource(given, world) : given;
  const { walks } = simulate({ ruleset, packet, host: world }, { detailed: true });
  const found = disagreement({ walks, answer, idle });
  return { packet, walks, answer, ...(found === undefined ? {} : { disagreement: found }) };
}

function withSource({ chooseSource: _, ...packet }: SourcelessPacket, host: Host): Packet {
  const { family, dst, mark, oif } = packet;
  const src = sourceFor(host, { family, dst, mark, ...(oif === undefined ? {} : { bound: oif }) });
  return src === undefined ? packet : { ...packet, src };
}
