/** How each open finding of a run is accepted: where a comment is heard, a comment; else an entry of the configuration. */
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { KEPT_PROMISES } from '../../pods/keptPromises.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { isOpen } from '../../report/review/problems.ts';
import type { Acceptance, Problem, Subject } from '../../report/review/review.ts';
import { positionOf } from '../../report/text/positions.ts';
import { mapProblems } from './mapProblems.ts';

export interface Accepting {
  /** of the configuration */
  readonly file: string;
  /** a file as the configuration names it; undefined where no glob does */
  readonly named: (file: string) => string | undefined;
  /** of a file, whose comments are read */
  readonly textOf: (file: string) => string | undefined;
  /** level of a finding that the base does not accept; undefined: there is no base, or it is not checked */
  readonly newlyAccepted: Level | undefined;
}

/** Expectations are met or changed, and what a pull request does to the check itself only a reviewer accepts: they have none. */
export function withAcceptance(subjects: readonly Subject[], accepting: Accepting): readonly Subject[] {
  return mapProblems(subjects, (problem, subject) => {
    if (!isOpen(problem) || subject.kind === 'expectations' || subject.kind === 'configuration' || KEPT_PROMISES.includes(problem.id))
      return problem;
    const accept = acceptanceOf(problem, subject, accepting);
    return accept === undefined ? problem : { ...problem, accept };
  });
}

function acceptanceOf(problem: Problem, { kind, file }: Subject, accepting: Accepting): Acceptance | undefined {
  const { id, acceptAt, blame, packets } = problem;
  const { file: config, named, textOf, newlyAccepted } = accepting;
  const until = (by: 'comment' | 'config'): Pick<Acceptance, 'until'> => {
    if (newlyAccepted === undefined) return {};
    const isError = newlyAccepted === 'error' && (by === 'config' || problem.level === 'error' || problem.verdict === 'undecided');
    return { until: isError ? 'fails' : 'told' };
  };
  const text = acceptAt?.source.file === file ? acceptAt.source.text : textOf(file);
  // rendered rules are not edited, and JSON has no comments
  const isWritten = kind !== 'comparison' && !(kind === 'rules' && blame.some(({ place }) => place.source.rendered));
  if (isWritten && text !== undefined && !/^\s*[{[]/.test(text)) {
    const line =
      acceptAt !== undefined && acceptAt.source.file === file && !acceptAt.source.rendered ? positionOf(acceptAt).line : undefined;
    return line === undefined
      ? { by: 'file', at: file, ...until('comment') }
      : { by: 'next-line', at: `${file}:${line}`, ...until('comment') };
  }
  const files = named(file);
  if (files === undefined) return undefined;
  return { by: 'config', at: config, files, ...(id === BEHAVIOUR_CHANGED && packets !== undefined && { packets }), ...until('config') };
}
