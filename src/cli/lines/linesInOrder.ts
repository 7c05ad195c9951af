/** Lines of all reports in the order of the files that they are about. */
import type { FileLine } from '../../report/lines/verifyLine.ts';
import type { NumberedLine } from './lineReader.ts';

/** Each report is in order, and no file is in two. */
export async function* linesInOrder(reports: readonly AsyncGenerator<NumberedLine>[]): AsyncGenerator<FileLine> {
  const readers = await Promise.all(reports.map(readerOf));
  const open = readers.filter(({ line }) => line !== undefined);
  while (open.length > 0) {
    const next = open.reduce((a, b) => ((a.line?.index ?? 0) <= (b.line?.index ?? 0) ? a : b));
    if (next.line !== undefined) yield next.line;
    await next.advance();
    if (next.line === undefined) open.splice(open.indexOf(next), 1);
  }
}

interface Reader {
  /** the next one; absent: there is no other */
  line: FileLine | undefined;
  readonly advance: () => Promise<void>;
}

async function readerOf(lines: AsyncGenerator<NumberedLine>): Promise<Reader> {
  const reader: Reader = {
    line: undefined,
    advance: async () => {
      const next = await lines.next();
      const line = next.done === true ? undefined : next.value.line;
      reader.line = line === undefined || line.kind === 'end' ? undefined : line;
    },
  };
  await reader.advance();
  return reader;
}
