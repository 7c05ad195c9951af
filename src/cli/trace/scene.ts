/** The world in which packets are traced: rulesets, mesh profile and host. */

import { isId } from '../../connection/proxyIdentity.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import type { GivenScene } from '../../connection/walkGiven.ts';
import type { Host } from '../../host/host.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { readHost } from '../../host/readHost.ts';
import { toData } from '../../kubernetes/yaml/node.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import { type Call, listOf, textOf } from '../argv/command.ts';
import { readDocument } from '../input/readYaml.ts';
import { complain } from '../io/messages.ts';

export interface Scene extends GivenScene {
  /** also record the rules that do not match */
  readonly detailed: boolean;
  /** of a pod that has a proxy: why nobody captures it, or why its rules are not known, and no packet can be walked */
  readonly outside?: { readonly says: string; readonly walks: boolean };
  /** of each question */
  readonly limits?: () => BudgetLimits;
}

/** What the options say of the place of the rules; undefined when one cannot be read, which has been said. */
export async function readPlaceOptions(call: Call): Promise<GivenPlace | undefined> {
  const { io, input } = call;
  const file = textOf(input, 'host');
  const texts = listOf(input, 'podIp');
  const complaint = podIpComplaint(texts, file !== undefined);
  if (complaint !== undefined) {
    await complain(io, { message: `--pod-ip: ${complaint}`, help: '--pod-ip 10.12.3.4, or 10.12.3.4/16; once for each family' });
    return undefined;
  }
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  const uid = await readId(call, 'proxyUid', '--proxy-uid');
  const gid = uid === undefined ? undefined : await readId(call, 'proxyGid', '--proxy-gid');
  if (uid === undefined || gid === undefined) return undefined;
  const profile = textOf(input, 'profile');
  const said = {
    ...(uid.id !== undefined && { proxyUid: uid.id }),
    ...(gid.id !== undefined && { proxyGid: gid.id }),
    ...(profile !== undefined && { profile }),
  };
  if (file === undefined) return podIps.length === 0 ? said : { ...said, podIps };
  const host = await readHostFile(call, file);
  return host === undefined ? undefined : { ...said, host };
}

async function readId({ io, input }: Call, name: string, flag: string): Promise<{ readonly id?: number } | undefined> {
  const text = textOf(input, name);
  if (text === undefined) return {};
  if (/^\d{1,10}$/.test(text) && isId(Number(text))) return { id: Number(text) };
  await complain(io, { message: `${flag} expects a numeric id, not \`${text}\`` });
  return undefined;
}

async function readHostFile(call: Call, file: string): Promise<Host | undefined> {
  const document = await readDocument(call, file);
  if (document === undefined) return undefined;
  const { host, problems } = readHost(toData(document.root));
  for (const problem of problems) await complain(call.io, { message: `${file}: ${problem}` });
  return host;
}
