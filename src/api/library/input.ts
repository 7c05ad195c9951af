/** What callers of the library hand in, read: rules, hosts, packets and sets of them. */

import { isId } from '../../connection/proxyIdentity.ts';
import { type ChosenSetting, chooseSetting, type GivenPlace } from '../../connection/setting.ts';
import { unknownAtStart } from '../../diff/rulesets.ts';
import type { Host } from '../../host/host.ts';
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import { readHost } from '../../host/readHost.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { Family, Prefix } from '../../packet/address.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { readPacketJson } from '../../packet/readPacketJson.ts';
import { readRules } from '../../ruleset/readRules.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { parsePacket } from '../../syntax/packets/parsePacket.ts';
import { type PacketSet, parsePacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { lineStarts, positionAt } from '../../syntax/text/source.ts';
import { InputError } from './inputError.ts';
import { BUDGET, checkOptions, FAMILY_OPTION, type OptionKinds, PROFILE_OPTION, TABLE_OPTION } from './options.ts';

export { InputError } from './inputError.ts';

export interface ParseOptions {
  /** name for diagnostics and traces; `rules` when absent */
  readonly file?: string;
  /** decides where the text leaves IPv4 or IPv6 open */
  readonly family?: Family;
  /** whose rules, where the text is a log that has those of several pods */
  readonly pod?: string;
  /** the table of rules that name none, as `iptables -S` prints them: a part of it */
  readonly table?: 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
  /** values of shell variables */
  readonly variables?: Readonly<Record<string, string>>;
  /** a text without any table or rule is meant so: a kernel that has none; otherwise it is an error */
  readonly allowEmpty?: boolean;
}

export interface Parsed {
  /** one per family; none for a family that the kernel would refuse to load */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

const PARSE_OPTIONS: OptionKinds<ParseOptions> = {
  file: 'text',
  family: FAMILY_OPTION,
  pod: 'text',
  table: TABLE_OPTION,
  variables: 'textByName',
  allowEmpty: 'flag',
};

/** Reads rules in any of the forms that the command line reads. Never throws for what the text says.
 *  @throws InputError when an option cannot be read */
export function parse(text: string, given: ParseOptions = {}): Parsed {
  checkOptions(given, PARSE_OPTIONS);
  const { file = 'rules', family, pod, table, variables = {}, allowEmpty = false } = given;
  const options = {
    variables: new Map(Object.entries(variables)),
    allowEmpty,
    ...(family !== undefined && { family }),
    ...(pod !== undefined && { pod }),
    ...(table !== undefined && { table }),
  };
  return readRules({ file, text }, options);
}

/** One ruleset, or those of both families. */
export type Rules = Ruleset | readonly Ruleset[];
/** Rules, what `parse` returned, or a text for it. */
export type RulesInput = Rules | Parsed | string;

/** At least one. @throws InputError when the text is wrong or has no rules */
export function rulesetsOf(rules: RulesInput, { allowEmpty }: Pick<ParseOptions, 'allowEmpty'> = {}): readonly Ruleset[] {
  if (typeof rules === 'string') return rulesetsOf(parse(rules, { ...(allowEmpty !== undefined && { allowEmpty }) }));
  if (typeof rules !== 'object' || rules === null) throw new InputError(['there are no rules']);
  if ('tables' in rules) return [rules];
  const errors = 'rulesets' in rules ? rules.diagnostics.filter(isError) : [];
  if (errors.length > 0) throw new InputError(errors.map(problemText));
  const rulesets = 'rulesets' in rules ? rules.rulesets : rules;
  if (rulesets.length === 0) throw new InputError(['there are no rules']);
  return rulesets;
}

export function problemText({ source, span, message, help }: Diagnostic): string {
  const { line, column } = positionAt(lineStarts(source.text), span.start);
  return `${source.file}:${line}:${column}: ${message}${help === undefined ? '' : ` (${help})`}`;
}

/** Where a question is asked. */
export interface SettingOptions {
  /** the most that the question may cost; what takes more is undecided, with a reason that begins with `budget:` */
  readonly budget?: BudgetLimits;
  /** a host description as in a `--host` file; absent: a pod, as the mesh of the rules sets it up */
  readonly host?: unknown;
  /** addresses of the pod where there is no host, at most one of each family: `10.12.3.4`, `10.12.3.4/16` */
  readonly podIps?: readonly string[];
  /** name of a mesh profile, `auto` when absent */
  readonly profile?: string;
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
  /** of a comparison the rules of the base */
  readonly shownBy?: readonly Ruleset[];
  readonly where?: PacketSet | undefined;
}

/** @throws InputError when the host, the profile or an id cannot be read */
export function librarySettingOf(rulesets: readonly Ruleset[], options: SettingOptions, { shownBy, where }: Asked = {}): ChosenSetting {
  return chooseSetting({ rulesets, given: givenPlace(options), where, ...(shownBy !== undefined && { shownBy }) });
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
  throw new InputError([`\`${name}\` is a number from 0 to 4294967294, not \`${String(id)}\``]);
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
export function packetSetFrom(text: string): PacketSet {
  const { set, diagnostics } = parsePacketSet({ file: 'where', text });
  if (set === undefined) throw new InputError(diagnostics.map(({ message }) => message));
  const late = unknownAtStart(set);
  if (late !== undefined) throw new InputError([`packets have no \`${late}\` as they start`]);
  return set;
}

/** A packet in notation or object form. @throws InputError */
export function packetFrom(packet: string | Partial<PacketJson>): PartialPacket {
  if (typeof packet !== 'string') {
    const { given, problems } = readPacketJson(packet);
    if (given === undefined) throw new InputError(problems);
    return given;
  }
  const { packet: given, diagnostics } = parsePacket({ file: 'packet', text: packet });
  if (given === undefined) throw new InputError(diagnostics.map(({ message }) => message));
  return given;
}
