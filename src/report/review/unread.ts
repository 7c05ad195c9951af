/** What could not be read, of which a review says nothing. */
import { plural } from '../../lib/plural.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';

/** `2 errors in the files: what they are in is not checked`, or nothing. */
export function unreadWords(diagnostics: readonly Diagnostic[]): readonly string[] {
  const errors = diagnostics.filter(isError).length;
  return errors === 0 ? [] : [`${plural(errors, 'error')} in the files, and what they are in is not checked`];
}
