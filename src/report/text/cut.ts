/** What stands beside the walks that a budget cut short, in every format for people. */
import type { Journey } from '../../connection/journey.ts';

export function cutText({ spent }: Pick<Journey, 'spent'>): string | undefined {
  return spent === undefined ? undefined : `undecided: budget: ${spent}; the rest was not walked`;
}
