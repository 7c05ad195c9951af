/** Numbers that some sets tell apart. */
import type { Interval, IntervalSet } from './intervals.ts';

/** The first number of each class: two numbers are of one class where each set has both or neither. In order; at most `most` and one more. */
export function firstOfEachClass<N extends number | bigint>(
  range: Interval<N>,
  sets: readonly IntervalSet<N>[],
  most = Number.POSITIVE_INFINITY,
): readonly N[] {
  const one = (typeof range.lo === 'bigint' ? 1n : 1) as N;
  const clipped = sets.map((set) =>
    set.flatMap(({ lo, hi }) => {
      if (hi < range.lo || lo > range.hi) return [];
      return [{ from: lo > range.lo ? lo : undefined, behind: hi < range.hi ? (((hi as number) + (one as number)) as N) : undefined }];
    }),
  );
  const turns = clipped.flatMap((set) => set.flatMap(({ from, behind }) => [from, behind])).filter((at) => at !== undefined);
  const starts = [...new Set([range.lo, ...turns])].sort((a, b) => (a < b ? -1 : 1));
  const placeOf = new Map(starts.map((start, at) => [start, at]));
  const place = (start: N): number => placeOf.get(start) as number;
  const classes = classesOf(
    starts.length,
    clipped.map((set) =>
      set.map(({ from, behind }) => ({
        from: from === undefined ? 0 : place(from),
        behind: behind === undefined ? starts.length : place(behind),
      })),
    ),
  );
  const seen = new Set<number>();
  const firsts: N[] = [];
  for (const [at, start] of starts.entries()) {
    const own = classes[at] as number;
    if (seen.has(own)) continue;
    seen.add(own);
    firsts.push(start);
    if (firsts.length > most) break;
  }
  return firsts;
}

/** Places side by side, without the one behind them. */
interface Run {
  readonly from: number;
  readonly behind: number;
}

/** The class of each of `count` places: every set splits those that it has from those that it lacks. */
function classesOf(count: number, sets: readonly (readonly Run[])[]): Uint32Array {
  const classes = new Uint32Array(count);
  let last = 0;
  for (const runs of sets) {
    const had = runs.reduce((sum, { from, behind }) => sum + behind - from, 0);
    // what it lacks is split from what it has just as well, whichever is less
    const smaller = had * 2 > count ? between(runs, count) : runs;
    const split = new Map<number, number>();
    for (const { from, behind } of smaller) {
      for (let at = from; at < behind; at++) {
        const before = classes[at] as number;
        const own = split.get(before) ?? ++last;
        split.set(before, own);
        classes[at] = own;
      }
    }
  }
  return classes;
}

/** The places outside of runs that are in order. */
function between(runs: readonly Run[], count: number): readonly Run[] {
  const befores = [0, ...runs.map(({ behind }) => behind)];
  const afters = [...runs.map(({ from }) => from), count];
  return befores.flatMap((from, at) => (from < (afters[at] as number) ? [{ from, behind: afters[at] as number }] : []));
}
