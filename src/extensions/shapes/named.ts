/** Numbers that also have names: DSCP classes, types of service, groups, realms, connection labels, mobility headers. */
import { integer, type MaskedNumber, maskedNumber, numberOf, U8 } from './number.ts';
import { type OpenRange, openRange } from './range.ts';
import { malformed, notModelled, part, type Shape } from './shape.ts';

function padded(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

export const dscpValue: Shape<number> = { ...integer({ max: 0x3f }), print: padded };

/** source: RFC 2474, RFC 2597, RFC 3246 */
const DSCP_CLASSES: readonly (readonly [name: string, value: number])[] = [
  ['BE', 0],
  ['EF', 46],
  ...Array.from({ length: 8 }, (_, precedence) => [`CS${precedence}`, precedence * 8] as const),
  ...[1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`AF${group}${drop}`, group * 8 + drop * 2] as const)),
];

/** What follows the name of a class is not looked at. iptables dscp_helper.c class_to_dscp() */
export const dscpClass: Shape<number> = {
  decode: ({ text }) => {
    const [, value] = DSCP_CLASSES.find(([name]) => text.toUpperCase().startsWith(name)) ?? [];
    return value === undefined ? malformed(`\`${text}\` is not a valid DSCP class`, 'one of BE, EF, CS0 to CS7, AF11 to AF43') : { value };
  },
  print: padded,
};

/** source: RFC 1349 */
const TOS_NAMES: ReadonlyMap<string, number> = new Map([
  ['minimize-delay', 0x10],
  ['maximize-throughput', 0x08],
  ['maximize-reliability', 0x04],
  ['minimize-cost', 0x02],
  ['normal-service', 0x00],
]);
/** A name says nothing about the two bits of ECN. */
const TOS_MASK = 0x3f;

/** `0x10/0x3f`, `16`, `Minimize-Delay` */
export const tosMask: Shape<MaskedNumber> = {
  rule: 'namedMask',
  decode: (parts) => {
    const named = TOS_NAMES.get(parts.text.toLowerCase());
    if (named !== undefined) return { value: { value: named, mask: TOS_MASK } };
    const number = part(parts, 'number');
    if (number === undefined)
      return malformed(`\`${parts.text}\` is not a valid type of service`, `a number, or one of ${[...TOS_NAMES.keys()].join(', ')}`);
    const value = numberOf(number);
    const mask = numberOf(part(parts, 'mask') ?? String(U8));
    return value > U8 || mask > U8 ? malformed(`expected numbers from 0 to 255, found \`${parts.text}\``) : { value: { value, mask } };
  },
  print: ({ value, mask }) => `${padded(value)}/${padded(mask)}`,
};

/** A number with a mask, or a name that the loading machine knows; 0 has a name everywhere. */
function namedMask(what: string, zero: string): Shape<MaskedNumber> {
  const plain = maskedNumber('short');
  return {
    rule: 'namedMask',
    decode: (parts, context) => {
      if (parts.text === zero) return { value: { value: 0, mask: 0xffff_ffff } };
      if (part(parts, 'number') !== undefined) return plain.decode(parts, context);
      return notModelled(`${what} \`${parts.text}\` is looked up when the rules are loaded`, 'write the number');
    },
    print: (value, context) => (value.value === 0 && value.mask === 0xffff_ffff ? zero : plain.print(value, context)),
  };
}

/** source: iproute2 /etc/iproute2/group, rt_realms */
export const deviceGroup = namedMask('device group', 'default');
export const routeRealm = namedMask('realm', 'cosmos');

const MAX_LABEL = 127;

/** A bit by number; names stand in connlabel.conf of the loading machine. */
export const connLabel: Shape<number> = {
  rule: 'label',
  decode: (parts) => {
    if (part(parts, 'number') === undefined) {
      return notModelled(`connection label \`${parts.text}\` is looked up when the rules are loaded`, 'write the number of its bit');
    }
    const value = numberOf(parts.text);
    return value <= MAX_LABEL ? { value } : malformed(`expected a label from 0 to ${MAX_LABEL}, found \`${parts.text}\``);
  },
  print: (value) => `"${value}"`,
};

/** Mobility header types in the order of their numbers. source: RFC 6275, section 6.1 */
const MH_TYPES: readonly (readonly [name: string, alias: string])[] = [
  ['binding-refresh-request', 'brr'],
  ['home-test-init', 'hoti'],
  ['careof-test-init', 'coti'],
  ['home-test', 'hot'],
  ['careof-test', 'cot'],
  ['binding-update', 'bu'],
  ['binding-acknowledgement', 'ba'],
  ['binding-error', 'be'],
];

/** The start of a name will do; the first that starts like this is taken. */
function mhType(text: string): number | undefined {
  if (/^(?:0x[\da-f]+|\d*)$/i.test(text)) return numberOf(text === '' ? '0' : text);
  const asked = text.toLowerCase();
  const exact = MH_TYPES.findIndex((names) => names.includes(asked));
  const found = exact >= 0 ? exact : MH_TYPES.findIndex((names) => names.some((name) => name.startsWith(asked)));
  return found < 0 ? undefined : found;
}

export const mhTypes: Shape<OpenRange> = {
  print: openRange({ max: U8, ordered: true }).print,
  decode: ({ text }) => {
    const [low = '', high, ...others] = text.split(':');
    const lo = mhType(low);
    const hi = high === undefined ? lo : high === '' ? U8 : mhType(high);
    if (lo === undefined || hi === undefined || others.length > 0 || lo > U8 || hi > U8)
      return malformed(`\`${text}\` is not a valid mobility header type`);
    return lo > hi ? malformed(`range \`${text}\` is reversed`) : { value: { lo, hi } };
  },
};

/** Types of packets by whom the link layer sent them to. source: linux/if_packet.h PACKET_* */
const PACKET_TYPES: ReadonlyMap<string, 'unicast' | 'broadcast' | 'multicast' | 'otherhost'> = new Map([
  ['unicast', 'unicast'],
  ['host', 'unicast'],
  ['broadcast', 'broadcast'],
  ['bcast', 'broadcast'],
  ['multicast', 'multicast'],
  ['mcast', 'multicast'],
  ['otherhost', 'otherhost'],
] as const);

export const packetType: Shape<'unicast' | 'broadcast' | 'multicast' | 'otherhost'> = {
  rule: 'word',
  decode: ({ text }) => {
    const value = PACKET_TYPES.get(text.toLowerCase());
    return value === undefined
      ? malformed(`\`${text}\` is not a valid packet type`, 'one of unicast, broadcast, multicast, otherhost')
      : { value };
  },
  print: (value) => value,
};
