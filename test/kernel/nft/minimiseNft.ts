/** Cuts a listing down as long as kernel and simulator disagree about the packet: tables, chains, rules, then words of rules. */
import type { Examined } from '../../../src/kernel/compared/examined.ts';
import type { Oracle } from '../oracle.ts';
import { examineNft } from './examineNft.ts';
import type { RandomNft } from './generate/nftCases.ts';

export interface MinimalNft {
  readonly nft: string;
  readonly pair: Examined;
}

/** `whole` has one packet. */
export async function minimiseNft(oracle: Oracle, whole: RandomNft): Promise<MinimalNft | undefined> {
  let lines = whole.rules.nft.split('\n').filter((line) => line !== '');
  let pair = await stillDisagree(oracle, whole, lines);
  if (pair === undefined) return undefined;
  const attempt = async (fewer: readonly string[]): Promise<boolean> => {
    const still = await stillDisagree(oracle, whole, fewer);
    if (still !== undefined) [lines, pair] = [[...fewer], still];
    return still !== undefined;
  };
  for (let at = 0; at < lines.length; at++)
    if (isOpen(lines[at])) while (at < lines.length && (await attempt(without(lines, at, endOf(lines, at)))));
  for (let at = lines.length - 1; at >= 0; at--)
    if (!/^(?:table|chain|type|\})/.test(lines[at] ?? '')) await attempt(without(lines, at, at));
  for (let at = 0; at < lines.length; at++) {
    if (/^(?:table|chain|type|\})/.test(lines[at] ?? '')) continue;
    for (const size of [4, 3, 2, 1]) {
      for (let from = 0; from + size <= wordsOf(lines[at]).length; from++) {
        const words = wordsOf(lines[at]);
        while (from + size <= wordsOf(lines[at]).length) {
          const now = wordsOf(lines[at]);
          if (!(await attempt(lines.with(at, [...now.slice(0, from), ...now.slice(from + size)].join(' '))))) break;
        }
        if (words.length === 0) break;
      }
    }
  }
  return { nft: lines.filter((line) => line !== '').join('\n'), pair };
}

const wordsOf = (line = ''): readonly string[] => line.match(/"[^"]*"|\S+/g) ?? [];
const isOpen = (line = ''): boolean => line.endsWith('{');

function endOf(lines: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < lines.length; at++) {
    if (isOpen(lines[at])) depth++;
    if (/^\}/.test(lines[at] ?? '') && --depth === 0) return at;
  }
  return lines.length - 1;
}

function without(lines: readonly string[], from: number, to: number): readonly string[] {
  return [...lines.slice(0, from), ...lines.slice(to + 1)];
}

async function stillDisagree(oracle: Oracle, whole: RandomNft, lines: readonly string[]): Promise<Examined | undefined> {
  try {
    const [pair] = await examineNft(oracle, { ...whole, rules: { ...whole.rules, nft: `${lines.join('\n')}\n` } }, true);
    // what is cut down must not become something that is not modelled
    const isUndecided = pair?.walks.some(({ fate }) => fate.kind === 'undecided') ?? false;
    return pair?.disagreement === undefined || (isUndecided && lines.join('\n') !== whole.rules.nft.trimEnd()) ? undefined : pair;
  } catch {
    return undefined; // what is left does not load
  }
}
