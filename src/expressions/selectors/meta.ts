/** What the kernel keeps beside a packet: interfaces, mark, socket, protocol. man nft(8), META EXPRESSIONS
 *  kernel net/netfilter/nft_meta.c nft_meta_get_eval() */
import { type Interval, type IntervalSet, includes } from '../../lib/intervals.ts';
import { toManyHosts } from '../../netfilter/manyHosts.ts';
import { ALWAYS, and, type MatchExpr, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { NOT_KEPT, notClaimed, partly } from '../contract/claims.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Expression } from '../contract/expression.ts';
import { FRAME_OF } from '../contract/frameTypes.ts';
import { always, ofField, passes, type Selection, unknown } from '../contract/selection.ts';

/** Without an interface the name is empty, which is not that of any. */
function interfaceName(field: 'iif' | 'oif'): Selection {
  const named = ofField(field, 128);
  return {
    ...named,
    present: ALWAYS,
    where: (values) =>
      includes<string>(values.intervals as never, '') ? or(not(present(field)), named.where(values)) : named.where(values),
  };
}

/** By number where the rule has one: an interface that is not there has 0, lo has 1. */
function interfaceIndex(field: 'iif' | 'oif'): Selection {
  const named = interfaceName(field);
  const numbered = (number: number): MatchExpr =>
    number === 0
      ? not(present(field))
      : number === LO
        ? named.where({ intervals: [{ lo: 'lo', hi: 'lo' }] })
        : and(present(field), unmodelled(`which interface has the number ${number}`));
  return {
    present: ALWAYS,
    where: ({ intervals, ...bits }) => {
      const isNumber = ({ lo, hi }: Interval<FieldValue>): boolean => lo === hi && /^\d+$/.test(String(lo));
      const numbers = (intervals as readonly Interval<FieldValue>[]).filter(isNumber).map(({ lo }) => Number(lo));
      const names = { ...bits, intervals: intervals.filter((one) => !isNumber(one)) as IntervalSet };
      return or(...(names.intervals.length === 0 && numbers.length > 0 ? [] : [named.where(names)]), ...numbers.map(numbered));
    },
  };
}

const LO = 1;

/** iptables takes `!` of a packet without a socket for true. */
function owner(field: 'uid' | 'gid', { ofIptables }: NftRuleContext): Selection {
  return ofIptables ? { ...ofField(field, 32), present: ALWAYS } : ofField(field, 32);
}

const NFPROTO: Readonly<Record<Family, number>> = { 4: 2, 6: 10 };

/** kernel include/uapi/linux/if_packet.h PACKET_HOST */
const HOST = 0;

function packetType({ family }: NftRuleContext): Selection {
  const many = toManyHosts(family);
  return {
    present: ALWAYS,
    where: (values) => or(and(many, unmodelled('how the link layer addressed a packet')), ...(passes(HOST, values) ? [not(many)] : [])),
  };
}

function groupOf(field: 'iif' | 'oif', { interfaceGroups }: NftRuleContext): Selection {
  if (interfaceGroups === undefined) return unknown('the group of an interface');
  const known = [...interfaceGroups];
  return {
    present: present(field),
    where: (values) => {
      const names = known.filter(([, group]) => passes(group, values)).map(([name]) => ({ lo: name, hi: name }));
      const [others, named] = [known.map(([name]) => ({ lo: name, hi: name })), ofField(field, 128)];
      const inSome = named.where({ intervals: names.sort((a, b) => (a.lo < b.lo ? -1 : 1)) });
      if (!passes(0, values)) return inSome;
      return and(present(field), or(inSome, not(named.where({ intervals: others.sort((a, b) => (a.lo < b.lo ? -1 : 1)) }))));
    },
  };
}

function weekday({ now }: NftRuleContext): Selection {
  return now === undefined ? unknown('the time at which a packet comes') : always(new Date(now * 1000).getUTCDay());
}

const CLOCK = partly('where the host gives a clock');

const NOT_KEPT_KEYS: Readonly<Record<string, Expression['type']>> = {
  priority: 'classid',
  iiftype: 'iface_type',
  oiftype: 'iface_type',
  iifkind: 'ifname',
  oifkind: 'ifname',
  cpu: 'integer',
  cgroup: 'integer',
  rtclassid: 'realm',
  random: 'integer',
};

export const meta: readonly Expression[] = [
  { name: 'meta length', type: 'integer', last: 0xffff_ffff, select: () => ofField('length', 16) },
  { name: 'meta nfproto', type: 'nf_proto', tables: ['inet'], select: ({ family }) => always(NFPROTO[family]) },
  { name: 'meta l4proto', type: 'inet_proto', select: () => ofField('proto', 8) },
  { name: 'meta protocol', type: 'ether_type', select: ({ family }) => always(FRAME_OF[family]) },
  { name: 'meta mark', type: 'mark', select: () => ofField('mark', 32) },
  { name: 'meta iif', type: 'iface_index', select: () => interfaceIndex('iif') },
  { name: 'meta oif', type: 'iface_index', select: () => interfaceIndex('oif') },
  { name: 'meta iifname', type: 'ifname', select: () => interfaceName('iif') },
  { name: 'meta oifname', type: 'ifname', select: () => interfaceName('oif') },
  { name: 'meta skuid', type: 'uid', select: (context) => owner('uid', context) },
  { name: 'meta skgid', type: 'gid', select: (context) => owner('gid', context) },
  { name: 'meta pkttype', type: 'pkt_type', claim: partly('of packets for more than one host the link layer decides'), select: packetType },
  {
    name: 'meta iifgroup',
    type: 'devgroup',
    claim: partly('where the host gives the groups'),
    select: (context) => groupOf('iif', context),
  },
  {
    name: 'meta oifgroup',
    type: 'devgroup',
    claim: partly('where the host gives the groups'),
    select: (context) => groupOf('oif', context),
  },
  { name: 'meta day', type: 'day', claim: CLOCK, select: weekday },
  {
    name: 'meta hour',
    type: 'hour',
    claim: notClaimed('the time zone of the machine is not known'),
    select: () => unknown('the hour at which a packet comes'),
  },
  {
    name: 'meta time',
    type: 'date',
    claim: notClaimed('the time zone of the machine is not known'),
    select: () => unknown('the time at which a packet comes'),
  },
  ...(['ibrname', 'obrname', 'ibriport', 'obriport'] as const).map((key) =>
    notKept({ name: `meta ${key}`, type: 'ifname', tables: ['bridge'] }),
  ),
  ...(['ibrpvid', 'ibrvproto'] as const).map((key) => notKept({ name: `meta ${key}`, type: 'integer', tables: ['bridge'] })),
  notKept({ name: 'meta sdif', type: 'iface_index', hooks: ['INPUT', 'FORWARD'] }),
  notKept({ name: 'meta sdifname', type: 'ifname', hooks: ['INPUT', 'FORWARD'] }),
  notKept({ name: 'meta ipsec', type: 'presence', hooks: ['PREROUTING', 'INPUT', 'FORWARD'] }),
  notKept({ name: 'meta secpath', type: 'presence', hooks: ['PREROUTING', 'INPUT', 'FORWARD'] }),
  notKept({ name: 'meta nftrace', type: 'integer', last: 1, asked: false }),
  notKept({ name: 'meta secmark', type: 'integer', compared: false }),
  ...Object.entries(NOT_KEPT_KEYS).map(([key, type]) => notKept({ name: `meta ${key}`, type })),
];

/** kernel net/netfilter/nft_meta.c nft_meta_get_validate() */
function notKept(expression: Omit<Expression, 'claim' | 'select'>): Expression {
  return { ...expression, claim: NOT_KEPT, select: () => unknown(`\`${expression.name}\` of a packet`) };
}
