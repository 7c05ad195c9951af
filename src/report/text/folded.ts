/** What is not listed is counted, in one line. */
import { plural } from '../../lib/plural.ts';

export interface Folded {
  readonly hints?: number;
  readonly suppressed?: number;
  readonly assumptions?: number;
  readonly notes?: number;
}

/** `8 hints, 5 suppressed, 7 assumptions`, or empty. */
export function foldedWords({ hints = 0, suppressed = 0, assumptions = 0, notes = 0 }: Folded): string {
  return [
    ...(hints === 0 ? [] : [plural(hints, 'hint')]),
    ...(suppressed === 0 ? [] : [`${suppressed} suppressed`]),
    ...(assumptions === 0 ? [] : [plural(assumptions, 'assumption')]),
    ...(notes === 0 ? [] : [plural(notes, 'note')]),
  ].join(', ');
}

/** The same with the option that lists them; no line where nothing is folded. */
export function foldedLines(folded: Folded): readonly string[] {
  const words = foldedWords(folded);
  return words === '' ? [] : [`${words}: -v shows them`];
}
