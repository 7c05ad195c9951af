/** Times, dates and days of -m time. All in seconds, dates from 1970 on in UTC. */
import { strtoul, U32 } from './number.ts';
import { type Decoded, malformed, notModelled, type Shape } from './shape.ts';

export const LAST_SECOND = 24 * 60 * 60 - 1;
/** The last moment of 31 bits. */
export const LAST_DATE = 0x7fff_ffff;
const LAST_YEAR = 2038;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `hh:mm[:ss]` */
export const timeOfDay: Shape<number> = {
  decode: ({ text }) => {
    const [, hours = '', minutes = '', seconds = '0'] = /^(\d+):(\d+)(?::(\d+))?$/.exec(text) ?? [];
    const [h, m, s] = [hours, minutes, seconds].map(Number) as [number, number, number];
    return hours !== '' && h < 24 && m < 60 && s < 60
      ? { value: h * 3600 + m * 60 + s }
      : malformed(`\`${text}\` is not a valid time of day`, 'a time is written like `23:59:59`');
  },
  print: (value) => [Math.floor(value / 3600), Math.floor(value / 60) % 60, value % 60].map(two).join(':'),
};

const DATE = /^(\d+)(?:-(\d*)(?:-(\d*)(?:T(\d*)(?::(\d*)(?::(\d*))?)?)?)?)?$/;

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`; a month or day of 0 is the one before */
export const date: Shape<number> = {
  decode: ({ text }): Decoded<number> => {
    const written = DATE.exec(text)
      ?.slice(1)
      .map((number) => (number === undefined ? undefined : Number(number)));
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = written ?? [];
    const fits = year >= 1970 && year <= LAST_YEAR && month <= 12 && day <= 31 && hour < 24 && minute < 60 && second < 60;
    const value = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    return fits && value >= 0
      ? { value }
      : malformed(`\`${text}\` is not a date from 1970 to ${LAST_YEAR}`, 'a date is written like `2020-12-31T23:59:59`');
  },
  print: (value) => new Date(value * 1000).toISOString().slice(0, 19),
};

type Days = ReadonlySet<number>;

export const ALL_MONTHDAYS: Days = new Set(Array.from({ length: 31 }, (_, day) => day + 1));
export const ALL_WEEKDAYS: Days = new Set([1, 2, 3, 4, 5, 6, 7]);

/** `1,15,31`: two digits at most make a number; 0 is kept, but no day has it */
export const monthDays: Shape<Days> = {
  decode: ({ text }) => {
    const days = text.match(/\d{1,2}|[^,]/g) ?? [];
    const wrong = days.find((day) => !/^\d+$/.test(day) || Number(day) > 31);
    return wrong === undefined ? { value: new Set(days.map(Number)) } : malformed(`\`${wrong}\` is not a valid day of a month`);
  },
  print: (value) =>
    [...value]
      .filter((day) => day > 0)
      .toSorted((a, b) => a - b)
      .join(','),
};

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** A day is a bit, and processors shift by the low five bits of a number. */
const SHIFTS = 32;

/** `Mon,Tue` or `1,2`: two letters will do; most numbers above 7 are no day. iptables libxt_time.c time_parse_weekdays() */
export const weekDays: Shape<Days> = {
  decode: ({ text }) => {
    const value = new Set<number>();
    for (const entry of text.replace(/,$/, '').split(',')) {
      const number = strtoul(entry, 0);
      if (number !== undefined && (number > U32 || entry.trimStart().startsWith('-')))
        return notModelled(`for day \`${entry}\` iptables looks at memory that it has not set`, `one of ${WEEKDAYS.join(', ')}, or 1 to 7`);
      const named = WEEKDAYS.findIndex((name) => entry.length > 1 && name.slice(0, 2) === entry.slice(0, 2)) + 1;
      if (Number(number ?? named) === 0 && text !== '')
        return malformed(`\`${entry}\` is not a valid day of the week`, `one of ${WEEKDAYS.join(', ')}, or 1 to 7`);
      const day = number === undefined ? named : Number(number) % SHIFTS;
      if (ALL_WEEKDAYS.has(day)) value.add(day);
    }
    return { value };
  },
  print: (value) => WEEKDAYS.filter((_, at) => value.has(at + 1)).join(','),
};
