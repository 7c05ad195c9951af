/** Shapes that one extension alone has. */
import { TCP_FLAGS } from '../../packet/fields.ts';
import { numberOf, U16 } from './number.ts';
import { malformed, part, type Shape } from './shape.ts';
import { wordList } from './word.ts';

const FLAG_NAMES = { FIN: TCP_FLAGS.F, SYN: TCP_FLAGS.S, RST: TCP_FLAGS.R, PSH: TCP_FLAGS.P, ACK: TCP_FLAGS.A, URG: TCP_FLAGS.U } as const;

const ALL_FLAGS = 0x3f;

/** `SYN,ACK`, `ALL`, `NONE` as a flag byte; as strtok(3) takes a list apart, empty entries do not count */
export const tcpFlags: Shape<number> = {
  decode: ({ text }) => {
    let value = 0;
    for (const name of text.toUpperCase().split(',')) {
      if (name === '') continue;
      if (name === 'ALL') value |= ALL_FLAGS;
      else if (Object.hasOwn(FLAG_NAMES, name)) value |= FLAG_NAMES[name as keyof typeof FLAG_NAMES];
      else if (name !== 'NONE') return malformed(`\`${name}\` is not a valid TCP flag`, 'one of FIN, SYN, RST, PSH, ACK, URG, ALL, NONE');
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
  rule: 'probability',
  decode: ({ text }) => {
    const value = Math.round(Number(text) * PROBABILITY_ONE) / PROBABILITY_ONE;
    return value <= 1 ? { value } : malformed(`expected a number from 0 to 1, found \`${text}\``);
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
  rule: 'rate',
  decode: (parts) => {
    const count = Number(part(parts, 'rateCount') ?? '');
    const unit = part(parts, 'rateUnit')?.toLowerCase() ?? 'second';
    const seconds = RATE_UNITS.find(([name]) => name.startsWith(unit))?.[1];
    if (seconds === undefined || count === 0)
      return malformed(`\`${parts.text}\` is not a valid rate`, 'a rate is written like `5/minute`');
    const value = Math.floor((seconds * RATE_SCALE) / count);
    return value === 0 ? malformed(`rate \`${parts.text}\` is too fast`, 'at most 10000/second') : { value };
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

const LOG_LEVELS: ReadonlyMap<string, number> = new Map(
  Object.entries({ emerg: 0, panic: 0, alert: 1, crit: 2, error: 3, warning: 4, notice: 5, info: 6, debug: 7 }),
);

/** syslog(3) level by number or name */
export const logLevel: Shape<number> = {
  rule: 'logLevel',
  decode: (parts) => {
    const value = LOG_LEVELS.get(parts.text) ?? (part(parts, 'number') === undefined ? undefined : numberOf(parts.text));
    if (value !== undefined && value <= 7) return { value };
    return malformed(`\`${parts.text}\` is not a valid log level`, `a number from 0 to 7, or one of ${[...LOG_LEVELS.keys()].join(', ')}`);
  },
  print: String,
};

/** conntrack zone: an id, or the packet's mark */
export const zone: Shape<number | 'mark'> = {
  rule: 'zone',
  decode: (parts) => {
    if (part(parts, 'packetMark') !== undefined) return { value: 'mark' };
    const value = numberOf(parts.text);
    return value <= U16 ? { value } : malformed(`expected a zone from 0 to 65535, found \`${parts.text}\``);
  },
  print: String,
};

/** `src,dst` of -m set: which end of the packet each dimension of the set looks at */
export const setDirs: Shape<readonly ('src' | 'dst')[]> = {
  rule: 'setDirs',
  decode: ({ text }) => {
    const value = text.split(',').map((dir) => (dir.startsWith('src') ? 'src' : 'dst'));
    return value.length <= 6 ? { value } : malformed('an ipset has at most six dimensions');
  },
  print: (value) => value.join(','),
};

/** man iptables-extensions(8), CT --ctevents */
export const CT_EVENTS = ['new', 'related', 'destroy', 'reply', 'assured', 'protoinfo', 'helper', 'mark', 'natseqinfo', 'secmark'] as const;
export const EXPECTATION_EVENTS = ['new'] as const;

const STATUS = wordList('connection status', ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'], { anyCase: true });

/** `NONE` is not a bit: it is left out beside others. */
export const ctStatus: typeof STATUS = {
  ...STATUS,
  print: (value, context) => STATUS.print(value.size > 1 ? new Set([...value].filter((name) => name !== 'NONE')) : value, context),
};
