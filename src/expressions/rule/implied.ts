/** Matches that other matches of the rule imply: nft does not list them. nftables src/payload.c payload_dependency_kill() */
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { ARP, TAGGED } from '../contract/frameTypes.ts';
import { findExpression } from '../selectors/all.ts';
import { withPortOfTuple } from '../statements/nat.ts';
import { selectorsOf } from '../values/asked.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { impliedByHeader, selectorName } from '../values/selectorName.ts';
import { type JoinedMatches, joinedMatches } from './adjacent.ts';
import { asksVlanType, isComparedWithOne } from './families.ts';
import { asksNextHeader, isOfMany } from './nextHeader.ts';
import { afterMatch, type Protocols, protocolsOf } from './protocols.ts';

/** A match on a protocol that was not followed yet by one that implies it. */
interface Pending {
  readonly at: number;
  readonly protocols: Protocols;
  readonly family?: Family | undefined;
  /** of the connection: nft takes it for one of the packet */
  readonly ofCt?: true;
  /** a match before it says the same */
  readonly again?: boolean;
  /** nft leaves it out where the protocol above is asked for, too */
  readonly untilProtocol?: true;
  /** `ip protocol` in a table of many families: nothing but an option of TCP takes its place */
  readonly ofNext?: true;
}

export function withoutImplied(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const gone = new Set<number>();
  let network: Pending | undefined;
  let transport: Pending | undefined;
  let vlan: number | undefined;
  let devices: number | undefined;
  let known = protocolsOf(context.table);
  const own = known.family;
  const ofMany = isOfMany(context);
  let groups: readonly JoinedMatches[] | undefined;
  const joined = (): readonly JoinedMatches[] => (groups ??= joinedMatches(statements, context));
  // it stands beside its neighbour then
  const isMovedBefore = (one: NftStatement, at: number): boolean =>
    joined().some(({ members, keeper }) => members.includes(one) && statements.indexOf(keeper) < at);
  const isBesideEarlier = (one: NftStatement, at: number): boolean =>
    joined().some(({ members }) => members.includes(one) && members.some((member) => statements.indexOf(member) < at));
  const leaveOutNetwork = (): void => {
    if (network !== undefined) gone.add(network.at);
    network = undefined;
  };
  const leaveOutDevices = (): void => {
    if (devices !== undefined) gone.add(devices);
    devices = undefined;
  };
  for (const [at, one] of statements.entries()) {
    for (const selector of selectorsOf(withoutKept(one))) {
      const { family, proto } = impliedHere(selector, context);
      // what nft asks for because it does not know it yet takes the place of what waits, and is left out itself
      if (ofMany && selector.kind !== 'ct' && family !== undefined && known.family === undefined) {
        network = undefined;
        leaveOutDevices();
      }
      if (selector.kind === 'payload' && OF_LINK.has(selector.protocol)) leaveOutDevices();
      const isAdded = selector.kind === 'payload' && proto !== undefined && proto !== known.proto;
      if (isAdded && leavesOut(network, proto, context)) leaveOutNetwork();
      if (transport?.ofCt === true && proto !== undefined && !isMovedBefore(one, transport.at)) {
        if (!isAdded) gone.add(transport.at);
        transport = undefined;
      }
      const isBehindIt = selector.kind === 'ct' ? family === network?.protocols.family && isEqual(one) : proto === undefined;
      if (family !== undefined && isBehindIt) leaveOutNetwork();
      if (selector.kind === 'payload' && selector.protocol === 'arp' && network?.protocols.etherType === ARP) leaveOutNetwork();
      known = { ...known, family: family ?? known.family, proto: proto ?? known.proto };
      if (vlan !== undefined && selector.kind === 'payload' && takesVlan(selector.protocol, one, ofMany)) gone.add(vlan);
      const isTransport =
        (selector.kind === 'payload' && selector.protocol === 'th') || (selector.kind === 'header' && selector.of === 'tcp option');
      const isBehind =
        transport?.ofNext === true
          ? isAskedOption(one)
          : transport !== undefined && (transport.ofCt !== true || !isMovedBefore(one, transport.at));
      if (transport !== undefined && isBehind && (isTransport || (proto !== undefined && proto === transport.protocols.proto))) {
        if (transport.again !== true || !isBesideEarlier(one, transport.at)) gone.add(transport.at);
        transport = undefined;
      }
    }
    if (one.kind === 'reject' && ofMany && one.with?.[0]?.startsWith('icmpx') === false) leaveOutNetwork();
    const resets = one.kind === 'reject' && !ofMany && one.with?.[0]?.startsWith('tcp') === true;
    if (resets && transport !== undefined) gone.add(transport.at);
    if (at < statements.length - 1 && asksOwnFamily(one, context)) gone.add(at);
    if (one.kind === 'vmap') continue;
    if (one.kind !== 'match') {
      network = undefined;
      transport = undefined;
      vlan = undefined;
      devices = undefined;
      continue;
    }
    const said = afterMatch({}, one, context);
    const again = said.proto !== undefined && said.proto === known.proto;
    const isOne = one.right.kind !== 'set' || one.right.elements.length === 1;
    // a set of protocols says nothing in a listing: what was asked for before it waits on
    known = { ...afterMatch(known, one, context), ...(!isOne && { proto: known.proto }) };
    if (said.etherType === TAGGED) vlan = at;
    if (asksNextHeader(one, context)) transport = { at, protocols: {}, ofNext: true };
    if (said.proto !== undefined && isOne && isDependency(one, context)) transport = { at, protocols: said, again };
    const ofCt = isOne ? ofConnection(one, context) : undefined;
    if (ofCt?.proto !== undefined && ofMany) leaveOutNetwork();
    const asked = isOne ? (said.proto ?? ofCt?.proto) : undefined;
    if (asked !== undefined && (one.left.kind === 'meta' || !ofMany) && leavesOut(network, asked, context)) leaveOutNetwork();
    if (isOne && one.left.kind !== 'payload' && saysCarried(one, said)) leaveOutDevices();
    if (isOne && said.link !== undefined) devices = at;
    if (isOne && saysCarried(one, said) && !asksOwnFamily(one, context)) {
      const ofOwnLink = one.left.kind === 'payload' && own !== undefined && said.family === own;
      network = { at, protocols: said, family: carried(one, context), ...(ofOwnLink && { untilProtocol: true }) };
    }
    if (ofCt?.proto !== undefined) transport = { at, protocols: known.proto === ofCt.proto ? ofCt : {}, ofCt: true };
    if (ofCt?.family !== undefined) network = { at, protocols: ofCt, untilProtocol: true };
  }
  return statements.filter((_, at) => !gone.has(at));
}

