/** The options that say where the rules are: the host around them, the pod's addresses, the mesh and who its proxy is. */
import { isId } from '../../connection/proxyIdentity.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { type Call, optionList, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import { readHostFiles } from './hostFiles.ts';
import { readerOf, type TextReader } from './reader.ts';

/** Undefined when one cannot be read, which has been reported. */
export function readPlace(call: Call): Promise<GivenPlace | undefined> {
  return placeWith(call, hostFiles(call));
}

/** Of one side of a comparison, whose own files come before those of both; undefined as above. */
export async function readPlaceOf(call: Call, side: 'base' | 'head'): Promise<GivenPlace | undefined> {
  const own = optionList(call.input, `${side}Host`);
  if (own.length === 0) return readPlace(call);
  const place = await placeWith(call, own);
  return place?.host === undefined ? place : { ...place, host: { ...place.host, called: `the host of ${own.join(', ')}` } };
}

async function placeWith(call: Call, files: readonly string[]): Promise<GivenPlace | undefined> {
  const { io, input } = call;
  const texts = optionList(input, 'podIp');
  const complaint = podIpComplaint(texts, files.length > 0);
  if (complaint !== undefined) {
    await complain(io, { message: `--pod-ip: ${complaint}`, help: '--pod-ip 10.12.3.4, or 10.12.3.4/16; once for each family' });
    return undefined;
  }
  const uid = await readId(call, 'proxyUid', '--proxy-uid');
  const gid = uid === undefined ? undefined : await readId(call, 'proxyGid', '--proxy-gid');
  if (uid === undefined || gid === undefined) return undefined;
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  const profile = optionText(input, 'profile');
  const said = {
    ...(uid.id !== undefined && { proxyUid: uid.id }),
    ...(gid.id !== undefined && { proxyGid: gid.id }),
    ...(profile !== undefined && { profile }),
  };
  if (files.length === 0) return podIps.length === 0 ? said : { ...said, podIps };
  const host = await readHostFiles(readerOf(call), files);
  return host && { ...said, host };
}

async function readId({ io, input }: Call, name: string, flag: string): Promise<{ readonly id?: number } | undefined> {
  const text = optionText(input, name);
  if (text === undefined) return {};
  if (/^\d{1,10}$/.test(text) && isId(Number(text))) return { id: Number(text) };
  await complain(io, { message: `${flag} expects a numeric id, not \`${text}\`` });
  return undefined;
}

/** The same as a file says it: a group of the configuration, or expectations. */
export interface WrittenPlace {
  /** a path from here */
  readonly host?: string | undefined;
  readonly podIps?: readonly string[] | undefined;
  readonly profile?: string | undefined;
  readonly proxyUid?: number | undefined;
  readonly proxyGid?: number | undefined;
}

/** Undefined when it cannot be used, which has been reported. */
export async function readWrittenPlace(
  reader: TextReader,
  { host: file, podIps: texts = [], profile, proxyUid, proxyGid }: WrittenPlace,
): Promise<GivenPlace | undefined> {
  const complaint = podIpComplaint(texts, file !== undefined);
  if (complaint !== undefined) {
    await reader.complain({ message: `podIps: ${complaint}` });
    return undefined;
  }
  const host = file === undefined ? undefined : await readHostFiles(reader, [file]);
  if (file !== undefined && host === undefined) return undefined;
  const podIps = texts.flatMap((text) => parsePodAddress(text) ?? []);
  return {
    ...(host !== undefined && { host }),
    ...(podIps.length > 0 && { podIps }),
    ...(profile !== undefined && { profile }),
    ...(proxyUid !== undefined && { proxyUid }),
    ...(proxyGid !== undefined && { proxyGid }),
  };
}

/** Of --host, which some commands take once. */
function hostFiles({ input }: Call): readonly string[] {
  const file = optionText(input, 'host');
  return file === undefined ? optionList(input, 'host') : [file];
}
