/** The world in which packets are traced: rulesets, mesh profile and host. */
import type { Host } from '../../host/host.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { readHost } from '../../host/readHost.ts';
import { toData } from '../../istio/manifest/node.ts';
import { assumedHost } from '../../journey/assumedHost.ts';
import { hostOf, profileOf } from '../../journey/setting.ts';
import type { GivenScene } from '../../journey/walkGiven.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import { PROFILES } from '../../mesh/profiles.ts';
import { familyOf, type Prefix } from '../../packet/address.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Call, listOf, textOf } from '../command.ts';
import { readDocument } from '../manifest/readYaml.ts';
import { complain } from '../messages.ts';

export interface Scene extends GivenScene {
  /** also record the rules that do not match */
  readonly detailed: boolean;
  /** of each question */
  readonly limits?: () => BudgetLimits;
}

export interface GivenHost {
  /** what --host says */
  readonly host?: Host;
  /** what --pod-ip says, at most one of each family; absent where --host is given */
  readonly podIps?: readonly Prefix[];
}

/** Undefined when an option cannot be read, which has been said. */
export async function readHostOption(call: Call): Promise<GivenHost | undefined> {
  const { io, input } = call;
  const file = textOf(input, 'host');
  const texts = listOf(input, 'podIp');
  const complaint = podIpComplaint(texts, file !== undefined);
  if (complaint !== undefined) {
    await complain(io, { message: `--pod-ip: ${complaint}`, help: '--pod-ip 10.12.3.4, or 10.12.3.4/16; once for each family' });
    return undefined;
  }
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  if (file === undefined) return podIps.length === 0 ? {} : { podIps };
  const host = await readHostFile(call, file);
  return host === undefined ? undefined : { host };
}

export interface SceneInput {
  readonly rulesets: readonly Ruleset[];
  readonly given: GivenHost;
  /** what --profile says */
  readonly profileName: string;
  readonly detailed: boolean;
  readonly limits?: () => BudgetLimits;
}

/** Without a host: a pod, as the mesh of the rules sets it up. */
export function sceneOf({ rulesets, given: { host, podIps = [] }, profileName, detailed, limits }: SceneInput): Scene {
  const profile = chooseProfile(profileName, rulesets);
  const known = { rulesets, detailed, ...(limits && { limits }), ...(profile !== undefined && { profile }) };
  if (host !== undefined) return { ...known, host };
  const families = podIps.map(({ address }) => familyOf(address));
  return { ...known, host: hostOf(rulesets, profile, podIps), assumed: assumedHost(rulesets, families) };
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
