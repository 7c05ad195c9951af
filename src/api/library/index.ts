/** The library: pure functions of their arguments. No file, clock, network or environment; it also runs in a browser. */

import { findIn } from '../../app/find/find.ts';
import { unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { hostWords } from '../../connection/bounds.ts';
import { isOutcome, type Outcome } from '../../connection/journey.ts';
import { placeAssumptions } from '../../connection/setting.ts';
import { walkGiven } from '../../connection/walkGiven.ts';
import { diffRulesets } from '../../diff/rulesets.ts';
import type { Rendered } from '../../istio/render/render.ts';
import { renderRequest } from '../../istio/render/request.ts';
import { MODES, type Mode } from '../../istio/settings/modes.ts';
import type { HostFacts } from '../../istio/settings/settings.ts';
import { valueText } from '../../lib/valueText.ts';
import type { Family } from '../../packet/address.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { podsOf } from '../../pods/familiesOfPod.ts';
import { verifyRulesets } from '../../prove/judge/verifyRules.ts';
import { NO_PACKET } from '../../query/find.ts';
import { type DiffReport, toDiffReport } from '../../report/json/diff.ts';
import type { FindReport } from '../../report/json/find.ts';
import { type Trace, toTrace } from '../../report/json/trace.ts';
import { toVerifyReport, type VerifyReport } from '../../report/json/verify.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import {
  givenPlace,
  InputError,
  librarySettingOf,
  packetFrom,
  packetSetFrom,
  type RulesInput,
  rulesetsOf,
  SETTING_OPTIONS,
  type SettingOptions,
} from './input.ts';
import { CLAIM_ID_OPTION, checkOptions, FAMILIES, type OptionKinds, OUTCOME, WHERE_OPTION } from './options.ts';

