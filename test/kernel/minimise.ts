/** Cuts a disagreement down: rules are taken out one by one as long as kernel and simulator still disagree about the packet. */
import type { Examined } from '../../src/kernel/compared/examined.ts';
import { examine } from './examine.ts';
import type { Case } from './generate/randomCase.ts';
import type { Oracle } from './oracle.ts';

export interface Minimal {
  readonly rules: string;
  readonly pair: Examined;
}

/** `whole` has one packet. */
export async function minimise(oracle: Oracle, whole: Case): Promise<Minimal | undefined> {
  const key = whole.family === 4 ? 'v4' : 'v6';
  let lines = (whole.rules[key] ?? '').split('\n');
  let pair = await stillDisagree(oracle, whole, lines);
  if (pair === undefined) return undefined;
  for (const pattern of [/^-A /, /^:U/, /^:[A-Z]+ /]) {
    for (let at = lines.length - 1; at >= 0; at--) {
      if (!pattern.test(lines[at] ?? '')) continue;
      const fewer = [...lines.slice(0, at), ...lines.slice(at + 1)];
      const still = await stillDisagree(oracle, whole, fewer);
      if (still !== undefined) [lines, pair] = [fewer, still];
    }
  }
  return { rules: withoutEmptyTables(lines), pair };
}

async function stillDisagree(oracle: Oracle, whole: Case, lines: readonly string[]): Promise<Examined | undefined> {
  const text = lines.join('\n');
  try {
    const [pair] = await examine(oracle, { ...whole, rules: whole.family === 4 ? { v4: text } : { v6: text } }, true);
    return pair?.disagreement === undefined ? undefined : pair;
  } catch {
    return undefined; // what is left does not load
  }
}

function withoutEmptyTables(lines: readonly string[]): string {
  return lines.join('\n').replace(/^\*\w+\nCOMMIT\n/gm, '');
}
