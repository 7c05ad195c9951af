/** Rules of one pod or machine, both families, against every claim. */

import type { AskedSet } from '../../connection/assumedHost.ts';
import type { Bounds } from '../../connection/bounds.ts';
import { hostWords, othersThan } from '../../connection/bounds.ts';
import type { KernelViews } from '../../connection/kernelView.ts';
import { chooseSetting, type GivenPlace, placeAssumptions } from '../../connection/setting.ts';
import type { Host } from '../../host/host.ts';
import { Budget, type BudgetLimits } from '../../lib/budget.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { isAmbientNode } from '../../ruleset/notPod.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { CLAIMS } from '../claims/all.ts';
import { probeSourceRewritten } from '../claims/probeSourceRewritten.ts';
import { type Claim, isSelected } from '../proof/claim.ts';
import type { ClaimId } from '../proof/claimId.ts';
import type { ProofContext } from '../proof/context.ts';
import type { Finding } from '../proof/finding.ts';
import type { Counterpart, Other, WhileInit } from '../proof/podQuestions.ts';
import type { FixSearch } from '../proof/provedFix.ts';
import type { SettingCauses } from '../proof/settingCauses.ts';
import type { AcceptedRule } from '../proof/suppressions.ts';
import { proofContexts, withoutRules } from './contexts.ts';
import { judgeClaim } from './judgeClaim.ts';
import { ofEveryProxy, otherProxies } from './otherProxies.ts';
import { inUnruled, unruledContexts } from './unruledFamilies.ts';

export interface VerifyOptions extends GivenPlace {
  /** ids of claims; all when absent */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** ids of claims that are asked although they are asked by name alone */
  readonly also?: readonly string[];
  /** only these packets are looked at */
  readonly where?: AskedSet & { readonly expr: Readonly<Record<Family, MatchExpr>> };
  /** families to check even without rules; those of the rules when absent */
  readonly families?: readonly Family[];
  /** rules at which broken claims are suppressed */
  readonly accepted?: (ruleset: Ruleset) => readonly AcceptedRule[];
  /** of a pod: checked for the time when its init containers run */
  readonly whileInit?: WhileInit;
  /** of a pod: how another approach would capture it, or why not */
  readonly counterpart?: (other: Other) => Counterpart | string;
  /** of a pod or settings: claims about two rulesets, which are judged where those are made; undefined: it is none of these */
  readonly compared?: (claim: ClaimId, context: ProofContext) => readonly Finding[] | undefined;
  /** what all claims about one pod may cost together */
  readonly limits?: () => BudgetLimits;
  /** what the host is, where its description is not a file of its own */
  readonly hostIs?: string;
  /** called for each claim before it is checked */
  readonly progress?: (claim: string, family: Family) => void;
}

export interface Verified {
  readonly rulesets: readonly Ruleset[];
  readonly profile: MeshProfile | undefined;
  readonly findings: readonly Finding[];
  /** how far what holds is proved */
  readonly bounds: Bounds;
  /** what the findings rest on that is not given */
  readonly assumptions: readonly Assumption[];
  /** what was read from the rules, and what was not checked */
  readonly notes: readonly string[];
  /** no packet of the requested set can be there, so that nothing was asked */
  readonly asksNothing?: true;
  /** of a pod: what in the files breaks claims */
  readonly causes?: ReadonlyMap<Finding, SettingCauses>;
  /** of rules: proved edits, where they were looked for */
  readonly fixes?: ReadonlyMap<Finding, FixSearch>;
  /** on which packets were walked; absent: none was */
  readonly host?: Host;
  /** --on-kernel: what the running kernel did with the witnesses */
  readonly kernels?: KernelViews;
}

/** `rulesets`: at most one of each family. */
export function verifyRulesets(rulesets: readonly Ruleset[], options: VerifyOptions = {}): Verified {
  const setting = chooseSetting({ rulesets, given: options, where: options.where });
  const budget = new Budget(options.limits?.());
  const wanted = options.families ?? [...new Set(rulesets.map(({ family }) => family))];
  const checked = wanted.map((family) => rulesets.find((one) => one.family === family) ?? withoutRules(family, rulesets[0]));
  const { absentFamilies = [] } = options;
  const isGiven = (family: Family): boolean => rulesets.some((one) => one.family === family);
  // of a pod that has no address of a family no rules are expected
  const unruled = rulesets.length === 0 ? [] : wanted.filter((family) => !isGiven(family));
  const notWanted = othersThan(wanted);
  const unjudged = notWanted.filter((family) => !absentFamilies.includes(family));
  const contexts = proofContexts(checked, { setting, options, budget });
  const claims = claimsAsked(options);
  const others = otherProxies(checked, { setting, options, budget });
  const forgotten = unruledContexts({
    setting,
    options,
    budget,
    families: unjudged.filter((family) => !isGiven(family)),
    beside: rulesets[0],
  });
  const findings = claims.flatMap((claim) => [
    ...ofEveryProxy(
      claim.id,
      contexts.flatMap((context) => judge(context, claim, options)),
      { contexts: others, judge: (context) => judge(context, claim, options) },
    ),
    ...inUnruled(claim, forgotten, (context) => judge(context, claim, options)),
  ]);
  return {
    rulesets: checked,
    profile: setting.profile,
    host: setting.host,
    findings,
    ...(contexts.length > 0 && contexts.every((context) => context.asksNothing) && { asksNothing: true }),
    bounds: {
      families: wanted,
      unjudged,
      ...(unruled.length > 0 && { unruled }),
      hosts: [options.hostIs ?? hostWords(setting, wanted)],
      ...(options.where !== undefined && { narrowed: true }),
    },
    assumptions: [
      ...placeAssumptions(setting, checked),
      ...(claims.includes(probeSourceRewritten) && isAmbientNode(checked) && setting.host.pods.length === 0 ? [PODS_UNSAID] : []),
    ],
    notes: [
      ...new Set(contexts.flatMap(({ declared }) => declared.notes)),
      ...new Set(findings.flatMap((finding) => finding.notes ?? [])),
      ...unjudged.map((family) =>
        isGiven(family)
          ? `IPv${family} rules were given and are not checked; --family 4,6 checks both`
          : `no IPv${family} rules were given: IPv${family} is not checked; --family 4,6 requires both`,
      ),
      ...notWanted.flatMap((family) =>
        absentFamilies.includes(family)
          ? [`IPv${family} is not checked: the pod has no IPv${family} address and no IPv${family} rules`]
          : [],
      ),
    ],
  };
}

const PODS_UNSAID: Assumption = {
  about: 'host',
  says: 'an ambient node, and which pods of the mesh run there is not given: the source of their probes is not checked',
  options: ['`pods` of --host'],
};

/** The checked ones, in the order of reports. */
export function claimsAsked(options: AskedClaims): readonly Claim[] {
  return CLAIMS.filter((claim) => isAsked(claim, options));
}

type AskedClaims = Pick<VerifyOptions, 'only' | 'except' | 'also' | 'whileInit'>;

function isAsked({ id, whileInit, byName }: Claim, { only, except, also, whileInit: now }: AskedClaims): boolean {
  if (whileInit === true && now === undefined) return false;
  if (byName === true && only === undefined && also?.includes(id) !== true) return false;
  return isSelected(id, { only, except });
}

/** No claim may spend more than two thirds of what those before it have left. */
function judge(context: ProofContext, claim: Claim, { progress, compared }: VerifyOptions): readonly Finding[] {
  progress?.(claim.id, context.ruleset.family);
  return compared?.(claim.id, context) ?? context.space.budget.share(2 / 3, () => judgeClaim(context, claim));
}
