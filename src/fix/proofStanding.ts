/** What rules stand for: each claim's verdict, with the packets that break it as sets that can be compared with those after an edit. */
import type { ChosenSetting } from '../connection/setting.ts';
import type { Budget } from '../lib/budget.ts';
import { forcedKey } from '../netfilter/firstState.ts';
import type { Family } from '../packet/address.ts';
import { proofContexts } from '../prove/judge/contexts.ts';
import { claimsAsked, type VerifyOptions } from '../prove/judge/verifyRules.ts';
import type { Claim, Violation } from '../prove/proof/claim.ts';
import { notYet } from '../prove/proof/claimsInInitPhase.ts';
import type { ProofContext } from '../prove/proof/context.ts';
import type { ClaimVerdict } from '../prove/proof/finding.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';

export interface ClaimState {
  readonly claim: Claim;
  readonly family: Family;
  readonly verdict: ClaimVerdict;
  /** packets that break it, by the way that they go */
  readonly broken: ReadonlyMap<string, Bdd>;
  /** rules that break it by themselves, and what is checked with other packets than these */
  readonly rules: readonly (Rule | undefined)[];
}

/** The rules of one pod, with claims that are checked when they are first asked about. */
export interface ProofStanding {
  readonly contexts: readonly ProofContext[];
  /** of all claims but those of which a violation is a hint: these may come and go */
  readonly promises: () => readonly ClaimState[];
  readonly stateOf: (claim: Claim, family: Family) => ClaimState;
}

export interface StandingQuestion {
  readonly rulesets: readonly Ruleset[];
  /** pinned: an edit does not change who the proxy is */
  readonly setting: ChosenSetting;
  readonly options: VerifyOptions;
  readonly budget: Budget;
  readonly spaces?: ReadonlyMap<Family, Space>;
}

export function proofStanding({ rulesets, setting, options, budget, spaces }: StandingQuestion): ProofStanding {
  const { accepted: _, progress: __, ...rest } = options;
  const contexts = proofContexts(rulesets, { setting, options: rest, budget, ...(spaces === undefined ? {} : { spaces }) });
  const known = new Map<string, ClaimState>();
  const stateOf = (claim: Claim, family: Family): ClaimState => {
    const key = `${family} ${claim.id}`;
    const context = contexts.find(({ ruleset }) => ruleset.family === family);
    const state = known.get(key) ?? (context === undefined ? unasked(claim, family) : checked(context, claim));
    known.set(key, state);
    return state;
  };
  const promised = claimsAsked(options).filter(({ level }) => level !== 'info');
  const promises = () => promised.flatMap((claim) => contexts.map(({ ruleset }) => stateOf(claim, ruleset.family)));
  return { contexts, promises, stateOf };
}

function unasked(claim: Claim, family: Family): ClaimState {
  return { claim, family, verdict: 'not-applicable', broken: new Map(), rules: [] };
}

function checked(context: ProofContext, claim: Claim): ClaimState {
  const { family } = context.ruleset;
  const skipped = (context.whileInit === undefined ? undefined : notYet(claim, context.whileInit)) ?? claim.skip?.(context);
  if (skipped !== undefined) return unasked(claim, family);
  const { violations, doubts, vacuous } = claim.judge(context);
  const broken = new Map<string, Bdd>();
  const rules: (Rule | undefined)[] = [];
  for (const violation of violations) {
    if (violation.kind === 'rule') rules.push(violation.rule);
    else if (violation.context !== undefined && violation.context.space !== context.space) rules.push(undefined);
    else broken.set(wayOf(violation), context.space.manager.or(broken.get(wayOf(violation)) ?? EMPTY, violation.set));
  }
  const verdict = violations.length > 0 ? 'violated' : doubts.length > 0 ? 'undecided' : vacuous === true ? 'not-applicable' : 'holds';
  return { claim, family, verdict, broken, rules };
}

function wayOf({ dir, iif, forced }: Pick<Extract<Violation, { kind: 'packets' }>, 'dir' | 'iif' | 'forced'>): string {
  return `${wayName(dir === 'out' ? undefined : iif)} ${forcedKey(forced)}`;
}

/** Of packets that are sent, or that arrive on an interface, each the first of its connection. */
export function firstPacketsOf(iif: string | undefined): string {
  return `${wayName(iif)} ${forcedKey(undefined)}`;
}

function wayName(iif: string | undefined): string {
  return iif === undefined ? 'out' : `in ${iif}`;
}
