/** All expressions that ask something of a packet, in the order of the documentation. */
import type { Expression } from '../contract/expression.ts';
import { ct } from './ct.ts';
import { fib, socketLookup } from './host.ts';
import { link } from './link.ts';
import { meta } from './meta.ts';
import { ip, ip6 } from './network.ts';
import { routing } from './routing.ts';
import { icmpFields, transport } from './transport.ts';

export const EXPRESSIONS: readonly Expression[] = [
  ...link,
  ...ip,
  ...ip6,
  ...transport,
  ...icmpFields,
  ...meta,
  ...ct,
  ...fib,
  ...socketLookup,
  ...routing,
];

const BY_NAME: ReadonlyMap<string, Expression> = new Map(EXPRESSIONS.map((expression) => [expression.name, expression]));

export function findExpression(name: string): Expression | undefined {
  return BY_NAME.get(name);
}
