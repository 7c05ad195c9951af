/** What `verify -o jsonl` is asked about: files of rules, or the pods of manifests. */
import type { Complaint } from '../../lib/complaint.ts';
import type { OwnOfLine } from '../../report/lines/lineTotals.ts';
import type { EndLine, LineRun, SkippedLine, SubjectLine, UnreadLine } from '../../report/lines/verifyLine.ts';

/** A subject's answer by its name, and its line. */
export interface AnsweredSubject extends OwnOfLine {
  readonly kind: 'answered';
  readonly line: () => SubjectLine;
}

export type Answered = UnreadLine | SkippedLine | AnsweredSubject;

export interface Fleet {
  readonly listed: Pick<LineRun, 'files' | 'list' | 'listed'>;
  /** how many of them are of this shard */
  readonly own: number;
  readonly answers: () => AsyncGenerator<Answered>;
  /** about all together, once they are answered */
  readonly diagnostics: () => Diagnostics;
}

export type Diagnostics = NonNullable<EndLine['diagnostics']>;

/** What is listed, one of it. */
export function listedWord({ listed }: Pick<LineRun, 'listed'>): string {
  return listed === 'pods' ? 'pod' : 'file';
}

export function nothingIn({ files, shard, ...run }: Pick<LineRun, 'files' | 'listed' | 'shard'>): Complaint {
  const what = listedWord(run);
  const there = `there ${files === 1 ? 'is one' : `are ${files}`} ${files === 1 ? what : `${what}s`}`;
  const why = shard === undefined ? `there are no ${what}s` : `shard ${shard.index}/${shard.of} is empty, as ${there}`;
  return { message: `nothing was verified: ${why}` };
}

/** Of several shards of one run: what each of them says. A comment that one has used suppresses something. */
export function sharedDiagnostics(all: readonly Diagnostics[]): Diagnostics {
  const [first = new Map<string, Diagnostics[number]>(), ...others] = all.map(
    (one) => new Map(one.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])),
  );
  return [...first].flatMap(([key, diagnostic]) => (others.every((one) => one.has(key)) ? diagnostic : []));
}
