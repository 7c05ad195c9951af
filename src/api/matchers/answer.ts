/** What is known of an expectation. Only what is shown for every packet passes, with `.not` as without. */
export interface MatcherAnswer {
  /** `open`: it is neither so nor not so for all, or cannot be known; fails with `.not` as well */
  readonly verdict: 'yes' | 'no' | 'open';
  /** why it fails */
  readonly message: () => string;
}

export function open(message: () => string): MatcherAnswer {
  return { verdict: 'open', message };
}

export interface MatcherVerdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** As vitest expects it: with `.not` it turns `pass` round. */
export function verdictOf({ verdict, message }: MatcherAnswer, isNot: boolean): MatcherVerdict {
  return { pass: verdict === 'yes' || (verdict === 'open' && isNot), message };
}