export type { Outcome } from '../../connection/journey.ts';
export type { BudgetLimits } from '../../lib/budget.ts';
export type { PacketJson } from '../../packet/packetJson.ts';
export type { DiffChange, DiffDoubt, DiffReport, DiffSide } from '../../report/json/diff.ts';
export type { FindClass, FindDoubt, FindReport } from '../../report/json/find.ts';
export type * from '../../report/json/trace.ts';
export type { VerifyFinding, VerifyReport, VerifyResult, VerifySummary } from '../../report/json/verify.ts';
export { print } from '../../ruleset/print.ts';
export type { Chain, Clause, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
export type { Diagnostic, DiagnosticKind } from '../../syntax/text/diagnostic.ts';
export type { Source, Span } from '../../syntax/text/source.ts';
export {
  type ChainwalkConfig,
  type ConfigClaims,
  type ConfigGroup,
  type ConfigKind,
  type ConfigSuppression,
  defineConfig,
} from './config.ts';
export type { Parsed, ParseOptions, Rules, RulesInput, SettingOptions } from './input.ts';
export { InputError, parse } from './input.ts';

export interface TraceOptions extends SettingOptions {
  /** also the rules that did not match */
  readonly verbose?: boolean;
}

const TRACE_OPTIONS: OptionKinds<TraceOptions> = { ...SETTING_OPTIONS, verbose: 'flag' };

/** Walks one packet, in notation or object form, through the rules of its family.
 *  @throws InputError when the packet or the host cannot be read, or the rules are of the other family */
export function trace(rules: RulesInput, packet: string | Partial<PacketJson>, options: TraceOptions = {}): Trace {
  checkOptions(options, TRACE_OPTIONS);
  const rulesets = rulesetsOf(rules, options);
  const setting = librarySettingOf(rulesets, options);
  const walked = walkGiven(
    { ...setting, rulesets, detailed: options.verbose === true, limits: () => options.budget ?? {} },
    packetFrom(packet),
  );
  if ('problem' in walked) throw new InputError([walked.problem]);
  if ('missing' in walked) throw new InputError([`the packet is IPv${walked.missing}, the rules are IPv${rulesets[0]?.family}`]);
  return toTrace({ ...walked, file: walked.ruleset.source.file, profile: setting.profile?.name });
}

export interface DiffOptions extends SettingOptions {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
}

export interface VerifyRulesOptions extends SettingOptions {
  /** ids of claims; absent: all */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** families to judge even without rules */
  readonly families?: readonly Family[];
}

const DIFF_OPTIONS: OptionKinds<DiffOptions> = { ...SETTING_OPTIONS, where: WHERE_OPTION };
const VERIFY_OPTIONS: OptionKinds<VerifyRulesOptions> = {
  ...DIFF_OPTIONS,
  only: CLAIM_ID_OPTION,
  except: CLAIM_ID_OPTION,
  families: FAMILIES,
};

/** Every claim of the mesh, proved or broken by a packet. Rulesets of one source belong together.
 *  @throws InputError when the host, the profile, a claim or the set of packets cannot be read */
export function verify(rules: RulesInput, given: VerifyRulesOptions = {}): VerifyReport {
  checkOptions(given, VERIFY_OPTIONS);
  const { host: _host, podIps: _podIps, where, budget, ...options } = given;
  const rulesets = rulesetsOf(rules, options);
  const settings = {
    ...options,
    limits: () => budget ?? {},
    ...givenPlace(given),
    ...(where !== undefined && { where: packetSetFrom(where) }),
  };
  return toVerifyReport(podsOf(rulesets).map((pod) => verifyRulesets(pod, settings)));
}

/** The packets that are treated differently under `head` than under `base`, family by family; `equivalent` is a proof over all of them.
 *  @throws InputError when the host, the profile or the set of packets cannot be read */
export function diff(base: RulesInput, head: RulesInput, options: DiffOptions = {}): DiffReport {
  checkOptions(options, DIFF_OPTIONS);
  const sides = { base: rulesetsOf(base, options), head: rulesetsOf(head, options) };
  const all = [...sides.base, ...sides.head];
  const where = options.where === undefined ? undefined : packetSetFrom(options.where);
  const setting = librarySettingOf(all, options, { shownBy: sides.base, where });
  const { host, profile } = setting;
  const { diffs, notes } = diffRulesets(sides.base, sides.head, {
    host,
    limits: () => options.budget ?? {},
    unsaid: unsaidOfArrivals(setting.assumed, where?.dir),
    ...(profile !== undefined && { profile }),
    ...(where !== undefined && { where }),
  });
  const files = { base: sides.base[0]?.source.file ?? 'base', head: sides.head[0]?.source.file ?? 'head' };
  const hosts = [
    hostWords(
      setting,
      all.map(({ family }) => family),
    ),
  ];
  const assumptions = placeAssumptions(setting, all);
  return toDiffReport({ diffs, files, profile: profile?.name, notes, assumptions, hosts, narrowed: where !== undefined });
}

export interface FindOptions extends TraceOptions {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  readonly outcome: Outcome;
}

const FIND_OPTIONS: OptionKinds<FindOptions> = { ...TRACE_OPTIONS, where: WHERE_OPTION, outcome: OUTCOME };

/** The packets of a set that can have an outcome; `empty` is a proof over all of them.
 *  @throws InputError when the host, the profile, the outcome or the set of packets cannot be read, and when the set contains no packets */
export function find(rules: RulesInput, options: FindOptions): FindReport {
  checkOptions(options, FIND_OPTIONS);
  const all = rulesetsOf(rules, options);
  const { outcome } = options;
  if (!isOutcome(outcome)) throw new InputError([`unknown outcome \`${valueText(outcome)}\``]);
  const where = packetSetFrom(options.where ?? '');
  const answer = findIn({ rulesets: all, where, outcome, place: givenPlace(options), limits: options.budget ?? {} });
  if (answer === undefined) throw new InputError([NO_PACKET]);
  return answer.report;
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

const RENDER_OPTIONS: OptionKinds<RenderOptions> = {
  args: 'texts',
  env: 'textByName',
  host: { keys: { ipv6: 'flag', addresses: 'texts', nameservers: 'texts', users: 'textByName', sysctls: 'textByName' } },
  mode: { a: 'mode', words: MODES },
  istio: 'text',
};

/** The rules that Istio writes for settings, given as in a `--settings` file: restore text for each family, `v6` empty without IPv6.
 *  @throws InputError when Istio would refuse the settings, or they cannot be read */
export function render(settings: Readonly<Record<string, unknown>>, options: RenderOptions = {}): RenderedRules {
  checkOptions(options, RENDER_OPTIONS);
  const source = { file: 'settings', text: JSON.stringify(settings, null, 2) };
  const { rendered, diagnostics } = renderRequest({ ...options, settings: source });
  if (rendered === undefined) throw new InputError(diagnostics.filter(isError).map(({ message }) => message));
  return { ...rendered, warnings: diagnostics.map(({ message }) => message) };
}
