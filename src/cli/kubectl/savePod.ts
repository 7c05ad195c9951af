/** `--save`: what was fetched, as files for chainwalk. */
import type { Complaint } from '../../lib/complaint.ts';
import type { Io } from '../io/io.ts';
import type { PodFiles } from './podFiles.ts';

export async function savePod(io: Io, { rules, host }: Pick<PodFiles, 'rules' | 'host'>): Promise<Complaint | undefined> {
  for (const { path, text } of [rules, ...(host === undefined ? [] : [host])]) {
    const { problem } = await io.write(path, text);
    if (problem !== undefined) return { message: `cannot write \`${path}\`: ${problem}` };
  }
  return undefined;
}
