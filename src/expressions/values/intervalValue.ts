/** Addresses and ports that NAT chooses from, as nft 1.0.6 lists them: a range that is a prefix is one, be it of one address. In a tuple one
 *  value stands alone. nftables src/netlink.c netlink_delinearize_range(), src/expression.c range_expr_to_prefix() */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { intervalNode } from './canonicalSet.ts';
import { intervalOf } from './constant.ts';
import { isInterval } from './isInterval.ts';

/** `types`: of the parts of a tuple, or the one that there is */
export function intervalValue(value: NftExpression, types: readonly Datatype[], context: NftRuleContext): NftExpression {
  if (value.kind === 'concat') return { ...value, of: value.of.map((one, at) => part(one, types[at], context)) };
  const node = part(value, types[0], context);
  return isInterval(value) && node.kind === 'value' && types[0]?.prefixes === true
    ? { start: value.start, end: value.end, kind: 'prefix', of: node, length: types[0].bits }
    : node;
}

function part(value: NftExpression, type: Datatype | undefined, context: NftRuleContext): NftExpression {
  if (type === undefined || !isInterval(value)) return value;
  const interval = intervalOf(value, type, context);
  return interval === undefined ? value : intervalNode(interval, type, value);
}
