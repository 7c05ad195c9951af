/** Steps of both sides beside each other. */
import type { KernelPair, KernelStep } from '../../connection/kernelView.ts';
import type { KernelRow } from '../asked/oracle.ts';
import { rowOfKernel } from './account.ts';

/** The longest sequence of steps that both have, in order; what only one side has stands where it happened. */
export function pairsOf(ours: readonly string[], kernels: readonly KernelStep[]): readonly KernelPair[] {
  const same = commonLengths(ours, kernels);
  const pairs: KernelPair[] = [];
  let [left, right] = [0, 0];
  while (left < ours.length || right < kernels.length) {
    const [mine, theirs] = [ours[left], kernels[right]];
    if (mine !== undefined && theirs !== undefined && mine === theirs.text) {
      pairs.push({ ours: mine, kernels: theirs });
      left++;
      right++;
    } else if (mine !== undefined && (theirs === undefined || lengthAt(same, left + 1, right) >= lengthAt(same, left, right + 1))) {
      pairs.push({ ours: mine });
      left++;
    } else if (theirs !== undefined) {
      pairs.push({ kernels: theirs });
      right++;
    }
  }
  return pairs;
}

/** `[i][j]`: how many steps the ends from i and from j have in common. */
function commonLengths(ours: readonly string[], kernels: readonly KernelStep[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: ours.length + 1 }, () => new Array<number>(kernels.length + 1).fill(0));
  for (let left = ours.length - 1; left >= 0; left--) {
    for (let right = kernels.length - 1; right >= 0; right--) {
      const row = lengths[left] as number[];
      row[right] =
        ours[left] === kernels[right]?.text
          ? lengthAt(lengths, left + 1, right + 1) + 1
          : Math.max(lengthAt(lengths, left + 1, right), lengthAt(lengths, left, right + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly (readonly number[])[], left: number, right: number): number {
  return lengths[left]?.[right] ?? 0;
}

export function stepOfKernel(row: KernelRow): KernelStep {
  const { hook, iif, oif, table, chain, rulenum, verdict, rule } = row;
  const [word = '', to = row.target] = verdict.split(':');
  return {
    text: rowOfKernel(row),
    hook,
    ...(iif !== null && { iif }),
    ...(oif !== null && { oif }),
    table,
    chain,
    ...(rulenum !== null && { rule: rulenum }),
    verdict: word,
    ...(to !== undefined && { target: to }),
    ...(rule !== undefined && { says: rule }),
  };
}
