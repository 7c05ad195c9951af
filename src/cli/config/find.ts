/** Which file the configuration is: the nearest `chainwalk.config.*` from this folder upwards, or --config. */
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { from } from './paths.ts';

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((end) => `chainwalk.config.${end}`);

const EXAMPLE = 'a chainwalk.config.yaml is as short as `groups: [{ files: "net/*.rules" }]`; see `chainwalk explain config`';

export function isCode(file: string): boolean {
  return /\.[cm]?[jt]s$/.test(file);
}

/** Undefined when there is none that can be used, which has been reported. */
export async function configFile(call: Call): Promise<string | undefined> {
  const { io, input } = call;
  const given = optionText(input, 'config');
  const file = given ?? (await nearest(call));
  if (file === undefined) return undefined;
  if (isCode(file) && optionIsSet(input, 'configDataOnly')) {
    await complain(io, {
      message: `\`${file}\` is code, and --config-data-only does not run it`,
      help: 'write it in YAML or JSON: such a file is read, not run',
    });
    return undefined;
  }
  if (given === undefined && (await io.place(file)).isForeign) {
    await complain(io, { message: `\`${file}\` belongs to another user: it is not read`, help: `--config ${file} reads it anyway` });
    return undefined;
  }
  return file;
}

async function nearest({ io }: Call): Promise<string | undefined> {
  for (const folder of await foldersUpwards(io)) {
    const found = await configsIn(io, folder);
    if (found.length === 1) return found[0];
    if (found.length === 0) continue;
    await complain(io, {
      message: `there are two configurations, ${found.map((one) => `\`${one}\``).join(' and ')}`,
      help: '--config FILE chooses one',
    });
    return undefined;
  }
  await complain(io, {
    message: 'no chainwalk.config.ts, .js, .json or .yaml in this folder or above it, up to the top of the repository',
    help: EXAMPLE,
  });
  return undefined;
}

export async function configsIn({ read }: Pick<Io, 'read'>, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of NAMES) if ('text' in (await read(from(folder, name)))) found.push(from(folder, name));
  return found;
}

/** This folder and those above it, up to the top of the repository, and not above the user's own: what lies above belongs to others. */
export async function foldersUpwards({ cwd, env, place }: Pick<Io, 'cwd' | 'env' | 'place'>): Promise<readonly string[]> {
  const home = env.HOME === undefined || env.HOME === '' ? undefined : (await place(env.HOME)).real;
  const depth = cwd.split(/[\\/]/).filter((part) => part !== '').length;
  const folders: string[] = [];
  for (let folder = ''; folders.length <= depth; folder = from(folder, '..')) {
    folders.push(folder);
    const { real } = await place(folder === '' ? '.' : folder);
    if (real === home || (await place(from(folder, '.git'))).kind !== 'missing') break;
  }
  return folders;
}
