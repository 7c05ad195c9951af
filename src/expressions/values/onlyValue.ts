/** `{ tcp }` is `tcp`: a set of one value is that value. nftables src/evaluate.c optimize_singleton_set() */
import type { NftExpression } from '../../syntax/nft/ast.ts';

/** The value; else what was given, which is another set or none. */
export function onlyValue(right: NftExpression): NftExpression {
  const [only, ...more] = right.kind === 'set' ? right.elements : [];
  return only === undefined || more.length > 0 || only.statements.length > 0 || only.value !== undefined ? right : only.key;
}
