/** `redirect to :tcp dport map @ports`: what a map of ports asks for is listed.
 *  nftables src/netlink_delinearize.c rule_parse_postprocess() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { findExpression } from '../selectors/all.ts';
import { portOfValues } from '../statements/nat.ts';
import { selectorsOf } from '../values/asked.ts';
import { selectorName } from '../values/selectorName.ts';
import { isProtocol } from './isProtocol.ts';
import type { Protocols } from './protocols.ts';

const SPAN = { start: 0, end: 0 } as const;
const ETHERNET: StatementOf<'match'> = {
  ...SPAN,
  kind: 'match',
  left: { ...SPAN, kind: 'meta', key: 'iiftype' },
  right: { ...SPAN, kind: 'value', form: 'word', text: 'ether' },
};

/** What nft asks for before such a statement, in a table of inet. */
export function askedByPortMap(statement: NftStatement, known: Protocols, context: NftRuleContext): readonly StatementOf<'match'>[] {
  const proto = portProtocol(statement, context);
  if (proto !== undefined && known.proto === undefined) return [isProtocol('l4proto', String(proto))];
  if (statement.kind !== 'nat' || statement.port?.kind !== 'map') return [];
  const { address: _, ...ofPort } = statement;
  const selectors = selectorsOf(ofPort);
  const families = selectors.flatMap((one) => findExpression(selectorName(one, context))?.implies?.family ?? []);
  const isOfLink = selectors.some((one) => one.kind === 'payload' && one.protocol === 'ether');
  const [family] = context.table === 'inet' && known.family === undefined ? families : [];
  return [
    ...(isOfLink && known.link !== true ? [ETHERNET] : []),
    ...(family === undefined ? [] : [isProtocol('nfproto', family === 4 ? 'ipv4' : 'ipv6')]),
  ];
}

/** Of `typeof ... : ip daddr . tcp dport`: the port of the values is one of TCP, whatever the key is.
 *  nftables src/evaluate.c stmt_evaluate_nat_map() */
export function portProtocol(statement: NftStatement, context: NftRuleContext): number | undefined {
  const port = statement.kind === 'nat' && statement.address !== undefined ? portOfValues(statement.address, context) : undefined;
  return port?.kind === 'payload' ? findExpression(selectorName(port, context))?.implies?.proto : undefined;
}
