/** A configuration that is data cannot be meant to reach further than the folder that it stands in: anybody who may write there, such as the
 *  author of a pull request, reads and writes nothing else of this machine. Links are followed to where they lead. */
import { isWithin } from '../io/files.ts';
import type { Io, ReadResult } from '../io/io.ts';

export interface Confinement {
  /** of the configuration, from here */
  readonly folder: string;
  /** paths given on the command line, and the configuration itself */
  readonly free: readonly string[];
}

export async function confined(io: Io, { folder, free }: Confinement): Promise<Io> {
  const top = (await io.place(folder === '' ? '.' : folder)).real;
  const problemWith = async (path: string): Promise<string | undefined> => {
    if (path === '-' || free.includes(path) || isWithin(top, (await io.place(path)).real)) return undefined;
    return `it lies outside the folder of the configuration, ${top}`;
  };
  const read = async (path: string): Promise<ReadResult> => {
    const problem = await problemWith(path);
    return problem === undefined ? io.read(path) : { problem };
  };
  const write: Io['write'] = async (path, text) => {
    const problem = await problemWith(path);
    return problem === undefined ? io.write(path, text) : { problem };
  };
  return { ...io, read, write };
}
