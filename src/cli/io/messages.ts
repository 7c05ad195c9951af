/** What the program itself has to say, on standard error. */
import type { Complaint } from '../../lib/complaint.ts';
import { printable } from '../../lib/printable.ts';
import type { Io } from './io.ts';

/** `chainwalk: error: ...` and a `help:` line. */
export function complain(io: Io, { message, help }: Complaint): Promise<void> {
  return io.err.write(`chainwalk: error: ${printable(message)}\n${help === undefined ? '' : `help: ${printable(help)}\n`}`);
}
