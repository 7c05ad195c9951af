/** What callers of the library hand in beside rules, read: hosts, packets and sets of them. */

import type { PlacedHost } from '../../connection/assumedHost.ts';
import { isId } from '../../connection/proxyIdentity.ts';
import { type SaidPacket, withDirection } from '../../connection/saidDirection.ts';
import { type ChosenSetting, chooseSetting, type GivenPlace } from '../../connection/setting.ts';
import { unknownAtStart } from '../../diff/unknownAtStart.ts';
import type { Host } from '../../host/host.ts';
import type { HostDescription } from '../../host/hostDescription.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { readHost } from '../../host/readHost.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { ProfileName } from '../../mesh/names.ts';
import type { Prefix } from '../../packet/address.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { readPacketJson } from '../../packet/readPacketJson.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { parsePacket } from '../../syntax/packets/parsePacket.ts';
import { type PacketSet, parsePacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { errorInLine, InputError } from './inputError.ts';
import { BUDGET, type OptionKinds, PROFILE_OPTION } from './options.ts';
import { shownValue } from './shown.ts';

/** Where a question is asked. */
export interface SettingOptions {
  /** the most that the question may cost; what takes more is undecided, with a reason that begins with `budget:` */
  readonly budget?: BudgetLimits;
  /** a host description as in a `--host` file; absent: a pod, as the mesh of the rules sets it up */
  readonly host?: HostDescription | undefined;
  /** addresses of the pod where there is no host, at most one of each family: `10.12.3.4`, `10.12.3.4/16` */
  readonly podIps?: readonly string[];
  /** name of a mesh profile, `auto` when absent */
  readonly profile?: ProfileName | undefined;
  /** user and group that the proxy runs as */
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  /** rules that are given as a text without any table or rule are meant so */
  readonly allowEmpty?: boolean;
}

export const SETTING_OPTIONS: OptionKinds<SettingOptions> = {
  budget: BUDGET,
  host: 'anything',
  podIps: 'texts',
  profile: PROFILE_OPTION,
  proxyUid: 'id',
  proxyGid: 'id',
  allowEmpty: 'flag',
};

interface Asked {
  readonly where?: PacketSet | undefined;
}

/** @throws InputError when the host, the profile or an id cannot be read */
export function librarySettingOf(rulesets: readonly Ruleset[], options: SettingOptions, { where }: Asked = {}): ChosenSetting {
  return chooseSetting({ rulesets, given: givenPlace(options), where });
}

/** @throws InputError */
export function givenPlace({ host, podIps, profile, proxyUid, proxyGid }: SettingOptions): GivenPlace {
  return {
    podIps: podIpsFrom(podIps, host),
    ...(host !== undefined && { host: hostFrom(host) }),
    ...(profile !== undefined && { profile }),
    ...(proxyUid !== undefined && { proxyUid: idFrom('proxyUid', proxyUid) }),
    ...(proxyGid !== undefined && { proxyGid: idFrom('proxyGid', proxyGid) }),
  };
}

function idFrom(name: string, id: unknown): number {
  if (isId(id)) return id;
  throw new InputError([`\`${name}\` is a number from 0 to 4294967294, not ${shownValue(id)}`]);
}

function podIpsFrom(texts: readonly string[] = [], host?: unknown): readonly Prefix[] {
  const complaint = podIpComplaint(texts, host !== undefined);
  if (complaint !== undefined) throw new InputError([`podIps: ${complaint}`]);
  return texts.flatMap((text) => parsePodAddress(text) ?? []);
}

/** @throws InputError */
export function hostFrom(description: unknown): Host {
  const { host, problems } = readHost(description);
  if (host === undefined) throw new InputError(problems);
  return host;
}

/** @throws InputError */
export function packetSetFrom(text: unknown): PacketSet {
  if (typeof text !== 'string')
    throw new InputError([`a set of packets is a text, such as \`out tcp -> 10.0.0.0/8\`; this is ${shownValue(text)}`]);
  const { set, diagnostics } = parsePacketSet({ file: 'where', text });
  if (set === undefined) throw errorInLine(diagnostics);
  const late = unknownAtStart(set);
  if (late !== undefined) throw new InputError([`packets before the rules have no \`${late}\``]);
  return set;
}

/** A packet in words: `out tcp -> 203.0.113.9:443 uid=1000`, options of iptables, a line of the kernel's log or of `tcpdump -nn`. */
export type PacketNotation = string;
/** A packet in words, or in object form. */
export type PacketInput = PacketNotation | Partial<PacketJson>;

/** @throws InputError, also where a line has no direction and the host's addresses do not show it */
export function packetFrom(packet: unknown, place: PlacedHost): SaidPacket {
  const said = withDirection(place, packetIn(packet));
  if ('message' in said) throw new InputError([`${said.message}; ${said.help}`]);
  return said;
}

function packetIn(packet: unknown): SaidPacket {
  if (typeof packet === 'string') {
    const { packet: given, diagnostics, notes, isWayUnsaid } = parsePacket({ file: 'packet', text: packet });
    if (given === undefined) throw errorInLine(diagnostics);
    return { given, ...(notes && { notes }), ...(isWayUnsaid && { isWayUnsaid }) };
  }
  if (typeof packet !== 'object' || packet === null || Array.isArray(packet))
    throw new InputError([`a packet is a text, such as \`out tcp -> 203.0.113.9:443\`, or an object; this is ${shownValue(packet)}`]);
  const { given, problems } = readPacketJson(packet);
  if (given === undefined) throw new InputError(problems);
  return { given };
}
