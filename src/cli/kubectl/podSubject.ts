/** A running pod's rules and the place around them; what the user says of the place counts first. */

import { withTold } from '../../connection/hostBeside.ts';
import type { Host } from '../../host/host.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { readHost } from '../../host/readHost.ts';
import { enumeration } from '../../lib/enumeration.ts';
import { invariant } from '../../lib/invariant.ts';
import { parseJson } from '../../lib/json.ts';
import { type Call, optionList } from '../argv/command.ts';
import { readPlace } from '../input/place.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { ruleReadingOf } from '../input/ruleTexts.ts';
import { complain } from '../io/messages.ts';
import type { PodFacts } from './podFacts.ts';
import type { PodFiles } from './podFiles.ts';

/** Undefined when an option cannot be read, which has been reported. */
export async function runningPodSubject(
  call: Call,
  { rules: { path: file, text }, host: described, facts, about, mesh, absentFamilies, names }: PodFiles,
  equal: readonly PodFiles[] = [],
): Promise<RuleSubject | undefined> {
  const said = await readPlace(call);
  const reading = await ruleReadingOf(call);
  if (said === undefined || reading === undefined) return undefined;
  const rules = { sources: [{ file, text }], reading, about };
  const profile = said.profile ?? mesh;
  const ofMesh = { absentFamilies, ...(profile !== undefined && { profile }) };
  if (said.host !== undefined && said.host.placeUnsaid !== true) return { rules, names, place: { ...said, ...ofMesh } };
  const complaint = described === undefined ? undefined : podIpComplaint(optionList(call.input, 'podIp'), true);
  if (complaint !== undefined) {
    await complain(call.io, { message: `--pod-ip: ${complaint}` });
    return undefined;
  }
  const saysWho = said.proxyUid !== undefined || said.proxyGid !== undefined;
  const { proxyUid, proxyGid, addresses } = facts;
  const podIps = said.podIps ?? addresses.flatMap((address) => parsePodAddress(address) ?? []);
  return {
    rules,
    names,
    place: {
      ...said,
      ...ofMesh,
      ...(!saysWho && proxyUid !== undefined && { proxyUid }),
      ...(!saysWho && proxyGid !== undefined && { proxyGid }),
      ...(described === undefined
        ? podIps.length > 0 && { podIps }
        : { host: { ...hostOfPod(described, said.host), called: calledOf(described, [facts, ...equal.map((one) => one.facts)]) } }),
    },
  };
}

/** With what a host file beside it says. */
function hostOfPod(described: NonNullable<PodFiles['host']>, told: Host | undefined): Host {
  const host = hostIn(described);
  return told === undefined ? host : withTold(host, told);
}

/** Written by us from what was told inside, and read once before. */
function hostIn({ path, text, sockets }: NonNullable<PodFiles['host']>): Host {
  const { host, problems } = readHost(parseJson(text));
  invariant(host !== undefined, `${path}: ${problems.join('; ')}`);
  return sockets === true ? { ...host, transparencyUnsaid: true } : host;
}

const MOST_ADDRESSES = 4;

/** `the running pod at 10.244.1.7, its listeners assumed`; of equal pods the addresses of each. */
function calledOf({ sockets }: NonNullable<PodFiles['host']>, pods: readonly PodFacts[]): string {
  const addresses = pods.flatMap((pod) => (pod.addresses.length === 0 ? [] : [pod.addresses.join('/')]));
  const shown = addresses.slice(0, MOST_ADDRESSES);
  const left = addresses.length - shown.length;
  const parts = [...shown, ...(left > 0 ? [`${left} more`] : [])];
  const list = parts.length === 0 ? '' : ` at ${enumeration(parts)}`;
  return pods.length > 1
    ? `the running pods${list}${sockets ? '' : ', their listeners assumed'}`
    : `the running pod${list}${sockets ? '' : ', its listeners assumed'}`;
}
