/** Matches that other matches of the rule imply: nft does not list them. nftables src/payload.c payload_dependency_kill() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { selectorName } from '../values/part.ts';
import { afterMatch, type Protocols } from './protocols.ts';

/** A match on a protocol that was not followed yet by one that implies it. */
interface Pending {
  readonly at: number;
  readonly protocols: Protocols;
}

export function withoutImplied(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const gone = new Set<number>();
  let network: Pending | undefined;
  let transport: Pending | undefined;
  for (const [at, one] of statements.entries()) {
    for (const selector of selectorsOf(one)) {
      const implies = selector.kind === 'payload' ? findExpression(selectorName(selector, context))?.implies : undefined;
      if (implies?.proto !== undefined && implies.proto === transport?.protocols.proto) {
        gone.add(transport.at);
        transport = undefined;
      }
      if (implies?.family !== undefined && implies.family === network?.protocols.family) {
        gone.add(network.at);
        network = undefined;
      }
    }
    // nft asks for the family of what it answers
    if (one.kind === 'reject' && network !== undefined && one.with?.[0]?.startsWith('icmpx') !== true) gone.add(network.at);
    if (one.kind !== 'match') {
      network = undefined;
      transport = undefined;
      continue;
    }
    const said = afterMatch({}, one, context);
    if (said.proto !== undefined && isDependency(one, context)) transport = { at, protocols: said };
    if (said.family !== undefined && isDependency(one, context)) network = { at, protocols: said };
  }
  return statements.filter((_, at) => !gone.has(at));
}

/** In a table of inet, `ip protocol` says more than the transport protocol. */
function isDependency({ left }: Extract<NftStatement, { kind: 'match' }>, { table }: NftRuleContext): boolean {
  return left.kind === 'meta' || (left.kind === 'payload' && table !== 'inet');
}
