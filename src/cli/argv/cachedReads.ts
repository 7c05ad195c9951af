/** Files that are read once, however often they are asked for: standard input can be recognised first and read after. */

import type { Io, ReadResult } from '../io/io.ts';
import type { Call } from './command.ts';

export function withKeptFiles({ io, input }: Call): Call {
  const kept = new Map<string, Promise<ReadResult>>();
  const read: Io['read'] = (path) => {
    const known = kept.get(path) ?? io.read(path);
    kept.set(path, known);
    return known;
  };
  return { io: { ...io, read }, input };
}
