/** What a pod or a file of rules excludes is asked once: when it comes, or comes into a mesh. Later a change of it is a change of behaviour. */
import type { JudgedPart } from '../../app/ci/judge.ts';
import { noExclusion } from '../../prove/claims/noExclusion.ts';
import type { Subject } from '../../report/review/review.ts';

export const ASKED_OF_NEW: readonly string[] = [noExclusion.id];

export interface InTheMesh {
  /** what the base checks */
  readonly base: readonly JudgedPart[];
  /** files of the base by their names there */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Without the checks that are asked of what is new, where a mesh had it already. */
export function askedOfNew(subjects: readonly Subject[], { base, renamed }: InTheMesh): readonly Subject[] {
  const known = new Set(base.flatMap(({ name, file, mesh }) => (mesh === undefined ? [] : [name ?? renamed.get(file) ?? file])));
  return subjects.map((subject) => {
    const { kind, name, file, checks } = subject;
    const isKnown = known.has(kind === 'pod' ? name : file);
    return isKnown ? { ...subject, checks: checks.filter(({ id }) => !ASKED_OF_NEW.includes(id)) } : subject;
  });
}
