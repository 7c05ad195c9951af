/** The files of a comparison: as they are named, and as they are read. */
import type { TextPair } from '../../app/diff/plan.ts';
import type { Side } from '../../app/diff/side.ts';
import type { Sides } from '../../diff/question.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Io } from '../io/io.ts';

/** As they are read: `main:net/pod.rules`. Absent: not there on that side. */
export type FilePair = Partial<Sides<string>>;

export interface Files {
  readonly pairs: readonly TextPair[];
  /** given one by one: then a file of an unknown kind is an error */
  readonly explicit: boolean;
  readonly notes: readonly string[];
  /** changed, and not looked into */
  readonly passedOver?: number;
  /** files of mesh configuration that count for all pods */
  readonly valuesGiven?: ReadonlySet<string>;
  /** where a side has a file that was given once for both */
  readonly rename: (file: string, side: Side) => string;
}

/** A file that cannot be read is not there. */
export async function readPair(read: Io['read'], { base, head }: FilePair): Promise<TextPair> {
  const [before, after] = [await readOne(read, base), await readOne(read, head)];
  return { ...(before !== undefined && { base: before }), ...(after !== undefined && { head: after }) };
}

async function readOne(read: Io['read'], file: string | undefined): Promise<Source | undefined> {
  const content = file === undefined ? undefined : await read(file);
  return file !== undefined && content !== undefined && 'text' in content ? { file, text: content.text } : undefined;
}
