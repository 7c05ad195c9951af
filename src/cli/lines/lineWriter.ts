/** Lines to standard output, as fast as the reader takes them. */
import { jsonText } from '../../lib/printable.ts';
import type { VerifyLine } from '../../report/lines/verifyLine.ts';
import type { Io } from '../io/io.ts';

export interface LineWriter {
  readonly write: (line: VerifyLine) => Promise<void>;
  /** what is written so far can be read */
  readonly flush: () => Promise<void>;
}

/** Characters that are written at once, and milliseconds that a line waits for others at most. */
const MOST = 1 << 16;
const LATEST = 200;

export function lineWriter({ out }: Io, now: () => number): LineWriter {
  let text = '';
  let since = now();
  const flush = async () => {
    const all = text;
    text = '';
    since = now();
    await out.write(all);
  };
  return {
    flush,
    write: async (line) => {
      text += `${jsonText(line)}\n`;
      if (text.length >= MOST || now() - since >= LATEST) await flush();
    },
  };
}
