/** The page in which answers are embedded. */
import type { Io } from './io.ts';
import { complain } from './messages.ts';

/** Undefined when it cannot be read, which has been reported. */
export async function readPage(io: Io): Promise<string | undefined> {
  const read = io.page === undefined ? { problem: 'there is none' } : await io.read(io.page);
  if ('text' in read) return read.text;
  const help = 'install the package again; in a checkout `npm run web` builds it';
  await complain(io, {
    message: `cannot read the page of chainwalk${io.page === undefined ? '' : `, \`${io.page}\``}: ${read.problem}`,
    help,
  });
  return undefined;
}
