/** What is known already, by the configuration or the baseline file; comments have been heard by the verdicts. */
import type { Subject } from '../../report/review/review.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { from } from '../config/paths.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readerOf, type TextReader } from '../input/reader.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { baselineText, type KnownFinding, knownOf, muteByBaseline, readBaseline } from './baseline.ts';
import { muteByConfig } from './mute.ts';
import type { Base } from './setUp.ts';

export interface Accepted {
  readonly subjects: readonly Subject[];
  /** about suppressions that do nothing, which have been shown */
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
}

interface ToAccept {
  readonly loaded: LoadedConfig;
  readonly subjects: readonly Subject[];
  /** where the baseline of the configuration is read, when it is not here */
  readonly from?: Pick<Io, 'read'>;
}

/** Undefined when the baseline cannot be read or written, which has been reported. */
export async function acceptKnown(call: Call, { loaded, subjects, from: tree }: ToAccept): Promise<Accepted | undefined> {
  const { subjects: configured, diagnostics } = await muteByConfig(call, subjects, loaded);
  await showDiagnostics(call, diagnostics);
  const baselined = await applyBaseline(call, { loaded, subjects: configured, reader: readerOfBaseline(call, tree) });
  return baselined && { ...baselined, diagnostics };
}

/** The command line's own is a file that is here. */
function readerOfBaseline(call: Call, tree: Pick<Io, 'read'> | undefined): TextReader {
  const isHere = tree === undefined || optionText(call.input, 'baseline') !== undefined || optionIsSet(call.input, 'updateBaseline');
  return isHere ? readerOf(call) : { ...readerOf(call), read: tree.read };
}

/** --baseline counts from here, the configuration's from its own folder. */
function baselineFile({ input }: Call, { config, folder }: LoadedConfig): string | undefined {
  return optionText(input, 'baseline') ?? (config.baseline === undefined ? undefined : from(folder, config.baseline));
}

/** What is wrong with it has been reported. */
export async function baselineIsReadable(call: Call, loaded: LoadedConfig, base: Base | undefined): Promise<boolean> {
  const file = baselineFile(call, loaded);
  if (file === undefined || optionIsSet(call.input, 'updateBaseline')) return true;
  return (await readBaseline(readerOfBaseline(call, base?.isTaken ? base.given : undefined), file)) !== undefined;
}

interface Baselining {
  readonly loaded: LoadedConfig;
  readonly subjects: readonly Subject[];
  /** of the files of the baseline */
  readonly reader: TextReader;
}

async function applyBaseline(
  call: Call,
  { loaded, subjects, reader }: Baselining,
): Promise<Pick<Accepted, 'subjects' | 'notes'> | undefined> {
  const file = baselineFile(call, loaded);
  const updates = optionIsSet(call.input, 'updateBaseline');
  if (file === undefined) {
    if (!updates) return { subjects, notes: [] };
    await complain(call.io, { message: '--update-baseline needs a file', help: '--baseline FILE, or `baseline` in the configuration' });
    return undefined;
  }
  const isNew = updates && 'problem' in (await reader.read(file));
  const known = isNew ? [] : await readBaseline(reader, file);
  if (known === undefined) return undefined;
  const muted = muteByBaseline(subjects, known, { file });
  if (!updates)
    return {
      subjects: muted.subjects,
      notes: muted.gone.map((one) => `${nameOf(one)} does not occur any more: --update-baseline drops it from ${file}`),
    };
  const now = knownOf(muted.subjects);
  const { problem } = await call.io.write(file, baselineText(now));
  if (problem !== undefined) {
    await complain(call.io, { message: `cannot write \`${file}\`: ${problem}` });
    return undefined;
  }
  const dropped = muted.gone.map((one) => `${nameOf(one)} does not occur any more: dropped from ${file}`);
  return { subjects: muteByBaseline(subjects, now, { file }).subjects, notes: [`${file}: ${now.length} known`, ...dropped] };
}

function nameOf({ claim, subject, shown }: KnownFinding): string {
  return `known ${claim} of ${subject} (${shown})`;
}
