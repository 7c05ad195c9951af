/** `--shard I/N`: which files or pods are whose. */
import type { LineShard } from '../../report/lines/verifyLine.ts';
import { type Call, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

const MOST_SHARDS = 100_000;

/** Undefined when it cannot be used, which has been reported. */
export async function readShard({ io, input }: Call): Promise<{ readonly shard?: LineShard } | undefined> {
  const text = optionText(input, 'shard');
  if (text === undefined) return {};
  const [, first, second] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const [index, of] = [Number(first), Number(second)];
  if (index >= 1 && index <= of && of <= MOST_SHARDS) return { shard: { index, of } };
  await complain(io, {
    message: `--shard expects I/N with I from 1 to N, not \`${text}\``,
    help: '`--shard 1/4` to `--shard 4/4` are the whole',
  });
  return undefined;
}

/** By their names in order, turn by turn: whatever order a file system lists them in, and shards of equal size. */
export function ofShard<T extends { readonly index: number }>(
  all: readonly T[],
  nameOf: (one: T) => string,
  { index, of }: LineShard,
): readonly T[] {
  const names = new Map(all.map((one) => [one, nameOf(one)]));
  const keyOf = (one: T) => names.get(one) ?? '';
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : a.index - b.index));
  return sorted.filter((_, at) => at % of === index - 1).sort((a, b) => a.index - b.index);
}
