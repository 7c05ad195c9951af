/** Packets of connections that are compared by walking them: those that a conversation has, and those that conntrack takes for none of a
 *  connection. The others differ from them in what rules seldom ask for. */

import { point } from '../lib/intervals.ts';
import { CLOSING, DATA, ERRORS_ABOUT, HANDSHAKE, TCP_PARTS } from '../netfilter/connectionParts.ts';
import { ALWAYS, and, equals, inSet, type MatchExpr, NEVER, not, or } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { type Field, TCP_FLAGS } from '../packet/fields.ts';
import { CT_STATES } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { IP_HEADER } from '../packet/usual.ts';
import { isValidSegment } from '../simulate/tcpTrack.ts';

export interface WalkedAt {
  /** what rules tell apart, of either side; those that did not change say which packets come to those that did. What none asks for is treated alike */
  readonly asked: ReadonlySet<Field>;
  /** rules may say which connections are expected beside another */
  readonly expects: boolean;
  /** conntrack has seen the packets by then */
  readonly isSeen: boolean;
}

export function walkedPart(family: Family, { asked, expects, isSeen }: WalkedAt): MatchExpr {
  const segments = [...HANDSHAKE, ...DATA, ...CLOSING].flatMap(({ name }): readonly MatchExpr[] => {
    const part = TCP_PARTS[name];
    if (part === undefined) return [];
    const looks = equals('flags', part.flags);
    return [asked.has('length') ? and(looks, equals('length', IP_HEADER[family] + part.bytes)) : looks];
  });
  const icmp = equals('proto', family === 4 ? PROTO.icmp : PROTO.icmpv6);
  const errors = ERRORS_ABOUT.map((one) => and(equals('icmpType', one.icmp[family].type), equals('icmpCode', one.icmp[family].code)));
  const isTyped = asked.has('icmpType') || asked.has('icmpCode');
  // of errors one length each is walked
  const error = asked.has('length')
    ? NEVER
    : and(icmp, ...(isSeen ? [isState('RELATED')] : []), ...(isSeen && !isTyped ? [] : [or(...errors)]));
  const echo = and(icmp, equals('icmpType', family === 4 ? 0 : 129), ...(isSeen ? [isState('ESTABLISHED')] : []));
  // before the lookup flags say whether conntrack takes a segment
  const looksAlike = isSeen && !asked.has('flags') && !asked.has('length') ? [expects ? isState('ESTABLISHED') : ALWAYS] : [];
  return or(and(equals('proto', PROTO.tcp), or(...segments, SYNS, INVALID, ...looksAlike)), inSet('proto', DATAGRAMS), error, echo);
}

const DATAGRAMS = [PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp].map(point);

function isState(state: (typeof CT_STATES)[number]): MatchExpr {
  return equals('ctstate', CT_STATES.indexOf(state));
}

const ALL_FLAGS = Array.from({ length: 256 }, (_, flags) => flags);
const { S, F, R, P } = TCP_FLAGS;
/** Each is of a handshake, or of no connection. */
const SYNS = inSet('flags', ALL_FLAGS.filter((flags) => (flags & (F | S | R | P)) === S).map(point));
const INVALID = not(inSet('flags', ALL_FLAGS.filter(isValidSegment).map(point)));
