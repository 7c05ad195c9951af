/** Forks of a walk, by replay: a run follows a list of decisions and records where it could have gone another way. */
import type { Rule } from '../ruleset/ruleset.ts';
import type { Choice } from './trace.ts';

/** A point where the packet can go several ways. */
export interface Fork {
  readonly why: Choice['why'];
  readonly what: string;
  readonly rule?: Rule;
  /** how many ways there are; a fork with one way is only noted */
  readonly ways: number;
  /** what each way is called; absent: its number */
  readonly says?: readonly string[];
  readonly probability?: number;
  readonly lacks?: string;
  /** which of several tables run first */
  readonly ofOrder?: true;
}

/** Answers with the way to take, 0 to ways - 1. */
export type Choose = (fork: Fork) => number;

export interface ForkDecision {
  readonly fork: Fork;
  readonly taken: number;
}

export interface WayLimits<T> {
  readonly most: number;
  /** there is no use in walking on after this one */
  readonly isLast?: (result: T) => boolean;
}

/** Runs `walk` once for every combination of ways, at most `most` times, depth first. */
export function everyWay<T>(
  walk: (choose: Choose) => T,
  { most, isLast }: WayLimits<T>,
): { readonly results: readonly T[]; readonly truncated: boolean } {
  const results: T[] = [];
  let script: readonly number[] = [];
  for (;;) {
    const decisions: ForkDecision[] = [];
    const result = walk((fork) => {
      const taken = script[decisions.length] ?? 0;
      decisions.push({ fork, taken });
      return taken;
    });
    results.push(result);
    const next = nextScript(decisions);
    if (next === undefined) return { results, truncated: false };
    if (results.length >= most || isLast?.(result) === true) return { results, truncated: true };
    script = next;
  }
}

/** The next combination: the last decision that has a way left takes it, what follows starts anew. */
function nextScript(decisions: readonly ForkDecision[]): readonly number[] | undefined {
  const at = decisions.findLastIndex(({ fork, taken }) => taken + 1 < fork.ways);
  if (at < 0) return undefined;
  return decisions.slice(0, at + 1).map(({ taken }, index) => (index === at ? taken + 1 : taken));
}

export function toChoice({ fork, taken }: ForkDecision): Choice {
  return {
    why: fork.why,
    what: fork.what,
    taken: fork.says?.[taken] ?? String(taken + 1),
    ...(fork.rule === undefined ? {} : { rule: fork.rule }),
    ...(fork.probability === undefined ? {} : { probability: fork.probability }),
    ...(fork.lacks === undefined ? {} : { lacks: fork.lacks }),
    ...(fork.ofOrder === undefined ? {} : { ofOrder: fork.ofOrder }),
  };
}
