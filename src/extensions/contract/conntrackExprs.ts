/** What -m conntrack and -m state share: sets of connection states and status bits as expressions. */

import { point } from '../../lib/intervals.ts';
import { inSet, type MatchExpr, masked, or } from '../../netfilter/matchExpr.ts';
import { CT_STATUS } from '../../packet/fields.ts';
import { CT_STATES, type CtState } from '../../packet/packet.ts';

/** kernel net/netfilter/xt_conntrack.c conntrack_mt(): SNAT and DNAT are bits of the connection's status */
export function hasState(states: ReadonlySet<string>): MatchExpr {
  const parts: MatchExpr[] = [];
  const indices = [...states].map((state) => CT_STATES.indexOf(state as CtState)).filter((index) => index >= 0);
  if (indices.length > 0) parts.push(inSet('ctstate', indices.map(point)));
  if (states.has('SNAT')) parts.push(masked('ctstatus', CT_STATUS.SNAT, CT_STATUS.SNAT));
  if (states.has('DNAT')) parts.push(masked('ctstatus', CT_STATUS.DNAT, CT_STATUS.DNAT));
  return or(...parts);
}

/** Any of the bits; `NONE` is not a bit. */
export function hasStatus(status: ReadonlySet<keyof typeof CT_STATUS | 'NONE'>): MatchExpr {
  const bits = [...status].flatMap((name) => (name === 'NONE' ? [] : [CT_STATUS[name]]));
  return or(...bits.map((bit) => masked('ctstatus', bit, bit)));
}
