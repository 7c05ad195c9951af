/** How a connection ends, in a word or three. */
import type { Host } from '../../src/host/host.ts';
import { Budget } from '../../src/lib/budget.ts';
import type { PartName } from '../../src/netfilter/connectionParts.ts';
import type { Family } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { type ConversationEnd, converse, endOfAll } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { whereOf } from './expectedConnection.ts';

interface Place {
  readonly rules: string;
  readonly family: Family;
  readonly host: Host;
}

/** `completes`, or the packet that dies, how, and by which rule: `syn-ack dropped filter:OUTPUT:1`. */
export function endOf({ rules, family, host }: Place, packet: Packet): string {
  const ruleset = rulesetOf(rules, { family });
  const budget = new Budget();
  const found = simulate({ ruleset, packet, host }).walks.flatMap((first) => converse({ ruleset, host, first, budget, upTo: 'whole' }));
  const { end, open } = endOfAll(found);
  const parts = found[0]?.parts;
  // it has served by then, and sockets still see that the end does not come
  const last = parts?.find(({ name, arrives }) => !arrives && (name === 'fin' || name === 'fin-back')) ?? parts?.at(-1);
  if (open !== undefined) return `undecided ${open.rule?.text ?? open.what}`;
  if (last === undefined || end === 'refused' || last.arrives || !isEnd(last.name, end)) return end;
  const { fate } = last.walk;
  return [last.name, fate.kind, fate.kind === 'lost' ? fate.reason : whereOf(last.walk)].filter((word) => word !== undefined).join(' ');
}

function isEnd(name: PartName, end: ConversationEnd): boolean {
  return end === 'completes' ? name.startsWith('fin') : true;
}
