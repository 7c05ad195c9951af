/** A field of a few bits beside others in a key: nft lists how it is moved to the end of its byte. nftables src/netlink_linearize.c
 *  netlink_gen_payload_mask(), src/evaluate.c expr_evaluate_bits() */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorName } from '../values/selectorName.ts';

export function inTuple(expression: NftExpression, context: NftRuleContext): NftExpression {
  if (expression.kind !== 'payload' && expression.kind !== 'raw') return expression;
  const [offset, width] =
    expression.kind === 'raw' ? [expression.offset, expression.length] : (findExpression(selectorName(expression, context))?.at ?? [0, 8]);
  const [before, behind] = [offset % 8, (8 - ((offset + width) % 8)) % 8];
  const { start, end } = expression;
  const span = { start, end };
  if (expression.kind === 'payload')
    return behind === 0 ? expression : { ...span, kind: 'binary', op: '>>', left: expression, right: number(behind, span) };
  if (before === 0 && behind === 0) return expression;
  const { field: _, ...raw } = expression;
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(behind);
  const whole: NftExpression = { ...raw, offset: offset - before, length: before + width + behind };
  const masked: NftExpression = { ...span, kind: 'binary', op: '&', left: whole, right: number(mask, span) };
  return behind === 0 ? masked : { ...span, kind: 'binary', op: '>>', left: masked, right: number(behind, span) };
}

function number(bits: bigint | number, span: Span): NftExpression {
  return { ...span, kind: 'value', form: 'number', text: typeof bits === 'number' ? String(bits) : `0x${bits.toString(16)}` };
}
