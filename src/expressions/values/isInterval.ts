import type { NftExpression, NftVerdict } from '../../syntax/nft/ast.ts';

/** As it is written: `1-5`, `10.0.0.0/8`, be it of one value. */
export function isInterval(value: NftExpression | NftVerdict | undefined): boolean {
  return value?.kind === 'range' || value?.kind === 'prefix';
}
