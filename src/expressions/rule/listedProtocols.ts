/** What nft knows of a packet's protocols when it reads a rule, and what it knows of them when it lists it: the members of a set say nothing then. */
import type { NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorName } from '../values/selectorName.ts';
import { afterMatch, type Protocols, protocolsOf, withImplied } from './protocols.ts';

export interface KnownProtocols {
  readonly read: Protocols;
  readonly listed: Protocols;
}

export function knownFirst({ table }: NftRuleContext): KnownProtocols {
  return { read: protocolsOf(table), listed: protocolsOf(table) };
}

/** `isUnnamed`: nft lists it by its place. */
export function afterSelector(
  { read, listed }: KnownProtocols,
  selector: NftSelector & Span,
  context: NftRuleContext,
): { readonly known: KnownProtocols; readonly isUnnamed: boolean } {
  // an address of the connection says nothing of the packet
  const implied = selector.kind === 'ct' ? {} : (findExpression(selectorName(selector, context))?.implies ?? {});
  const asking = { at: selector, context };
  const after = withImplied(read, implied, asking);
  const isUnnamed =
    selector.kind === 'payload' &&
    (implied.proto === undefined
      ? implied.family !== undefined && read.family !== undefined && listed.family === undefined
      : read.proto !== undefined && listed.proto === undefined);
  if (isUnnamed) return { isUnnamed, known: { read: after, listed } };
  // it asks for what it does not know
  const added = read.family === undefined ? withImplied(listed, implied, asking) : { ...listed, proto: implied.proto ?? listed.proto };
  return { isUnnamed, known: { read: after, listed: added } };
}

export function afterStatement({ read, listed }: KnownProtocols, statement: NftStatement, context: NftRuleContext): KnownProtocols {
  const isOfMany = statement.kind === 'match' && statement.right.kind === 'set' && statement.right.elements.length > 1;
  return { read: afterMatch(read, statement, context), listed: isOfMany ? listed : afterMatch(listed, statement, context) };
}
