/** Subjects of a review, each with its notes. */
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review, Subject } from '../../report/review/review.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';

export interface NotedSubjects {
  readonly subjects: readonly Subject[];
  readonly notes: readonly { readonly subject: string; readonly notes: readonly string[] }[];
}

export function withNotes(subjects: readonly Subject[], notes: readonly (readonly string[])[]): NotedSubjects {
  return { subjects, notes: subjects.map(({ name }, index) => ({ subject: name, notes: notes[index] ?? [] })) };
}

export function reviewOf({ subjects, notes }: NotedSubjects, diagnostics: readonly Diagnostic[]): Review {
  return { subjects, diagnostics, notes: mergeNotes(notes) };
}
