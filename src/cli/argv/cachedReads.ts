/** Files that are read once, however often they are requested: standard input can be recognised first and read after. */
import type { Io, ReadResult } from '../io/io.ts';
import type { Call } from './command.ts';

export function withKeptFiles({ io, input }: Call): Call {
  return { io: { ...io, read: keptReads(io.read) }, input };
}

/** Standard input alone: of a fleet no file is kept. */
export function withKeptInput({ io, input }: Call): Call {
  const kept = keptReads(io.read);
  return { io: { ...io, read: (path) => (path === '-' ? kept(path) : io.read(path)) }, input };
}

export function keptReads(read: Io['read']): Io['read'] {
  const kept = new Map<string, Promise<ReadResult>>();
  return (path) => {
    const known = kept.get(path) ?? read(path);
    kept.set(path, known);
    return known;
  };
}
