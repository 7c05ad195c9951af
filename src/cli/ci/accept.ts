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
  // the command line's own is a file that is here
  const isHere = tree === undefined || optionText(call.input, 'baseline') !== undefined || optionIsSet(call.input, 'updateBaseline');
  const baselined = await applyBaseline(call, {
    loaded,
    subjects: configured,
    reader: isHere ? readerOf(call) : { ...readerOf(call), read: tree.read },
  });
  return baselined && { ...baselined, diagnostics };
}

interface Baselining {
  readonly loaded: LoadedConfig;
  readonly subjects: readonly Subject[];
  /** of the files of the baseline */
  readonly reader: TextReader;
}

async function applyBaseline(
  call: Call,
  { loaded: { config, folder }, subjects, reader }: Baselining,
): Promise<Pick<Accepted, 'subjects' | 'notes'> | undefined> {
  // --baseline counts from here, the configuration's from its own folder
  const file = optionText(call.input, 'baseline') ?? (config.baseline === undefined ? undefined : from(folder, config.baseline));
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
