/** The library: pure functions of their arguments. No file, clock, network or environment; it also runs in a browser. */
import { completePacket } from './host/completePacket.ts';
import type { Host } from './host/host.ts';
import { readHost } from './host/readHost.ts';
import type { Mode } from './istio/modes.ts';
import type { Rendered } from './istio/render.ts';
import { renderRequest } from './istio/request.ts';
import type { HostFacts } from './istio/settings.ts';
import type { Outcome } from './journey/journey.ts';
import { hostOf, profileOf } from './journey/setting.ts';
import { walkJourney } from './journey/walkJourney.ts';
import type { MeshProfile } from './mesh/profile.ts';
import { PROFILES } from './mesh/profiles.ts';
import type { Family } from './packet/address.ts';
import { type DiffReport, toDiffReport } from './report/diffJson.ts';
import { type FindReport, toFindReport } from './report/findJson.ts';
import type { PacketJson } from './report/packetJson.ts';
import { readPacketJson } from './report/readPacketJson.ts';
import { type Trace, toTrace } from './report/traceJson.ts';
import { toVerifyReport, type VerifyReport } from './report/verifyJson.ts';
import { resolve } from './ruleset/resolve.ts';
import type { Ruleset } from './ruleset/ruleset.ts';
import { type Diagnostic, isError } from './syntax/diagnostic.ts';
import { parseRules } from './syntax/parse.ts';
import { parsePacket } from './syntax/parsePacket.ts';
import { parsePacketSet } from './syntax/parsePacketSet.ts';
import { CLAIMS } from './verify/claims.ts';
import { diffRulesets, unknownAtStart } from './verify/diffRulesets.ts';
import { find as findPackets } from './verify/find.ts';
import { podsOf } from './verify/pods.ts';
import { verifyRulesets } from './verify/verify.ts';

export {
  type ChainwalkConfig,
  type ConfigClaims,
  type ConfigGroup,
  type ConfigKind,
  type ConfigSuppression,
  defineConfig,
} from './config.ts';
export type { Outcome } from './journey/journey.ts';
export type { DiffChange, DiffDoubt, DiffReport, DiffSide } from './report/diffJson.ts';
export type { FindClass, FindDoubt, FindReport } from './report/findJson.ts';
export type { PacketJson } from './report/packetJson.ts';
export type * from './report/traceJson.ts';
export type { VerifyFinding, VerifyReport, VerifyResult, VerifySummary } from './report/verifyJson.ts';
export { print } from './ruleset/print.ts';
export type { Chain, Clause, Rule, Ruleset, Table } from './ruleset/ruleset.ts';
export type { Diagnostic, DiagnosticKind } from './syntax/diagnostic.ts';
export type { Source, Span } from './syntax/source.ts';

