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

/** To a group or a broadcast address; in IPv6 also from nobody. */
function toMany(family: Family): MatchExpr {
  if (family === 4) return inSet('dstType', MANY);
  return or(inSet('dst', [GROUPS]), inSet('src', [GROUPS]), equals('src', 0n));
}

const MANY = (['BROADCAST', 'MULTICAST'] as const).map((type) => {
  const index = ADDR_TYPES.indexOf(type);
  return { lo: index, hi: index };
});
const GROUPS = prefixRange(parsePrefix('ff00::/8') ?? { address: 0n, length: 128 });

/** Nobody reports an error about an error; nor about ICMP that the kernel does not know. */
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
