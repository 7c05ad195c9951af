/** The configuration, and the findings that it takes for known, against those of the base. */
import type { Broken } from '../../app/ci/promises.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { from } from '../config/paths.ts';
import { quietReader } from '../input/reader.ts';
import { readBaseline } from './baseline.ts';
import { type ConfigChange, configChanges } from './configChanges.ts';
import type { ConfigOnBase } from './configOnBase.ts';
import type { Base } from './setUp.ts';

export interface ChangedPromises {
  readonly changed: readonly Broken[];
  readonly notes: readonly string[];
}

export async function changedPromises(call: Call, loaded: LoadedConfig, base: Base): Promise<ChangedPromises> {
  const { config, revision, isTaken } = base;
  if (isTaken) return { changed: [], notes: [`the configuration is that of ${revision}`] };
  if (config.kind === 'none') return { changed: [], notes: [`nothing to compare the configuration with: ${config.why}`] };
  const changed = await configChangesOf(call, loaded, config);
  return { changed: [...changed, ...(await newlyKnown(call, loaded, base))], notes: [] };
}

async function configChangesOf(
  call: Call,
  loaded: LoadedConfig,
  config: Exclude<ConfigOnBase, { kind: 'none' }>,
): Promise<readonly ConfigChange[]> {
  const was = config.kind === 'code' ? config.file : config.loaded.source.file;
  const is = loaded.source.file;
  const moved: readonly ConfigChange[] =
    was === is ? [] : [{ level: 'error', message: `the configuration is \`${is}\`; on the base it is \`${was}\`` }];
  if (config.kind === 'data' && !loaded.isCode) {
    const given = optionText(call.input, 'base') !== undefined;
    const changes = configChanges(config.loaded.config, loaded.config);
    // what the command line says counts anyway
    return [...moved, ...changes.map((one) => (given && one.message.startsWith('`base` ') ? { ...one, level: 'info' as const } : one))];
  }
  if (config.kind === 'data')
    return [...moved, { level: 'error', message: 'the configuration is code now, and what it says on the base is not compared' }];
  const now = await call.io.read(is);
  const same = 'text' in now && now.text === config.text;
  return same ? moved : [...moved, { level: 'error', message: `\`${is}\` is code, and another text than on the base` }];
}

/** Entries of the baseline file that the base has not. */
async function newlyKnown(call: Call, { config, folder }: LoadedConfig, { tree, revision }: Base): Promise<readonly Broken[]> {
  const file = optionText(call.input, 'baseline') ?? (config.baseline === undefined ? undefined : from(folder, config.baseline));
  if (file === undefined || optionIsSet(call.input, 'updateBaseline')) return [];
  const now = (await readBaseline(quietReader(call.io.read), file)) ?? [];
  const before = (await readBaseline(quietReader(tree.read), file)) ?? [];
  const key = ({ fingerprint, packets }: (typeof now)[number]) => JSON.stringify([fingerprint, packets]);
  const known = new Set(before.map(key));
  return now
    .filter((one) => !known.has(key(one)))
    .map(({ claim, subject, shown }) => ({
      level: 'error',
      message: `\`${file}\` takes \`${claim}\` of ${subject} for known, which ${revision} has not: ${shown}`,
    }));
}
