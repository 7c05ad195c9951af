/** Is a box covered by others? A search for a packet outside of all of them: only whether there is one, never what is left over.
 *  Hard in the worst case, so it has a budget of boxes to look at. */
import type { Budget } from '../../lib/budget.ts';
import type { BoxRanges } from './convert.ts';

export interface CoverBudget {
  left: number;
  /** of the whole question */
  readonly whole: Budget;
}

/** Undefined: the budget is spent. */
export function isCovered(box: BoxRanges, others: readonly BoxRanges[], budget: CoverBudget): boolean | undefined {
  return search(box, others, budget);
}

function search(box: BoxRanges, others: readonly BoxRanges[], budget: CoverBudget): boolean | undefined {
  if (--budget.left < 0) return undefined;
  budget.whole.step(1 + (others.length >> 3));
  const meeting: BoxRanges[] = [];
  let best: BoxRanges | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const other of others) {
    const sides = cutSides(box, other);
    if (sides < 0) continue;
    if (sides === 0) return true;
    meeting.push(other);
    if (sides < fewest) {
      fewest = sides;
      best = other;
    }
  }
  if (best === undefined) return false;
  return outside(box, best, meeting, budget);
}

/** Looks at what of the box lies outside of `cutter`, slice by slice; the rest is inside and covered. */
function outside(box: BoxRanges, cutter: BoxRanges, meeting: readonly BoxRanges[], budget: CoverBudget): boolean | undefined {
  const others = meeting.filter((one) => one !== cutter);
  const rest = Int32Array.from(box);
  for (let at = 0; at < box.length; at += 2) {
    const lo = cutter[at] as number;
    const hi = cutter[at + 1] as number;
    if ((rest[at] as number) < lo) {
      const slice = Int32Array.from(rest);
      slice[at + 1] = lo - 1;
      const covered = search(slice, others, budget);
      if (covered !== true) return covered;
      rest[at] = lo;
    }
    if ((rest[at + 1] as number) > hi) {
      const slice = Int32Array.from(rest);
      slice[at] = hi + 1;
      const covered = search(slice, others, budget);
      if (covered !== true) return covered;
      rest[at + 1] = hi;
    }
  }
  return true;
}

/** How many sides of the box stick out of the other; -1 when they do not meet. */
function cutSides(box: BoxRanges, other: BoxRanges): number {
  let sides = 0;
  for (let at = 0; at < box.length; at += 2) {
    const lo = other[at] as number;
    const hi = other[at + 1] as number;
    const from = box[at] as number;
    const to = box[at + 1] as number;
    if (lo > to || hi < from) return -1;
    if (lo > from) sides++;
    if (hi < to) sides++;
  }
  return sides;
}
