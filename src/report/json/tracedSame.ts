/** What is treated as a packet is, in the JSON of its trace. */
import { generalText } from '../../connection/generalWords.ts';
import type { TraceSame } from './traceInput.ts';

/** Packets with the same outcome, rewriting and deciding rules, as packet sets. */
export interface TracedSame {
  /** all of them that have the protocol of the packet */
  readonly packets: string;
  /** as people speak of them: fewer and larger sets, with what these leave out in a remark after them */
  readonly ordinary: string;
}

export function toTracedSame({ exactly, general }: TraceSame): TracedSame {
  return { packets: exactly(), ordinary: generalText(general) };
}