/** Ports of NAT and options of TCP that are written: what is asked for before them stays. */
function withoutKept(statement: NftStatement): NftStatement {
  if (statement.kind === 'nat' || statement.kind === 'tproxy') {
    const { port: _, ...others } = statement.kind === 'nat' ? withPortOfTuple(statement) : statement;
    return others;
  }
  const isOption = statement.kind === 'write' && statement.to.kind === 'header' && statement.to.of === 'tcp option';
  return isOption ? { ...statement, to: statement.value } : statement;
}

/** A match on the family before one on the protocol: in tables of many families only ICMP says as much.
 *  nftables src/netlink_delinearize.c meta_may_dependency_kill() */
function leavesOut(network: Pending | undefined, proto: number, context: NftRuleContext): boolean {
  if (network === undefined) return false;
  if (network.untilProtocol === true) return true;
  if (!isOfMany(context) || (proto !== PROTO.icmp && proto !== PROTO.icmpv6)) return false;
  return network.family === undefined || network.family === (proto === PROTO.icmp ? 4 : 6);
}

/** The family of which `meta protocol` and others say that the packet is. */
function carried(statement: Match, context: NftRuleContext): Family | undefined {
  const { left } = statement;
  const asNetdev: NftRuleContext = { ...context, table: 'netdev' };
  return left.kind === 'ct' ? undefined : afterMatch({}, { ...statement, right: onlyValue(statement.right) }, asNetdev).family;
}

/** `ct protocol tcp` is taken for a match on the protocol of the packet. */
function ofConnection(statement: Match, context: NftRuleContext): Protocols | undefined {
  const { left } = statement;
  const key = left.kind !== 'ct' ? undefined : left.key === 'protocol' ? 'l4proto' : left.key === 'l3proto' ? 'nfproto' : undefined;
  return key && afterMatch({}, { ...statement, left: { start: left.start, end: left.end, kind: 'meta', key } }, context);
}

/** With a value, or the first bits of one. */
function isEqual(statement: NftStatement): boolean {
  if (statement.kind !== 'match' || statement.left.kind === 'binary') return false;
  const { kind } = onlyValue(statement.right);
  return (statement.op ?? '==') === '==' && kind !== 'range';
}

/** The type of a frame goes where the field behind it says as much, or is not compared with one value. */
function takesVlan(protocol: string, one: NftStatement, ofMany: boolean): boolean {
  return protocol === 'vlan' ? !asksVlanType(one) || !ofMany : protocol === 'ether' && !isComparedWithOne(one);
}

const OF_LINK: ReadonlySet<string> = new Set(['ether', 'vlan', 'arp']);

/** Of which family the packet is; behind the type of a VLAN another type follows. */
function saysCarried({ left, op = '==' }: Match, { etherType }: Protocols): boolean {
  if (op !== '==') return false;
  if (left.kind === 'meta') return left.key === 'protocol' || left.key === 'nfproto';
  if (left.kind === 'ct') return left.key === 'l3proto';
  return (
    left.kind === 'payload' && ((left.protocol === 'ether' && etherType !== TAGGED) || left.protocol === 'vlan') && left.field === 'type'
  );
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

type Match = Extract<NftStatement, { kind: 'match' }>;

function isAskedOption(statement: NftStatement): boolean {
  return statement.kind === 'match' && statement.left.kind === 'header' && statement.left.of === 'tcp option';
}

/** In a table of inet, `ip protocol` says more than the transport protocol, and `meta protocol` more than the family. */
function isDependency({ left }: Match, context: NftRuleContext): boolean {
  if (left.kind === 'meta') return !isOfMany(context) || left.key !== 'protocol';
  return left.kind === 'payload' && (!isOfMany(context) || left.protocol === 'ether' || left.protocol === 'vlan');
}
