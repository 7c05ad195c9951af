/** Lines of a report, one after the other. */
import { readLine } from '../../report/lines/readLine.ts';
import type { VerifyLine } from '../../report/lines/verifyLine.ts';
import type { Io } from '../io/io.ts';

export interface NumberedLine {
  /** from 1 */
  readonly number: number;
  /** absent: it is none */
  readonly line?: VerifyLine;
}

/** `inTurn`: as `Io.lines` has it. */
export function linesOfReport({ lines }: Pick<Io, 'lines'>, file: string, inTurn?: number): AsyncGenerator<NumberedLine> {
  return numberedLines(lines(file, inTurn));
}

export async function* numberedLines(batches: AsyncIterable<readonly string[]>): AsyncGenerator<NumberedLine> {
  let number = 0;
  for await (const batch of batches)
    for (const text of batch) {
      number++;
      if (text.trim() === '') continue;
      const line = readLine(text);
      yield { number, ...(line !== undefined && { line }) };
    }
}
