/** The world in which packets are traced: rulesets, mesh profile and host. */
import type { Host } from '../../host/host.ts';
import { readHost } from '../../host/readHost.ts';
import { toData } from '../../istio/manifest/node.ts';
import { hostOf, profileOf } from '../../journey/setting.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { PROFILES } from '../../mesh/profiles.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Call, textOf } from '../command.ts';
import { readDocument } from '../manifest/readYaml.ts';
import { complain } from '../messages.ts';

export interface Scene {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** also record the rules that do not match */
  readonly detailed: boolean;
}

/** What --host says; undefined when it cannot be read, which has been said. */
export async function readHostOption(call: Call): Promise<{ readonly host?: Host } | undefined> {
  const file = textOf(call.input, 'host');
  if (file === undefined) return {};
  const host = await readHostFile(call, file);
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

async function readHostFile(call: Call, file: string): Promise<Host | undefined> {
  const document = await readDocument(call, file);
  if (document === undefined) return undefined;
  const { host, problems } = readHost(toData(document.root));
  for (const problem of problems) await complain(call.io, { message: `${file}: ${problem}` });
  return host;
}
