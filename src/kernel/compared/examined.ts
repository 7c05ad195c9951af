/** One packet, put to the simulator and to the kernel. */
import type { Host } from '../../host/host.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Connection } from '../../simulate/connection.ts';
import { simulate } from '../../simulate/simulate.ts';
import type { Walk } from '../../simulate/trace.ts';
import type { OracleAnswer } from '../asked/oracle.ts';
import { type Disagreement, disagreement } from './account.ts';
import { idleRules } from './idleRules.ts';

export interface Examined {
  readonly packet: Packet;
  readonly walks: readonly Walk[];
  readonly answer: OracleAnswer;
  /** absent when both say the same */
  readonly disagreement?: Disagreement;
  /** the packet has more ways than were walked: the kernel's may be one of the others */
  readonly isOpen?: true;
}

export interface Examination {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly packet: Packet;
  /** what earlier packets have left; absent: nothing */
  readonly connections?: readonly Connection[] | undefined;
  /** the kernel's */
  readonly answer: OracleAnswer;
  /** see simulate.ts; the rows of each order are its own */
  readonly everyOrder?: boolean;
}

const MOST_WAYS = 2048;

/** Where chance or something unmodelled decides, one of the simulator's ways must be the kernel's. What REJECT answers is a packet of its own,
 *  whose ways would multiply those of this one. */
export function examined({ ruleset, host, packet, connections = [], answer, everyOrder = false }: Examination): Examined {
  const how = { detailed: true, everyOrder, ways: MOST_WAYS, withoutAnswers: true };
  const { walks, truncated } = simulate({ ruleset, packet, host, connections }, how);
  const found = disagreement({ walks, answer, idle: idleRules(ruleset, packet) });
  if (found === undefined) return { packet, walks, answer };
  return { packet, walks, answer, disagreement: found, ...(truncated && { isOpen: true }) };
}
