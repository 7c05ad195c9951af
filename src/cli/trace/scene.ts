/** The world in which packets are traced: rulesets, mesh profile and host. */
import type { Host } from '../../host/host.ts';
import { readHost } from '../../host/readHost.ts';
import { hostOf, profileOf } from '../../journey/setting.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { PROFILES } from '../../mesh/profiles.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Call, textOf } from '../command.ts';
import type { Io } from '../io.ts';
import { complain } from '../messages.ts';

export interface Scene {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** also record the rules that do not match */
  readonly detailed: boolean;
}

/** What --host says; undefined when it cannot be read, which has been said. */
export async function readHostOption({ io, input }: Call): Promise<{ readonly host?: Host } | undefined> {
  const file = textOf(input, 'host');
  if (file === undefined) return {};
  const host = await readHostFile(io, file);
  return host === undefined ? undefined : { host };
}

export interface SceneInput {
  readonly rulesets: readonly Ruleset[];
  /** what --host says */
  readonly given: Host | undefined;
  /** what --profile says */
  readonly profileName: string;
  readonly detailed: boolean;
}

/** Without a host: a pod, as the mesh of the rules sets it up. */
export function sceneOf({ rulesets, given, profileName, detailed }: SceneInput): Scene {
  const profile = chooseProfile(profileName, rulesets);
  return { rulesets, detailed, host: given ?? hostOf(rulesets, profile), ...(profile !== undefined && { profile }) };
}

function chooseProfile(name: string, rulesets: readonly Ruleset[]): MeshProfile | undefined {
  return name === 'auto' ? profileOf(rulesets) : PROFILES.find((profile) => profile.name === name);
}

async function readHostFile(io: Io, file: string): Promise<Host | undefined> {
  const content = await io.read(file);
  if ('problem' in content) {
    await complain(io, { message: `cannot read \`${file}\`: ${content.problem}` });
    return undefined;
  }
  const value = await parseData(content.text);
  if ('problem' in value) {
    await complain(io, { message: `${file}: ${value.problem}`, help: 'the host description is JSON or YAML' });
    return undefined;
  }
  const { host, problems } = readHost(value.data);
  for (const problem of problems) await complain(io, { message: `${file}: ${problem}` });
  return host;
}

/** JSON first: YAML's parser is large and loaded only when it is needed. */
async function parseData(text: string): Promise<{ readonly data: unknown } | { readonly problem: string }> {
  try {
    return { data: JSON.parse(text) };
  } catch {
    const { parse, YAMLParseError } = await import('yaml');
    try {
      return { data: parse(text) };
    } catch (error) {
      if (error instanceof YAMLParseError) return { problem: inOurWords(error.message) };
      throw error;
    }
  }
}

/** `Unexpected scalar at node end at line 6, column 1:`, and a frame below it. */
function inOurWords(message: string): string {
  const [first = ''] = message.split('\n');
  return first.slice(0, 1).toLowerCase() + first.slice(1).replace(/:$/, '');
}
