/** What -m conntrack and -m state share: sets of connection states and status bits as expressions. */

import { point } from '../../lib/intervals.ts';
import { and, equals, inSet, type MatchExpr, masked, not, or, present } from '../../netfilter/matchExpr.ts';
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
  return orOfTemplate(or(...bits.map((bit) => masked('ctstatus', bit, bit))), status.has('CONFIRMED'));
}

/** A template that CT or a zone of nft has attached is a connection to xt_conntrack: confirmed, and zero where it would have ends.
 *  kernel net/netfilter/nf_conntrack_core.c nf_ct_tmpl_alloc(), xt_CT.c xt_ct_tg_check(), nft_ct.c nft_ct_tmpl_alloc_pcpu(); measured */
export const HAS_ENTRY: MatchExpr = present('connmark');
const OF_TEMPLATE: MatchExpr = and(HAS_ENTRY, not(present('ctdir')));

/** `ofTemplate`: zeros are what is asked for. */
export function orOfTemplate(expr: MatchExpr, ofTemplate: boolean): MatchExpr {
  return ofTemplate ? or(expr, OF_TEMPLATE) : expr;
}

/** What is made about a packet with a template has it too, as an answer. kernel net/netfilter/nf_conntrack_core.c nf_conntrack_attach() */
export function hasDirection(dir: 'ORIGINAL' | 'REPLY'): MatchExpr {
  const state = dir === 'ORIGINAL' ? 'NEW' : 'RELATED';
  return or(equals('ctdir', dir === 'REPLY' ? 1 : 0), and(OF_TEMPLATE, equals('ctstate', CT_STATES.indexOf(state))));
}
