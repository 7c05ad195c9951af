/** The way of what the kernel itself answers, where no process takes a packet. Its reply passes the rules of OUTPUT as any other packet
 *  does. docs/facts/kernel.md#what-the-kernel-answers-itself */
import type { Host } from '../host/host.ts';
import type { Budget } from '../lib/budget.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { walkAnswer } from '../simulate/conversation.ts';
import { type KernelAnswer, kernelAnswer } from '../simulate/kernelAnswer.ts';
import type { Walk } from '../simulate/trace.ts';

export interface KernelReply {
  readonly name: Exclude<KernelAnswer['name'], 'reset'>;
  /** the way of the reply; absent: the kernel sends none */
  readonly walk?: Walk;
  /** why it sends none */
  readonly silent?: string;
}

export interface ReplyPlace {
  readonly ruleset: Ruleset;
  readonly host: Host;
  readonly budget: Budget;
  /** the way of its answer, where the connection that the packet opens was walked */
  readonly answered?: Walk | undefined;
}

/** Of a request that the kernel answers; undefined: it has nothing to answer, or a process takes the packet. */
export function kernelReply(walk: Walk, { ruleset, host, budget, answered }: ReplyPlace): KernelReply | undefined {
  const answer = kernelAnswer(walk, host);
  if (answer === undefined || answer.name === 'reset') return undefined;
  const { name, packet, silent } = answer;
  if (packet === undefined) return { name, ...(silent !== undefined && { silent }) };
  const reply = answered ?? walkAnswer({ ruleset, host, first: walk, budget, cut: true }, packet);
  return { name, ...(reply && { walk: reply }) };
}
