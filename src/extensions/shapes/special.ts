/** Shapes that one extension alone has. */
import { TCP_FLAGS } from '../../packet/fields.ts';
import { parseInteger, U8, U16 } from './number.ts';
import { malformed, type Shape } from './shape.ts';

const FLAG_NAMES = { FIN: TCP_FLAGS.F, SYN: TCP_FLAGS.S, RST: TCP_FLAGS.R, PSH: TCP_FLAGS.P, ACK: TCP_FLAGS.A, URG: TCP_FLAGS.U } as const;

/** `SYN,ACK`, `ALL`, `NONE` as a flag byte */
export const tcpFlags: Shape<number> = {
  expected: 'a list of FIN, SYN, RST, PSH, ACK, URG, or ALL or NONE',
  decode: (text) => {
    let value = 0;
    for (const name of text.toUpperCase().split(',')) {
      if (name === 'ALL') value |= 0x3f;
      else if (name in FLAG_NAMES) value |= FLAG_NAMES[name as keyof typeof FLAG_NAMES];
      else if (name !== 'NONE') return malformed(`\`${name}\` is no TCP flag`, 'one of FIN, SYN, RST, PSH, ACK, URG, ALL, NONE');
    }
    return { value };
  },
  print: (value) => {
    const names = Object.entries(FLAG_NAMES).filter(([, bit]) => (value & bit) !== 0);
    return names.length === 0 ? 'NONE' : names.map(([name]) => name).join(',');
  },
};

/** Rounds as the kernel's 32-bit fraction does. kernel net/netfilter/xt_statistic.c */
const PROBABILITY_ONE = 0x8000_0000;

/** 0 to 1 */
export const probability: Shape<number> = {
  expected: 'a number from 0 to 1',
  decode: (text) => {
    if (!/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || Number(text) > 1) return undefined;
    return { value: Math.round(Number(text) * PROBABILITY_ONE) / PROBABILITY_ONE };
  },
  print: (value) => value.toFixed(11),
};

/** Ten-thousandths of a second between two packets. kernel include/uapi/linux/netfilter/xt_limit.h XT_LIMIT_SCALE */
const RATE_SCALE = 10000;
const RATE_UNITS = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
  ['second', 1],
] as const;
const RATE_PRINTED = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['min', 60],
  ['sec', 1],
] as const;

/** `5/minute`, as the time between two packets in units of 1/10000 s */
export const rate: Shape<number> = {
  expected: 'a rate such as 5/minute',
  decode: (text) => {
    const [count = '', unit = 'second'] = text.split('/');
    const seconds = unit === '' ? undefined : RATE_UNITS.find(([name]) => name.startsWith(unit.toLowerCase()))?.[1];
    const packets = parseInteger(count, 0xffff_ffff, 1);
    if (seconds === undefined || packets === undefined || text.split('/').length > 2) return undefined;
    const value = Math.floor((seconds * RATE_SCALE) / packets);
    return value === 0 ? malformed(`rate \`${text}\` is too fast`, 'at most 10000/second') : { value };
  },
  print: (period) => {
    let at = 1;
    while (at < RATE_PRINTED.length) {
      const length = (RATE_PRINTED[at]?.[1] ?? 1) * RATE_SCALE;
      if (period > length || Math.floor(length / period) < length % period) break;
      at++;
    }
    const [unit, seconds] = RATE_PRINTED[at - 1] ?? RATE_PRINTED[0];
    return `${Math.floor((seconds * RATE_SCALE) / period)}/${unit}`;
  },
};

const LOG_LEVELS: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** syslog(3) level by number or name */
export const logLevel: Shape<number> = {
  expected: `a level from 0 to 7 or one of ${Object.keys(LOG_LEVELS).join(', ')}`,
  decode: (text) => {
    const value = parseInteger(text, 7) ?? LOG_LEVELS[text.toLowerCase()];
    return value === undefined || value > U8 ? undefined : { value };
  },
  print: String,
};

/** conntrack zone: an id, or the packet's mark */
export const zone: Shape<number | 'mark'> = {
  expected: 'a zone from 0 to 65535, or `mark`',
  decode: (text) => {
    const value = text === 'mark' ? text : parseInteger(text, U16);
    return value === undefined ? undefined : { value };
  },
  print: String,
};

/** `src,dst` of -m set: which end of the packet each dimension of the set looks at */
export const setDirs: Shape<readonly ('src' | 'dst')[]> = {
  expected: 'up to six of src and dst with commas between them',
  decode: (text) => {
    const value = text.split(',').map((part) => (part === 'src' || part === 'dst' ? part : undefined));
    return value.length > 6 || value.includes(undefined) ? undefined : { value: value as ('src' | 'dst')[] };
  },
  print: (value) => value.join(','),
};

/** man iptables-extensions(8), CT --ctevents */
export const CT_EVENTS = ['new', 'related', 'destroy', 'reply', 'assured', 'protoinfo', 'helper', 'mark', 'natseqinfo', 'secmark'] as const;
export const EXPECTATION_EVENTS = ['new'] as const;