export interface ParseOptions {
  /** name for diagnostics and traces; `rules` when absent */
  readonly file?: string;
  /** decides where the text leaves IPv4 or IPv6 open */
  readonly family?: Family;
  /** values of shell variables */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Parsed {
  /** one per family; none for a family that the kernel would refuse to load */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads rules in any of the forms that the command line reads. Never throws for what the text says. */
export function parse(text: string, { file = 'rules', family, variables = {} }: ParseOptions = {}): Parsed {
  const source = { file, text };
  const read = parseRules(source, { variables: new Map(Object.entries(variables)), ...(family !== undefined && { family }) });
  const resolved = read.rulesets.map((node) => resolve(node));
  return {
    rulesets: resolved.flatMap(({ ruleset }) => ruleset ?? []),
    diagnostics: [...read.diagnostics, ...resolved.flatMap(({ diagnostics }) => diagnostics)],
  };
}

export interface TraceOptions {
  /** a host description as in a `--host` file; absent: a pod, as the mesh of the rules sets it up */
  readonly host?: unknown;
  /** name of a mesh profile, `auto` when absent */
  readonly profile?: string;
  /** also the rules that did not match */
  readonly verbose?: boolean;
}

/** A packet or a host that cannot be read; `problems` are sentences for the user. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Walks one packet, in notation or object form, through rules of its family.
 *  @throws InputError when the packet or the host cannot be read, or the rules are of the other family */
export function trace(ruleset: Ruleset, packet: string | Partial<PacketJson>, options: TraceOptions = {}): Trace {
  const profile = namedProfile(options.profile ?? 'auto', [ruleset]);
  const host = options.host === undefined ? hostOf([ruleset], profile) : readHostOrThrow(options.host);
  const completed = completePacket(readPacket(packet), host);
  if (completed.packet === undefined) throw new InputError([completed.problem ?? 'the packet is incomplete']);
  const { family } = completed.packet;
  if (family !== ruleset.family) throw new InputError([`the packet is IPv${family}, the rules are IPv${ruleset.family}`]);
  const detailed = options.verbose === true;
  const journey = walkJourney(ruleset, completed.packet, { host, detailed, ...(profile !== undefined && { profile }) });
  return toTrace({ journey, file: ruleset.source.file, defaults: completed.defaults, profile: profile?.name });
}

export interface DiffOptions {
  /** a host description as in a `--host` file; absent: a pod, as the mesh of the rules sets it up */
  readonly host?: unknown;
  /** name of a mesh profile, `auto` when absent */
  readonly profile?: string;
  /** a set of packets in notation; absent: all */
  readonly where?: string;
}

export interface VerifyRulesOptions {
  /** a host description as in a `--host` file; absent: a pod, as the mesh of the rules sets it up */
  readonly host?: unknown;
  /** name of a mesh profile, `auto` when absent */
  readonly profile?: string;
  /** ids of claims; absent: all */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** families to judge even without rules */
  readonly families?: readonly Family[];
  readonly proxyUid?: number;
  readonly proxyGid?: number;
}

/** Every claim of the mesh, proved or broken by a packet. Rulesets of one source belong together.
 *  @throws InputError when the host, the profile, a claim or the set of packets cannot be read */
export function verify(rules: Rules, { host, where, ...options }: VerifyRulesOptions = {}): VerifyReport {
  const rulesets = asList(rules);
  namedProfile(options.profile ?? 'auto', rulesets);
  const unknown = [...(options.only ?? []), ...(options.except ?? [])].find((id) => !CLAIMS.some((claim) => claim.id === id));
  if (unknown !== undefined) throw new InputError([`there is no claim \`${unknown}\``]);
  const settings = {
    ...options,
    ...(host !== undefined && { host: readHostOrThrow(host) }),
    ...(where !== undefined && { where: readPacketSet(where) }),
  };
  return toVerifyReport(podsOf(rulesets).map((pod) => verifyRulesets(pod, settings)));
}

/** The packets that fare otherwise under `head` than under `base`, family by family; `equivalent` is a proof over all of them.
 *  @throws InputError when the host, the profile or the set of packets cannot be read */
export function diff(base: Rules, head: Rules, options: DiffOptions = {}): DiffReport {
  const sides = { base: asList(base), head: asList(head) };
  const all = [...sides.base, ...sides.head];
  const profile = namedProfile(options.profile ?? 'auto', all);
  const host = options.host === undefined ? hostOf(all, profile) : readHostOrThrow(options.host);
  const where = options.where === undefined ? undefined : readPacketSet(options.where);
  const { diffs, notes } = diffRulesets(sides.base, sides.head, {
    host,
    ...(profile !== undefined && { profile }),
    ...(where !== undefined && { where }),
  });
  const files = { base: sides.base[0]?.source.file ?? 'base', head: sides.head[0]?.source.file ?? 'head' };
  return toDiffReport({ diffs, files, profile: profile?.name, notes });
}

export interface FindOptions extends TraceOptions {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  readonly outcome: Outcome;
}

/** The packets of a set that can have an outcome; `empty` is a proof over all of them.
 *  @throws InputError when the host, the profile or the set of packets cannot be read */
export function find(rules: Rules, options: FindOptions): FindReport {
  const all = asList(rules);
  if (all.length === 0) throw new InputError(['there are no rules to look at']);
  const profile = namedProfile(options.profile ?? 'auto', all);
  const host = options.host === undefined ? hostOf(all, profile) : readHostOrThrow(options.host);
  const where = readPacketSet(options.where ?? '');
  const question = { host, where, outcome: options.outcome, ...(profile !== undefined && { profile }) };
  return toFindReport(all.map((ruleset) => ({ file: ruleset.source.file, found: findPackets(ruleset, question) })));
}

export interface RenderOptions {
  /** of istio-iptables, beside the settings */
  readonly args?: readonly string[];
  /** environment of istio-iptables */
  readonly env?: Readonly<Record<string, string>>;
  /** before what the settings say of the host */
  readonly host?: Partial<HostFacts>;
  readonly mode?: Mode;
  /** version of Istio, `1.25`; the newest known one when absent */
  readonly istio?: string;
}

export interface RenderedRules extends Rendered {
  /** settings that do not do what they say, one sentence each */
  readonly warnings: readonly string[];
}

/** The rules that Istio writes for settings, given as in a `--settings` file: restore text for each family, `v6` empty without IPv6.
 *  @throws InputError when Istio would refuse the settings, or they cannot be read */
export function render(settings: Readonly<Record<string, unknown>>, options: RenderOptions = {}): RenderedRules {
  const source = { file: 'settings', text: JSON.stringify(settings, null, 2) };
  const { rendered, diagnostics } = renderRequest({ ...options, settings: source });
  if (rendered === undefined) throw new InputError(diagnostics.filter(isError).map(({ message }) => message));
  return { ...rendered, warnings: diagnostics.map(({ message }) => message) };
}

/** One ruleset, or those of both families. */
export type Rules = Ruleset | readonly Ruleset[];

function asList(rules: Rules): readonly Ruleset[] {
  return 'tables' in rules ? [rules] : rules;
}

function readPacketSet(text: string): NonNullable<ReturnType<typeof parsePacketSet>['set']> {
  const { set, diagnostics } = parsePacketSet({ file: 'where', text });
  if (set === undefined) throw new InputError(diagnostics.map(({ message }) => message));
  const late = unknownAtStart(set);
  if (late !== undefined) throw new InputError([`packets have no \`${late}\` as they start`]);
  return set;
}

function readPacket(packet: string | Partial<PacketJson>): Parameters<typeof completePacket>[0] {
  if (typeof packet !== 'string') {
    const { given, problems } = readPacketJson(packet);
    if (given === undefined) throw new InputError(problems);
    return given;
  }
  const { packet: given, diagnostics } = parsePacket({ file: 'packet', text: packet });
  if (given === undefined) throw new InputError(diagnostics.map(({ message }) => message));
  return given;
}

function readHostOrThrow(description: unknown): Host {
  const { host, problems } = readHost(description);
  if (host === undefined) throw new InputError(problems);
  return host;
}

function namedProfile(name: string, rulesets: readonly Ruleset[]): MeshProfile | undefined {
  if (name === 'auto') return profileOf(rulesets);
  const profile = PROFILES.find((known) => known.name === name);
  if (profile === undefined && name !== 'none') throw new InputError([`there is no profile \`${name}\``]);
  return profile;
}
