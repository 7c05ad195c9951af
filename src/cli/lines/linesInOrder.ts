/** Lines of all reports in the order of the files that they are about. */
import type { FileLine } from '../../report/lines/verifyLine.ts';
import type { NumberedLine } from './lineReader.ts';

export interface OrderedReport {
  readonly lines: AsyncGenerator<NumberedLine>;
  /** of its first line, where that is known: it is not begun before its turn */
  readonly from?: number;
}

/** Each report is in order, and no file is in two. */
export async function* linesInOrder(reports: readonly OrderedReport[]): AsyncGenerator<FileLine> {
  const open: Reader[] = [];
  for (const reader of await Promise.all(reports.map(readerOf))) if (reader !== undefined) put(open, reader);
  for (let next = open[0]; next !== undefined; next = open[0]) {
    const line = next.line ?? (await nextLine(next.lines));
    if (line !== undefined) yield line;
    next.line = await nextLine(next.lines);
    if (next.line === undefined) takeFirst(open);
    else {
      next.index = next.line.index;
      sink(open);
    }
  }
}

interface Reader {
  readonly lines: AsyncGenerator<NumberedLine>;
  /** of its next line */
  index: number;
  /** absent: not read yet */
  line: FileLine | undefined;
}

async function readerOf({ lines, from }: OrderedReport): Promise<Reader | undefined> {
  if (from !== undefined) return { lines, index: from, line: undefined };
  const line = await nextLine(lines);
  return line && { lines, index: line.index, line };
}

/** Undefined: there is no other. */
async function nextLine(lines: AsyncGenerator<NumberedLine>): Promise<FileLine | undefined> {
  const next = await lines.next();
  const line = next.done === true ? undefined : next.value.line;
  return line === undefined || line.kind === 'end' ? undefined : line;
}

// a heap, the reader with the lowest index first: with thousands of reports each line would look at all of them

function put(heap: Reader[], reader: Reader): void {
  let at = heap.push(reader) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if ((heap[above] as Reader).index <= reader.index) break;
    heap[at] = heap[above] as Reader;
    at = above;
  }
  heap[at] = reader;
}

function takeFirst(heap: Reader[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  sink(heap);
}

/** Puts the first one where it belongs. */
function sink(heap: Reader[]): void {
  const reader = heap[0] as Reader;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const below = right !== undefined && left !== undefined && right.index < left.index ? 2 * at + 2 : 2 * at + 1;
    const lower = heap[below];
    if (lower === undefined || lower.index >= reader.index) break;
    heap[at] = lower;
    at = below;
  }
  heap[at] = reader;
}
