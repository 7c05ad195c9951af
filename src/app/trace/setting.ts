/** Where packets are traced: the rules, the mesh and the host around them, of texts of rules or of one pod of manifests. */
import { chooseSetting, type GivenPlace } from '../../connection/setting.ts';
import type { GivenScene } from '../../connection/walkGiven.ts';
import type { NamedInterface } from '../../injection/podRules/namedInterfaces.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import type { Family } from '../../packet/address.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type RuleTexts, readRuleTexts } from '../load/ruleTexts.ts';

export interface TraceSetting extends GivenScene {
  /** also record the rules that do not match */
  readonly detailed: boolean;
  /** of a pod that has a proxy: why it is not captured, or why its rules are not known, and no packet can be walked */
  readonly outside?: { readonly says: string; readonly walks: boolean };
  /** of a pod of manifests: why it has no rules of a family, or no packets; undefined: it has them, or it is not captured */
  readonly unwritten?: (family: Family) => string | undefined;
  /** interfaces that only annotations speak of */
  readonly named?: readonly NamedInterface[];
  /** what is known of the pod beside its rules, as sentences */
  readonly notes?: readonly string[];
  /** of each question */
  readonly limits?: () => BudgetLimits;
}

/** How packets are traced, wherever they are. */
export type TraceManner = Pick<TraceSetting, 'detailed' | 'connection' | 'limits'>;

export interface TraceSetup {
  /** absent: there is an error among the diagnostics */
  readonly setting?: TraceSetting;
  readonly diagnostics: readonly Diagnostic[];
}

export interface TraceRulesQuestion {
  readonly rules: RuleTexts;
  readonly place: GivenPlace;
  readonly manner: TraceManner;
}

export function traceInRules({ rules, place, manner }: TraceRulesQuestion): TraceSetup {
  const { rulesets, diagnostics } = readRuleTexts(rules, place.host);
  if (diagnostics.some(isError)) return { diagnostics };
  return { setting: { ...chooseSetting({ rulesets, given: place }), rulesets, ...manner }, diagnostics };
}
