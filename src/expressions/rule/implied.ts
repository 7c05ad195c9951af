/** Matches that other matches of the rule imply: nft does not list them. nftables src/payload.c payload_dependency_kill() */
import type { NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { impliedByHeader, selectorName } from '../values/part.ts';
import { asksProtocolOfCt, joinedMatches } from './adjacent.ts';
import { ARP, afterMatch, type Protocols, protocolsOf } from './protocols.ts';

/** A match on a protocol that was not followed yet by one that implies it. */
interface Pending {
  readonly at: number;
  readonly protocols: Protocols;
  /** of the connection: nft takes it for one of the packet */
  readonly ofCt?: true;
  /** nft leaves it out where the protocol above is asked for, too */
  readonly untilProtocol?: true;
  /** it says what a frame carries, in a table of that family */
  readonly ofLink?: true;
}

export function withoutImplied(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const gone = new Set<number>();
  let network: Pending | undefined;
  let transport: Pending | undefined;
  let vlan: number | undefined;
  let known: number | undefined;
  const own = protocolsOf(context.table).family;
  const joined = statements.some(asksProtocolOfCt) ? joinedMatches(statements, context) : [];
  // it stands beside its neighbour then
  const isMovedBefore = (one: NftStatement, at: number): boolean =>
    joined.some(({ members, keeper }) => members.includes(one) && statements.indexOf(keeper) < at);
  for (const [at, one] of statements.entries()) {
    for (const selector of selectorsOf(one)) {
      const { family, proto } = impliedHere(selector, context);
      // nft asks for a protocol that it does not know yet
      const isAdded = selector.kind === 'payload' && proto !== undefined && proto !== known;
      if (network?.untilProtocol === true && isAdded) {
        gone.add(network.at);
        network = undefined;
      }
      if (transport?.ofCt === true && proto !== undefined && !isAdded && !isMovedBefore(one, transport.at)) {
        gone.add(transport.at);
        transport = undefined;
      }
      known = proto ?? known;
      if (
        vlan !== undefined &&
        selector.kind === 'payload' &&
        selector.protocol === 'vlan' &&
        (selector.field !== 'type' || !isOfMany(context))
      )
        gone.add(vlan);
      const isTransport =
        (selector.kind === 'payload' && selector.protocol === 'th') || (selector.kind === 'header' && selector.of === 'tcp option');
      const isBehind = transport !== undefined && (transport.ofCt !== true || !isMovedBefore(one, transport.at));
      if (transport !== undefined && isBehind && (isTransport || (proto !== undefined && proto === transport.protocols.proto))) {
        gone.add(transport.at);
        transport = undefined;
      }
      const isArp = selector.kind === 'payload' && selector.protocol === 'arp' && network?.protocols.etherType === ARP;
      if (isArp || (family !== undefined && family === network?.protocols.family)) {
        gone.add((network as Pending).at);
        network = undefined;
      }
    }
    // nft asks for the family of what it answers
    if (one.kind === 'reject' && network !== undefined && network.ofLink !== true && one.with?.[0]?.startsWith('icmpx') !== true)
      gone.add(network.at);
    const resets = one.kind === 'reject' && !isOfMany(context) && one.with?.[0]?.startsWith('tcp') === true;
    if (resets && transport !== undefined) gone.add(transport.at);
    if (at < statements.length - 1 && asksOwnFamily(one, context)) gone.add(at);
    if (one.kind === 'vmap') continue;
    if (one.kind !== 'match') {
      network = undefined;
      transport = undefined;
      vlan = undefined;
      continue;
    }
    const said = afterMatch({}, one, context);
    known = said.proto ?? known;
    if (said.etherType === 0x8100) vlan = at;
    const isOne = one.right.kind !== 'set' || one.right.elements.length === 1;
    if (said.proto !== undefined && isDependency(one, context)) transport = isOne ? { at, protocols: said } : undefined;
    const ofCt = isOne ? ofConnection(one, context) : undefined;
    if (network?.untilProtocol === true && isOne && (said.proto ?? ofCt?.proto) !== undefined) {
      gone.add(network.at);
      network = undefined;
    }
    if ((said.family !== undefined || said.etherType === ARP) && isDependency(one, context))
      network = {
        at,
        protocols: said,
        ...(one.left.kind === 'payload' && own !== undefined && said.family === own && { untilProtocol: true, ofLink: true }),
      };
    if (ofCt?.proto !== undefined) transport = { at, protocols: isOfMany(context) ? {} : ofCt, ofCt: true };
    if (ofCt?.family !== undefined) network = { at, protocols: ofCt, untilProtocol: true };
  }
  return statements.filter((_, at) => !gone.has(at));
}

/** `ct protocol tcp` is taken for a match on the protocol of the packet. */
function ofConnection(statement: Match, context: NftRuleContext): Protocols | undefined {
  const { left } = statement;
  const key = left.kind !== 'ct' ? undefined : left.key === 'protocol' ? 'l4proto' : left.key === 'l3proto' ? 'nfproto' : undefined;
  return key && afterMatch({}, { ...statement, left: { start: left.start, end: left.end, kind: 'meta', key } }, context);
}

function impliedHere(selector: NftSelector, context: NftRuleContext): Protocols {
  if (selector.kind === 'ct' && selector.isImplied === true) return { family: selector.family === 'ip' ? 4 : 6 };
  if (selector.kind === 'payload') return findExpression(selectorName(selector, context))?.implies ?? {};
  return selector.kind === 'header' && selector.of !== 'sctp chunk' ? impliedByHeader(selector) : {};
}

/** In a table of one family. */
function asksOwnFamily(statement: NftStatement, context: NftRuleContext): boolean {
  if (statement.kind !== 'match' || statement.left.kind !== 'meta' || statement.left.key !== 'protocol') return false;
  const own = protocolsOf(context.table).family;
  return own !== undefined && afterMatch({}, { ...statement, right: onlyValue(statement.right) }, context).family === own;
}

/** Tables that both families meet, and others beside them. */
function isOfMany({ table }: NftRuleContext): boolean {
  return table !== 'ip' && table !== 'ip6';
}

type Match = Extract<NftStatement, { kind: 'match' }>;

/** In a table of inet, `ip protocol` says more than the transport protocol, and `meta protocol` more than the family. */
function isDependency({ left }: Match, context: NftRuleContext): boolean {
  if (left.kind === 'meta') return !isOfMany(context) || left.key !== 'protocol';
  return left.kind === 'payload' && (!isOfMany(context) || left.protocol === 'ether' || left.protocol === 'vlan');
}
