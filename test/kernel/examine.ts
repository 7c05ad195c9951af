/** One case, put to the simulator and to the kernel. */

import { type Host, hostNames } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import { type Examined, examined } from '../../src/kernel/compared/examined.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import type { Case } from './generate/randomCase.ts';
import type { Oracle, OracleAnswer } from './oracle.ts';
import type { SentPacket } from './question.ts';
import { questionOf } from './question.ts';

/** `explain` asks the kernel why it lost a packet, which takes it a second look. */
export async function examine(
  oracle: Oracle,
  { host, family, rules, packets }: Omit<Case, 'name'>,
  explain = false,
): Promise<readonly Examined[]> {
  const world = hostOf(atThisMoment(host));
  const ruleset = rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '', { family, ...hostNames(world) });
  const answers = await oracle.ask({ ...questionOf(host, rules, packets), explain_lost: explain });
  return packets.map((given, index) => {
    const packet = given.chooseSource === true ? withSource(given, world) : given;
    return examined({ ruleset, host: world, packet, answer: answers[index] as OracleAnswer });
  });
}

/** The kernel's clock is the machine's. */
export function atThisMoment(host: Case['host']): Case['host'] & { readonly clock: string } {
  return { ...host, clock: `${new Date().toISOString().slice(0, 19)}Z` };
}

export function withSource({ chooseSource: _, ...packet }: SentPacket, host: Host): Packet {
  const { family, dst, mark, oif } = packet;
  const src = sourceFor(host, { family, dst, mark, ...(oif === undefined ? {} : { bound: oif }) });
  return src === undefined ? packet : { ...packet, src };
}
