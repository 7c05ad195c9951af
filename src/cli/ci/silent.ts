/** What is read a second time says nothing a second time. */
import type { Io, Sink } from '../io/io.ts';

const NOBODY: Sink = { write: async () => {}, closed: () => false, problem: () => undefined, isTerminal: false, columns: undefined };

export function silent(io: Io): Io {
  return { ...io, err: NOBODY };
}
