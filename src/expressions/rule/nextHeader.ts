/** `ip protocol tcp` in a table of many families: it says what follows the header, and takes the place of `meta l4proto` before it.
 *  nftables src/payload.c payload_may_dependency_kill() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { onlyValue } from '../values/onlyValue.ts';

export function asksNextHeader(statement: NftStatement, context: NftRuleContext): boolean {
  if (statement.kind !== 'match' || !isOfMany(context) || (statement.op ?? '==') !== '==') return false;
  const { left, right } = statement;
  const isNext = left.kind === 'payload' && NEXT.has(`${left.protocol} ${left.field}`);
  return isNext && onlyValue(right).kind === 'value';
}

const NEXT: ReadonlySet<string> = new Set(['ip protocol', 'ip6 nexthdr']);

/** Tables that both families meet, and others beside them. */
export function isOfMany({ table }: NftRuleContext): boolean {
  return table !== 'ip' && table !== 'ip6';
}
