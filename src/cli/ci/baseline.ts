/** Findings that are known, in a file that people read in a pull request: one line each, sorted. */
import { mapProblems } from '../../app/ci/mapProblems.ts';
import { packetText } from '../../packet/notation.ts';
import { canFail, problemsOf } from '../../report/review/problems.ts';
import type { Problem, Review, Subject } from '../../report/review/review.ts';
import type { Source } from '../../syntax/text/source.ts';
import { listRead, oneOfWords, type Read, readRecord, readText } from '../config/read.ts';
import { readTree } from '../config/tree.ts';
import type { TextReader } from '../input/reader.ts';

export interface KnownFinding {
  readonly claim: string;
  readonly subject: string;
  /** one that shows it, and its outcome; or what is said where no packet does */
  readonly shown: string;
  /** all packets that it is true of, in words: when they are others, it is another finding */
  readonly packets?: string;
  readonly fingerprint: string;
}

interface BaselineFile {
  readonly schema: 'chainwalk/baseline/v1';
  readonly known: readonly KnownFinding[];
}

const shape: Read<BaselineFile> = readRecord<BaselineFile>(
  {
    schema: oneOfWords(['chainwalk/baseline/v1']),
    known: listRead(
      readRecord<KnownFinding>({ claim: readText, subject: readText, shown: readText, packets: readText, fingerprint: readText }, [
        'claim',
        'subject',
        'shown',
        'fingerprint',
      ]),
    ),
  },
  ['schema', 'known'],
);

/** Undefined when it cannot be used, which has been reported. */
export async function readBaseline(reader: TextReader, file: string): Promise<readonly KnownFinding[] | undefined> {
  return (await readTree(reader, file, shape))?.value.known;
}

export function baselineText(known: readonly KnownFinding[]): string {
  const lines = known.map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "schema": "chainwalk/baseline/v1",\n  "known": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

/** What is open and could fail: to be known from now on. Expectations and changed fates are never taken for known. */
export function knownOf(subjects: readonly Subject[]): readonly KnownFinding[] {
  const judged: Review = { subjects: subjects.filter(isJudged), diagnostics: [], notes: [] };
  const found = problemsOf(judged);
  const open = found.filter(({ problem }) => canFail(problem) && (problem.muted === undefined || problem.muted.by === 'baseline'));
  const known = open.map(({ subject, problem }) => toKnown(problem, subject));
  const key = ({ subject, claim, shown, fingerprint }: KnownFinding) => [subject, claim, shown, fingerprint].join('\u0000');
  return known.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function isJudged({ kind }: Subject): boolean {
  return kind === 'rules' || kind === 'pod';
}

function toKnown({ id, witness, message, packets, fingerprint }: Problem, { name }: Subject): KnownFinding {
  const journey = witness?.journey;
  const shown = journey === undefined ? message : `${packetText(journey.packet)}: ${journey.outcome}`;
  return { claim: id, subject: name, shown, ...(packets !== undefined && { packets }), fingerprint };
}

export interface MutedByBaseline {
  readonly subjects: readonly Subject[];
  /** those that do not occur any more */
  readonly gone: readonly KnownFinding[];
}

export function muteByBaseline(
  subjects: readonly Subject[],
  known: readonly KnownFinding[],
  source: Pick<Source, 'file'>,
): MutedByBaseline {
  const byPrint = new Map(known.map((one) => [one.fingerprint, one]));
  const met = new Set<string>();
  const muted = mapProblems(subjects, (problem, subject) => {
    const one = isJudged(subject) ? byPrint.get(problem.fingerprint) : undefined;
    if (one === undefined) return problem;
    met.add(problem.fingerprint);
    if (problem.muted !== undefined) return problem;
    if (one.packets === problem.packets) return { ...problem, muted: { by: 'baseline', reason: `known in ${source.file}` } };
    return { ...problem, message: `${problem.message}; in ${source.file} for ${one.packets ?? 'other packets'}` };
  });
  return { subjects: muted, gone: known.filter(({ fingerprint }) => !met.has(fingerprint)) };
}
