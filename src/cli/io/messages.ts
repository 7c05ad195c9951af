/** What the program itself has to say, on standard error. */
import type { Complaint } from '../../lib/complaint.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { Io } from './io.ts';

/** `chainwalk: error: ...` and a `help:` line; on a terminal folded to its width, elsewhere a line each. */
export function complain({ err }: Io, { message, help }: Complaint): Promise<void> {
  const lines = [`chainwalk: error: ${printable(message)}`, ...(help === undefined ? [] : [`help: ${printable(help)}`])];
  const width = Math.max(NARROWEST, err.columns ?? USUAL);
  return err.write(lines.map((text) => `${err.isTerminal ? paragraph({ text, width, hang: 6 }) : text}\n`).join(''));
}

const NARROWEST = 60;
const USUAL = 80;
