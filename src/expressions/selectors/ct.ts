/** What the kernel keeps of a packet's connection. man nft(8), CONNTRACK EXPRESSIONS
 *  kernel net/netfilter/nft_ct.c nft_ct_get_eval(): without a connection there is a state and nothing else */
import { ALWAYS, and, equals, present } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { CT_STATUS } from '../../packet/fields.ts';
import { CT_STATES } from '../../packet/packet.ts';
import { NOT_KEPT, partly } from '../contract/claims.ts';
import type { Expression } from '../contract/expression.ts';
import { knownWhere } from '../contract/knownPart.ts';
import { always, ofField, ofValues, type Selection, unknown } from '../contract/selection.ts';
import { CT_STATE } from '../datatypes/constants.ts';

const state: Selection = ofValues(
  CT_STATES.map((name, index) => ({ value: CT_STATE.get(name.toLowerCase()) ?? 0, when: equals('ctstate', index) })),
  ALWAYS,
);

/** Bits beyond those that are kept: NAT that is done, a connection that dies, a helper. */
const KEPT = 0x3f;

const status: Selection = {
  ...ofField('ctstatus', 6),
  where: (values) =>
    values.mask !== undefined && (Number(values.mask) & ~KEPT) === 0
      ? ofField('ctstatus', 6).where({
          ...values,
          intervals: values.intervals.map(({ lo, hi }) => ({ lo, hi: Math.min(Number(hi), KEPT) })),
        })
      : knownWhere({ field: 'ctstatus', last: KEPT, wholes: wholeStatus, rest: 'the whole status of a connection' }, values),
};

/** What is rewritten has been through NAT. kernel net/netfilter/nf_nat_core.c __nf_nat_setup_info() */
function wholeStatus(kept: number): readonly number[] {
  const needs = ((kept & CT_STATUS.SNAT) === 0 ? 0 : SRC_DONE) | ((kept & CT_STATUS.DNAT) === 0 ? 0 : DST_DONE);
  return OTHERS.flatMap((others) => ((others & needs) === needs ? [others | kept] : []));
}

const [SRC_DONE, DST_DONE] = [1 << 7, 1 << 8];
const OTHERS = Array.from({ length: 1 << 10 }, (_, others) => others << 6);

const NFPROTO: Readonly<Record<Family, number>> = { 4: 2, 6: 10 };

function end(direction: 'original' | 'reply', side: 'src' | 'dst'): readonly Expression[] {
  const short = direction === 'original' ? 'ctorig' : 'ctrepl';
  const [address, port] = [`${short}${side}`, `${short}${side === 'src' ? 'sport' : 'dport'}`] as readonly Field[] as readonly [
    Field,
    Field,
  ];
  const key = side === 'src' ? 'saddr' : 'daddr';
  return [
    {
      name: `ct ${direction} ip ${key}`,
      type: 'ipv4_addr',
      implies: { family: 4 },
      needs: 'conntrack',
      select: () => ofField(address, 32),
    },
    {
      name: `ct ${direction} ip6 ${key}`,
      type: 'ipv6_addr',
      implies: { family: 6 },
      needs: 'conntrack',
      select: () => ofField(address, 128),
    },
    {
      name: `ct ${direction} proto-${side}`,
      type: 'inet_service',
      needsTransport: true,
      needs: 'conntrack',
      select: () => ofField(port, 16),
    },
  ];
}

const HAS_CONNECTION = present('ctdir');

/** What stands for a connection before the lookup has a state, and nothing that nft reads. */
function ofConnection(field: Field, width: number): Selection {
  const { where } = ofField(field, width);
  return { present: HAS_CONNECTION, where: (values) => and(HAS_CONNECTION, where(values)) };
}

export const ct: readonly Expression[] = [
  { name: 'ct state', type: 'ct_state', needs: 'conntrack', select: () => state },
  {
    name: 'ct status',
    type: 'ct_status',
    needs: 'conntrack',
    claim: partly('some of its bits, not all of them as one number'),
    select: () => status,
  },
  { name: 'ct mark', type: 'mark', needs: 'conntrack', select: () => ofConnection('connmark', 32) },
  { name: 'ct direction', type: 'ct_dir', needs: 'conntrack', select: () => ofField('ctdir', 8) },
  { name: 'ct zone', type: 'integer', last: 0xffff, needs: 'conntrack', select: () => ofConnection('ctzone', 16) },
  ...(['original', 'reply'] as const).flatMap((direction): readonly Expression[] => [
    ...end(direction, 'src'),
    ...end(direction, 'dst'),
    { name: `ct ${direction} protocol`, type: 'inet_proto', needs: 'conntrack', select: () => ofField('ctproto', 8) },
    {
      name: `ct ${direction} l3proto`,
      type: 'nf_proto',
      needs: 'conntrack',
      select: ({ family }) => ({ ...always(NFPROTO[family]), present: HAS_CONNECTION }),
    },
    {
      name: `ct ${direction} zone`,
      type: 'integer',
      last: 0xffff,
      needs: 'conntrack',
      select: () => ofConnection(direction === 'original' ? 'ctorigzone' : 'ctreplzone', 16),
    },
    ...kept(`${direction} `, ['bytes', 'packets', 'avgpkt']),
  ]),
  { name: 'ct protocol', type: 'inet_proto', needs: 'conntrack', select: () => ofField('ctproto', 8) },
  {
    name: 'ct l3proto',
    type: 'nf_proto',
    needs: 'conntrack',
    select: ({ family }) => ({ ...always(NFPROTO[family]), present: HAS_CONNECTION }),
  },
  ...kept('', ['expiration', 'bytes', 'packets', 'avgpkt', 'id']),
  {
    name: 'ct helper',
    type: 'text',
    needs: 'conntrack',
    claim: NOT_KEPT,
    select: () => unknown('the helper of a connection', HAS_CONNECTION),
  },
  {
    name: 'ct secmark',
    type: 'integer',
    needs: 'conntrack',
    claim: NOT_KEPT,
    compared: false,
    select: () => unknown('the security mark of a connection', HAS_CONNECTION),
  },
  {
    name: 'ct event',
    type: 'ct_event',
    needs: 'conntrack',
    claim: NOT_KEPT,
    asked: false,
    select: () => unknown('what is told of a connection', HAS_CONNECTION),
  },
  {
    name: 'ct label',
    type: 'ct_label',
    needs: 'conntrack',
    claim: NOT_KEPT,
    select: () => unknown('the labels of a connection', HAS_CONNECTION),
  },
];

function kept(before: string, keys: readonly string[]): readonly Expression[] {
  return keys.map((key) => ({
    name: `ct ${before}${key}`,
    type: key === 'expiration' ? 'time' : 'integer',
    last: Number.MAX_SAFE_INTEGER,
    needs: 'conntrack',
    claim: NOT_KEPT,
    select: () => unknown(`\`ct ${before}${key}\` of a connection`, HAS_CONNECTION),
  }));
}
