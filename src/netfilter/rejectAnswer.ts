/** Which packets REJECT answers at all. The others it drops without a word.
 *  kernel net/ipv4/netfilter/nf_reject_ipv4.c nf_send_reset(), net/ipv4/icmp.c __icmp_send(), and their IPv6 twins; fact: measured */
import { memoize } from '../lib/memo.ts';
import type { Family } from '../packet/address.ts';
import { parsePrefix, prefixRange } from '../packet/address.ts';
import { ADDR_TYPES, TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Effect } from './effect.ts';
import type { MatchExpr } from './matchExpr.ts';
import { and, equals, inSet, masked, not, or } from './matchExpr.ts';

type Reject = Extract<Effect, { kind: 'reject' }>;

export const isAnswered: (effect: Reject, family: Family) => MatchExpr = memoize((effect: Reject, family: Family) => {
  const whole = equals('fragOffset', 0);
  if (effect.with === 'tcp-reset') return and(whole, not(masked('flags', TCP_FLAGS.R, TCP_FLAGS.R)), not(toMany(family)));
  return and(whole, not(isError(family)), not(toMany(family)));
});

/** To a group or a broadcast address; in IPv6 also from the unspecified address. */
function toMany(family: Family): MatchExpr {
  if (family === 4) return inSet('dstType', MANY);
  return or(inSet('dst', [GROUPS]), inSet('src', [GROUPS]), equals('src', 0n));
}

const MANY = (['BROADCAST', 'MULTICAST'] as const).map((type) => {
  const index = ADDR_TYPES.indexOf(type);
  return { lo: index, hi: index };
});
const GROUPS = prefixRange(parsePrefix('ff00::/8') ?? { address: 0n, length: 128 });

/** No error is sent about an error; nor about ICMP that the kernel does not know. */
function isError(family: Family): MatchExpr {
  if (family === 6)
    return and(
      equals('proto', PROTO.icmpv6),
      inSet('icmpType', [
        { lo: 0, hi: 127 },
        { lo: 255, hi: 255 },
      ]),
    );
  const types = [...[3, 4, 5, 11, 12].map((type) => ({ lo: type, hi: type })), { lo: 19, hi: 255 }];
  return and(equals('proto', PROTO.icmp), inSet('icmpType', types));
}

/** Type and code of the ICMP error, by the name that REJECT has for it; undefined for a reset. */
export function errorOf(answer: string): { readonly type: number; readonly code: number } | undefined {
  const code = CODES.get(answer);
  return code === undefined ? undefined : { type: answer.startsWith('icmp6-') ? 1 : 3, code };
}

const CODES: ReadonlyMap<string, number> = new Map([
  ['icmp-net-unreachable', 0],
  ['icmp-host-unreachable', 1],
  ['icmp-proto-unreachable', 2],
  ['icmp-port-unreachable', 3],
  ['icmp-net-prohibited', 9],
  ['icmp-host-prohibited', 10],
  ['icmp-admin-prohibited', 13],
  ['icmp6-no-route', 0],
  ['icmp6-adm-prohibited', 1],
  ['icmp6-addr-unreachable', 3],
  ['icmp6-port-unreachable', 4],
  ['icmp6-policy-fail', 5],
  ['icmp6-reject-route', 6],
]);

/** Headers before what an error quotes of the packet, and how much it quotes at most: the error has to fit the smallest MTU.
 *  kernel net/ipv4/icmp.c __icmp_send(), net/ipv6/icmp.c icmp6_send() */
export const QUOTING: Readonly<Record<Family, { readonly headers: number; readonly most: number }>> = {
  4: { headers: 28, most: 576 - 28 },
  6: { headers: 48, most: 1280 - 48 },
};

/** Of the answer, and of a packet that this host sends without saying more. */
export const ANSWER_TTL = 64;

/** An IPv4 error keeps the packet's TOS and adds network control; in IPv6 its traffic class is 0. */
export const ERROR_TOS: Readonly<Record<Family, { readonly keep: number; readonly xor: number }>> = {
  4: { keep: 0x1e, xor: 0xc0 },
  6: { keep: 0, xor: 0 },
};
