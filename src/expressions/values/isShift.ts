import type { NftExpression } from '../../syntax/nft/ast.ts';

/** What it gives are the bits of another value, at other places. */
export function isShift(expression: NftExpression): boolean {
  return expression.kind === 'binary' && (expression.op === '<<' || expression.op === '>>');
}
