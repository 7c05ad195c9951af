/** Where texts are read, and who hears what is wrong with them. */
import type { Complaint } from '../../lib/complaint.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Call } from '../argv/command.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { showDiagnostics } from './diagnostics.ts';

export interface TextReader {
  readonly read: Io['read'];
  readonly complain: (complaint: Complaint) => Promise<void>;
  readonly show: (diagnostics: readonly Diagnostic[]) => Promise<void>;
}

/** Files as the user names them; standard error hears. */
export function readerOf(call: Call): TextReader {
  return { read: call.io.read, complain: (complaint) => complain(call.io, complaint), show: (found) => showDiagnostics(call, found) };
}

/** For what is read a second time, and has been complained about. */
export function quietReader(read: Io['read']): TextReader {
  return { read, complain: async () => {}, show: async () => {} };
}

/** Undefined when one cannot be read; all that cannot have been reported. */
export async function readSources(reader: TextReader, files: readonly string[]): Promise<readonly Source[] | undefined> {
  const sources: Source[] = [];
  for (const file of files) {
    const content = await reader.read(file);
    if ('problem' in content) await reader.complain({ message: `cannot read \`${file}\`: ${content.problem}` });
    else sources.push({ file, text: content.text });
  }
  return sources.length < files.length ? undefined : sources;
}
