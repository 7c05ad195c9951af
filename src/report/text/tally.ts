/** What was counted, in words. */
import { plural } from '../../lib/plural.ts';

export interface Tally {
  /** a claim on a subject is one, whatever number of packets shows it; so is each class of packets that changes */
  readonly errors: number;
  readonly warnings: number;
  readonly undecided: number;
  readonly changes: number;
  /** of the changes */
  readonly loops: number;
  readonly hints: number;
  readonly suppressed: number;
}

/** `2 errors, 1 warning`; empty where there is none. */
export function countWords({ errors, warnings, undecided }: Pick<Tally, 'errors' | 'warnings' | 'undecided'>): string {
  return [
    ...(errors === 0 ? [] : [plural(errors, 'error')]),
    ...(warnings === 0 ? [] : [plural(warnings, 'warning')]),
    ...(undecided === 0 ? [] : [`${undecided} undecided`]),
  ].join(', ');
}

/** `17 classes of packets change, 2 into a loop`; empty where none does. */
export function changeWords({ changes, loops }: Pick<Tally, 'changes' | 'loops'>): string {
  if (changes === 0) return '';
  const into = loops === 0 ? '' : loops === changes ? ' into a loop' : `, ${loops} into a loop`;
  return `${plural(changes, 'class', 'classes')} of packets ${changes === 1 ? 'changes' : 'change'}${into}`;
}
