/** The library: pure functions of their arguments. No file, clock, network or environment; it also runs in a browser. */

export type { Outcome } from '../../connection/journey.ts';
export type {
  FenceDescription,
  FenceExceptionDescription,
  HostDescription,
  InterfaceDescription,
  ListenerDescription,
  ProcessDescription,
  ProxyDescription,
  SetDescription,
} from '../../host/hostDescription.ts';
export type { Mode } from '../../istio/settings/modes.ts';
export type { HostFacts } from '../../istio/settings/settings.ts';
export type { BudgetLimits } from '../../lib/budget.ts';
export type { Assumption } from '../../mesh/assumption.ts';
export type { MeshName, ProfileName } from '../../mesh/names.ts';
export type { Family } from '../../packet/address.ts';
export type { PacketJson } from '../../packet/packetJson.ts';
export type { Level } from '../../prove/proof/claim.ts';
export type { ClaimId } from '../../prove/proof/claimId.ts';
export type { ClaimVerdict } from '../../prove/proof/finding.ts';
export type * from '../../report/json/connection.ts';
export type { DiffChange, DiffDoubt, DiffReport, DiffSide } from '../../report/json/diff.ts';
export type { FindClass, FindDoubt, FindReport } from '../../report/json/find.ts';
export type * from '../../report/json/trace.ts';
export type { VerifyFinding, VerifyReport, VerifyResult, VerifySummary } from '../../report/json/verify.ts';
export type * from '../../report/json/walk.ts';
export type { Chain, Clause, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
export type { Diagnostic, DiagnosticKind } from '../../syntax/text/diagnostic.ts';
export type { Source, Span } from '../../syntax/text/source.ts';
export {
  type AcceptedId,
  type ChainwalkConfig,
  type ConfigClaims,
  type ConfigGroup,
  type ConfigKind,
  type ConfigSuppression,
  defineConfig,
} from './config.ts';
export type { PacketInput, PacketNotation, SettingOptions } from './input.ts';
export { InputError } from './inputError.ts';
export { printRules as print } from './print.ts';
export { type DiffOptions, diff, type FindOptions, find, type VerifyRulesOptions, verify } from './proofs.ts';
export { type RenderedRules, type RenderOptions, render } from './render.ts';
export type { Parsed, ParseOptions, Rules, RulesInput } from './rules.ts';
export { parse } from './rules.ts';
export { type TraceOptions, trace } from './trace.ts';
