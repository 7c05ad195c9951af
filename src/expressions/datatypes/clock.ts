/** Times of day and dates, of a machine whose clock is that of UTC. nftables src/meta.c hour_type_parse(), date_type_parse() */

const HOUR = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/;
const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}:\d{1,2}(?::\d{1,2})?))?$/;

/** Seconds since midnight, or since 1970. Undefined: it is no such time. */
export function readClock(text: string, type: string): number | undefined {
  const number = numberIn(text);
  // fact: `meta hour 0x100000001` is listed as "00:00:01"
  if (type === 'hour') return number === undefined ? secondsOf(text) : Number(BigInt.asUintN(32, number));
  const seconds = number ?? dateOf(text);
  return seconds === undefined ? undefined : kept(BigInt(seconds));
}

/** Undefined: it is none. */
function numberIn(text: string): bigint | undefined {
  if (!/^(?:0x[\da-f]+|\d+)$/i.test(text)) return undefined;
  const number = BigInt(/^0[0-7]+$/.test(text) ? `0o${text}` : text);
  return number < LAST ? number : LAST;
}

/** nft keeps nanoseconds in 64 bits: dates behind the year 2554 begin again. fact: `meta time "9999-12-31"` is listed as 2400-10-17 05:30:41 */
function kept(seconds: bigint): number {
  return Number(BigInt.asUintN(64, seconds * NANO) / NANO);
}

const LAST = 2n ** 64n - 1n;
const NANO = 1_000_000_000n;

function secondsOf(text: string): number | undefined {
  const [, hour, minute, second = '0'] = HOUR.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
}

function dateOf(text: string): number | undefined {
  const [, year, month, day, time = '0:00'] = DATE.exec(text) ?? [];
  const seconds = secondsOf(time);
  if (year === undefined || seconds === undefined || Number(month) > 12 || Number(day) > 31) return undefined;
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000 + seconds;
}

export function printClock(value: number, type: string): string {
  if (type !== 'hour') return new Date(value * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const two = (number: number): string => String(number).padStart(2, '0');
  const seconds = value % 60;
  return `${two(Math.floor(value / 3600) % 24)}:${two(Math.floor(value / 60) % 60)}${seconds === 0 ? '' : `:${two(seconds)}`}`;
}

const MILLISECONDS: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `1h30m`, or seconds, as milliseconds. nftables src/datatype.c time_parse() */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:ms|w|d|h|m|s))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|w|d|h|m|s)/g)].reduce(
    (sum, [, number = '0', unit = 's']) => sum + Number(number) * (MILLISECONDS[unit] ?? 0),
    0,
  );
}

/** `90s` is `1m30s`. nftables src/datatype.c time_print() */
export function printDuration(milliseconds: number): string {
  let left = milliseconds;
  return Object.entries(MILLISECONDS)
    .filter(([unit]) => unit !== 'w')
    .flatMap(([unit, length]) => {
      const count = Math.floor(left / length);
      left -= count * length;
      return count === 0 ? [] : [`${count}${unit}`];
    })
    .join('');
}
