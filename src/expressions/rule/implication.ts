/** What nft asks of a packet before it asks for a field. nftables src/payload.c payload_gen_dependency() */
import type { NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { selectorName } from '../values/selectorName.ts';
import { isProtocol } from './isProtocol.ts';
import { afterMatch, protocolsOf, withImplied } from './protocols.ts';

/** It stays where the match was, though that is asked elsewhere. */
export function implicationOf(statement: NftStatement, before: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const [selector] = selectorsOf(statement);
  if (selector === undefined) return [];
  const { family, proto } = findExpression(selectorName(selector, context))?.implies ?? {};
  let known = protocolsOf(context.table);
  for (const one of before) {
    for (const asked of selectorsOf(one)) {
      if (isOfEther(asked)) known = { ...known, link: true };
      known = withImplied(known, findExpression(selectorName(asked, context))?.implies ?? {}, { at: asked, context });
    }
    known = afterMatch(known, one, context);
  }
  if (isOfEther(selector)) return known.link === true ? [] : [isProtocol('iiftype', 'ether')];
  if (proto !== undefined) return known.proto === proto ? [] : [isProtocol('l4proto', String(proto))];
  return family === undefined || known.family === family ? [] : [isProtocol('nfproto', family === 4 ? 'ipv4' : 'ipv6')];
}

function isOfEther(selector: NftSelector): boolean {
  return selector.kind === 'payload' && selector.protocol === 'ether';
}
