/** `--watch`: the command again, whenever a file that it has read is another one. */
import { type KeptProofs, keptProofs } from '../../app/suppress/keptProofs.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { type Contents, nextChange, recordReads } from './changes.ts';

/** The exit code is that of the last run. A run that read no file is not repeated: nothing could make it another one. */
export async function watched({ io, input }: Call, run: (io: Io, kept: KeptProofs) => Promise<ExitCode>): Promise<ExitCode> {
  const once = [...input.args, ...Object.values(input.options).flat()].find(isStream);
  if (once !== undefined) {
    await complain(io, { message: `--watch reads files again, and \`${once}\` can be read only once`, help: 'save it to a file first' });
    return EXIT.usage;
  }
  const kept = keptProofs();
  for (;;) {
    const { recording, seen } = recordReads(io);
    const code = await run(recording, kept);
    if (seen.size === 0 || io.out.closed()) return code;
    await tell(io, `watching ${listed(there(seen))}; q ends`);
    const changed = await nextChange(io, seen);
    if (changed === undefined) return code;
    await tell(io, `${listed(changed)} changed`);
  }
}

/** A file that was looked for in vain is watched too, but hardly worth a word. */
function there(seen: Contents): readonly string[] {
  const found = [...seen].flatMap(([path, result]) => ('text' in result ? [path] : []));
  return found.length > 0 ? found : [...seen.keys()];
}

/** Standard input, and what the shell gives for `<(...)`. */
function isStream(value: unknown): value is string {
  return typeof value === 'string' && /^(?:-|\/dev\/.*|\/proc\/.*)$/.test(value);
}

function tell(io: Io, what: string): Promise<void> {
  return io.err.write(`[${new Date().toTimeString().slice(0, 8)}] ${what}\n`);
}

function listed([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
