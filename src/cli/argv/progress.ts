/** What is being worked on, in one line of a terminal that goes away, once it has taken a second. */
import type { Sink } from '../io/io.ts';

export interface Progress {
  readonly tell: (what: string) => void;
  readonly end: () => Promise<void>;
}

const PATIENCE = 1000;
const CLEAR_LINE = '\r\u001b[K';

/** `now`: milliseconds */
export function progressOn(sink: Sink, now: () => number): Progress {
  const started = now();
  let shown = false;
  return {
    tell: (what) => {
      if (!sink.isTerminal || now() - started < PATIENCE) return;
      shown = true;
      void sink.write(`${CLEAR_LINE}${what}`);
    },
    end: async () => {
      if (shown) await sink.write(CLEAR_LINE);
    },
  };
}
