/** Packets of connections that are compared by walking them: those that a conversation has, and those that conntrack takes for none of a
 *  connection. The others differ from them in what rules seldom ask for. */

import { point } from '../lib/intervals.ts';
import { CLOSING, DATA, ERRORS_ABOUT, HANDSHAKE, TCP_PARTS } from '../netfilter/connectionParts.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import { and, asksAbout, equals, inSet, type MatchExpr, NEVER, not, or } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { CT_STATES } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { IP_HEADER } from '../packet/usual.ts';
import { everyRule } from '../ruleset/everyRule.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { isValidSegment } from '../simulate/tcpTrack.ts';
import type { Sides } from './question.ts';

export interface WalkedAt {
  /** where no rule asks for the length, all lengths are treated alike */
  readonly byLength: boolean;
  /** conntrack has seen the packets by then */
  readonly isSeen: boolean;
}

/** Rules that did not change count too: they say which packets come to those that did. */
export function asksLength({ base, head }: Sides<Ruleset>): boolean {
  return [base, head].some((ruleset) => everyRule(ruleset).some((rule) => everyMatch(rule).some((match) => asksAbout(match, 'length'))));
}

export function walkedPart(family: Family, { byLength, isSeen }: WalkedAt): MatchExpr {
  const segments = [...HANDSHAKE, ...DATA, ...CLOSING].flatMap(({ name }): readonly MatchExpr[] => {
    const part = TCP_PARTS[name];
    if (part === undefined) return [];
    const looks = equals('flags', part.flags);
    return [byLength ? and(looks, equals('length', IP_HEADER[family] + part.bytes)) : looks];
  });
  const errors = ERRORS_ABOUT.map(({ icmp }) => and(equals('icmpType', icmp[family].type), equals('icmpCode', icmp[family].code)));
  const error = and(equals('proto', family === 4 ? PROTO.icmp : PROTO.icmpv6), or(...errors));
  const echo = and(equals('proto', family === 4 ? PROTO.icmp : PROTO.icmpv6), equals('icmpType', family === 4 ? 0 : 129));
  return or(
    and(equals('proto', PROTO.tcp), or(...segments, SYNS, INVALID)),
    inSet('proto', DATAGRAMS),
    // of errors one length each is walked
    isSeen ? or(byLength ? NEVER : and(error, isState('RELATED')), and(echo, isState('ESTABLISHED'))) : or(byLength ? NEVER : error, echo),
  );
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
