/** Random lines through chainwalk and through both backends of the real iptables: who loads it, and every character of what is saved. */
import { BACKENDS, type Backend } from '../iptables.ts';
import { LIMITS, MAY_BE_MISSING, SETUP } from './limits.ts';
import { type Ours, ourAnswer } from './ourAnswer.ts';
import type { Line } from './randomLines.ts';
import { type Asked, type Their, theirAnswers } from './theirAnswers.ts';

export interface Difference {
  readonly line: Line;
  readonly backend: Backend;
  readonly ours: Their;
  readonly theirs: Their;
  /** id of the limit that allows it; absent: it is a mistake */
  readonly limit?: string;
}

export interface Comparison {
  readonly answers: number;
  readonly loaded: number;
  readonly differences: readonly Difference[];
}

export function compareLines(lines: readonly Line[]): Comparison {
  const asked = lines.map((line) => {
    const ours = ourAnswer(line);
    const ask = (backend: Backend): Asked => ({
      ...line,
      backend,
      together: expected(ours, backend) !== undefined && !MAY_BE_MISSING.test(line.text),
    });
    return { line, ours, ask: { nft: ask('nft'), legacy: ask('legacy') } };
  });
  const answers = theirAnswers(
    asked.flatMap(({ ask }) => [ask.nft, ask.legacy]),
    SETUP,
  );
  const differences = asked.flatMap(({ line, ours, ask }) => {
    const theirs = { nft: answers.get(ask.nft), legacy: answers.get(ask.legacy) };
    return BACKENDS.flatMap((backend): readonly Difference[] => {
      const mine = expected(ours, backend);
      if (same(mine, theirs[backend])) return [];
      const limit = LIMITS.find(({ holds }) => holds({ line, backend, ours, mine, theirs }))?.id;
      return [{ line, backend, ours: mine, theirs: theirs[backend], ...(limit === undefined ? {} : { limit }) }];
    });
  });
  return { answers: answers.size, loaded: [...answers.values()].filter((answer) => answer !== undefined).length, differences };
}

function expected({ saved, refusedBy }: Ours, backend: Backend): Their {
  return refusedBy.has(backend) ? undefined : saved;
}

export function same(ours: Their, theirs: Their): boolean {
  return ours === undefined || theirs === undefined ? ours === theirs : ours.join('\n') === theirs.join('\n');
}
