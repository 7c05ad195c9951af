/** A field of a few bits that lies in two bytes is no key of a map with `*`, which has intervals: nft gives the kernel a length that it refuses.
 *  kernel net/netfilter/nft_lookup.c nft_lookup_init() */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { KeyPart } from './part.ts';

export function refuseMovedKey(parts: readonly KeyPart[], to: NftExpression, { report }: NftRuleContext): void {
  const [only, ...more] = parts;
  const [offset, width] = only?.expression?.at ?? [0, 8];
  const isMoved = more.length === 0 && (offset + width) % 8 !== 0 && (offset % 8) + width > 8;
  const hasAll = to.kind === 'set' && to.elements.some(({ key }) => key.kind === 'wildcard');
  if (!isMoved || !hasAll) return;
  const message = `\`${only?.expression?.name}\` lies in two bytes: a map with \`*\` has no such key`;
  report({ kind: 'not-loadable', code: 'bad-argument', message, span: to });
}
