/** time - the moment at which the packet comes.
 *  man    iptables-extensions(8), time
 *  kernel net/netfilter/xt_time.c time_mt_check()
 *  fact   iptables-save writes `--datestop` always, and the days of a `!` as the other days */
import { ALWAYS, NEVER, unmodelled } from '../../netfilter/matchExpr.ts';
import { type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import type { ListedPiece } from '../contract/listing.ts';
import { ALL_MONTHDAYS, ALL_WEEKDAYS, date, LAST_DATE, LAST_SECOND, monthDays, timeOfDay, weekDays } from '../shapes/clock.ts';

const OPTIONS = {
  '--timestart': { value: ['timeOfDay'] },
  '--timestop': { value: ['timeOfDay'] },
  '--monthdays': { value: ['monthDays'], invertible: true },
  '--weekdays': { value: ['weekDays'], invertible: true },
  '--datestart': { value: ['date'] },
  '--datestop': { value: ['date'] },
  '--contiguous': { value: [] },
  '--kerneltz': { value: [], excludes: ['--utc'] },
  '--localtz': { value: [], excludes: ['--utc'] },
  '--utc': { value: [] },
} as const;

interface DayOption {
  readonly inverted: boolean;
  readonly values: readonly [ReadonlySet<number>];
}

function daysOf(option: DayOption | undefined, all: ReadonlySet<number>): ReadonlySet<number> {
  if (option === undefined) return all;
  const [days] = option.values;
  return option.inverted ? new Set([...[...all].filter((day) => !days.has(day)), ...[...days].filter((day) => !all.has(day))]) : days;
}

function isAll(days: ReadonlySet<number>, all: ReadonlySet<number>): boolean {
  return days.size === all.size && [...all].every((day) => days.has(day));
}

function hours(given: GivenValues<typeof OPTIONS>): readonly [start: number, stop: number] {
  return [given['--timestart']?.values[0] ?? 0, given['--timestop']?.values[0] ?? LAST_SECOND];
}

/** kernel net/netfilter/xt_time.c time_mt() */
function isAt(given: GivenValues<typeof OPTIONS>, now: number): boolean {
  const [start, stop] = hours(given);
  const [first, last] = [given['--datestart']?.values[0] ?? 0, given['--datestop']?.values[0] ?? LAST_DATE];
  const second = now % DAY;
  const inHours = start < stop ? start <= second && second <= stop : start <= second || second <= stop;
  if (now < first || now > last || !inHours) return false;
  // after midnight it is still the night of the day before
  const day = new Date((start >= stop && given['--contiguous'] !== undefined && second <= stop ? now - DAY : now) * 1000);
  return (
    daysOf(given['--weekdays'], ALL_WEEKDAYS).has(day.getUTCDay() || SUNDAY) &&
    daysOf(given['--monthdays'], ALL_MONTHDAYS).has(day.getUTCDate())
  );
}

const DAY = LAST_SECOND + 1;
const SUNDAY = 7;

/** In this order; a time zone that is not UTC is not named. */
const LISTED: ListedPiece = {
  pattern: new RegExp(
    [
      'TIME(?: from (\\S+) to (\\S+))?(?: on ([A-Z]\\S+))?(?: on (\\d\\S+))?',
      '(?: starting from (\\S+) (\\S+))?(?: until date (\\S+) (\\S+))?( UTC)?( contiguous)?',
    ].join(''),
  ),
  words: (...[from = '', to = '', weekdays = '', monthdays = '', day = '', hour = '', lastDay = '', lastHour = '', utc = '', on = '']) => [
    ...(from === '' ? [] : ['--timestart', from, '--timestop', to]),
    ...(weekdays === '' ? [] : ['--weekdays', weekdays]),
    ...(monthdays === '' ? [] : ['--monthdays', monthdays.replace(/[a-z]+/g, '')]),
    ...(day === '' ? [] : ['--datestart', `${day}T${hour}`]),
    ...(lastDay === '' ? [] : ['--datestop', `${lastDay}T${lastHour}`]),
    ...(utc === '' ? ['--kerneltz'] : []),
    ...(on === '' ? [] : ['--contiguous']),
  ],
};

export const time = matchExtension({
  name: 'time',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'where the host gives a clock; the time zone of the kernel is not known' },
  options: OPTIONS,
  check: (given): readonly RuleComplaint[] => {
    const [start, stop] = hours(given);
    if (given['--contiguous'] === undefined || start >= stop) return [];
    return [{ kind: 'not-loadable', message: '`--contiguous` needs a `--timestop` before its `--timestart`', option: '--contiguous' }];
  },
  listing: { pieces: [LISTED] },
  lower: (given, { now }) => {
    if (now === undefined) return [{ expr: unmodelled('the time at which a packet comes') }];
    if (given['--kerneltz'] !== undefined || given['--localtz'] !== undefined) return [{ expr: unmodelled('the time zone of the kernel') }];
    return [{ expr: isAt(given, now) ? ALWAYS : NEVER }];
  },
  save: (given, context) => {
    const [start, stop] = hours(given);
    const [month, week] = [daysOf(given['--monthdays'], ALL_MONTHDAYS), daysOf(given['--weekdays'], ALL_WEEKDAYS)];
    const from = given['--datestart']?.values[0] ?? 0;
    const words: string[] = [];
    if (start !== 0 || stop !== LAST_SECOND) {
      words.push('--timestart', timeOfDay.print(start, context), '--timestop', timeOfDay.print(stop, context));
    }
    if (!isAll(month, ALL_MONTHDAYS)) words.push('--monthdays', monthDays.print(month, context));
    if (!isAll(week, ALL_WEEKDAYS)) words.push('--weekdays', weekDays.print(week, context));
    if (from !== 0) words.push('--datestart', date.print(from, context));
    words.push('--datestop', date.print(given['--datestop']?.values[0] ?? LAST_DATE, context));
    if (given['--kerneltz'] !== undefined || given['--localtz'] !== undefined) words.push('--kerneltz');
    return given['--contiguous'] === undefined ? words : [...words, '--contiguous'];
  },
});
