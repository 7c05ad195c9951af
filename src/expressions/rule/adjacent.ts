/** Two matches on neighbours in a header become one for the kernel, which nft lists in the order of the header.
 *  nftables src/rule.c payload_try_merge() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { selectorName } from '../values/part.ts';

/** Fields of up to four bytes together, the first before the second. */
const NEIGHBOURS: ReadonlyMap<string, string> = new Map([
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp'].map((protocol) => [`${protocol} sport`, `${protocol} dport`] as const),
  ['icmp type', 'icmp code'],
  ['icmpv6 type', 'icmpv6 code'],
  ['ip ttl', 'ip protocol'],
  ['ip6 nexthdr', 'ip6 hoplimit'],
  ['ip length', 'ip id'],
  ['udp length', 'udp checksum'],
]);

export function inHeaderOrder(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const ordered = [...statements];
  for (const [first, second] of NEIGHBOURS) {
    const later = ordered.findIndex((one) => asksExactly(one, context) === second);
    const one = ordered[later];
    if (one === undefined) continue;
    const earlier = ordered.findIndex((other) => asksExactly(other, context) === first);
    if (earlier < 0 || earlier === later) continue;
    ordered.splice(later, 1);
    const at = later < earlier ? earlier - 1 : earlier;
    ordered.splice(at + 1, 0, one);
  }
  return ordered;
}

/** The name of the one field that must have a value. */
function asksExactly(statement: NftStatement, context: NftRuleContext): string | undefined {
  if (statement.kind !== 'match' || (statement.op !== undefined && statement.op !== '==')) return undefined;
  const { left, right } = statement;
  return left.kind === 'payload' && right.kind === 'value' ? selectorName(left, context) : undefined;
}
