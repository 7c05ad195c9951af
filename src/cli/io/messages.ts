/** What the program itself has to say, on standard error. */
import { printable } from '../../lib/printable.ts';
import type { Io } from './io.ts';

export interface Complaint {
  readonly message: string;
  readonly help?: string | undefined;
}

/** `chainwalk: error: ...` and a `help:` line. */
export function complain(io: Io, { message, help }: Complaint): Promise<void> {
  return io.err.write(`chainwalk: error: ${printable(message)}\n${help === undefined ? '' : `help: ${printable(help)}\n`}`);
}
