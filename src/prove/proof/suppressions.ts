/** Findings that are suppressed at a rule: of what breaks a claim, that rule's packets are distinguished from all others,
 *  so that accepting one thing hides nothing else. */
import { BudgetError } from '../../lib/budget.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Doubtful, Judgement, Violation } from './claim.ts';
import type { ProofContext } from './context.ts';

/** Who said that it is known, and why. */
export interface Muted {
  readonly by: 'comment' | 'baseline' | 'config' | 'base';
  readonly reason: string;
}

export interface AcceptedRule {
  readonly rule: Rule;
  /** ids */
  readonly claims: readonly string[];
  readonly muted: Muted;
}

export interface SuppressedPart {
  /** absent: it is not suppressed */
  readonly muted?: Muted;
  readonly judgement: Judgement;
}

/** What is open first, unless everything is accepted; then one part for each acceptance. */
export function partsOf(context: ProofContext, claim: string, judgement: Judgement): readonly SuppressedPart[] {
  const parts: SuppressedPart[] = [];
  let open = judgement;
  for (const { rule, claims, muted } of context.accepted) {
    if (!claims.includes(claim)) continue;
    const { taken, rest } = split(context, rule, open);
    if (taken.violations.length + taken.doubts.length === 0) continue;
    parts.push({ muted, judgement: taken });
    open = rest;
  }
  const isEmpty = open.violations.length + open.doubts.length === 0;
  return parts.length > 0 && isEmpty ? parts : [{ judgement: open }, ...parts];
}

/** The first of the rules at which a comment accepts all that breaks, or is undecided; undefined where none does. */
export function acceptingRule(context: ProofContext, judgement: Judgement, rules: readonly Rule[]): Rule | undefined {
  try {
    return rules.find((rule) => {
      const { violations, doubts } = split(context, rule, judgement).rest;
      return violations.length + doubts.length === 0;
    });
  } catch (error) {
    // a finding is not lost for it
    if (error instanceof BudgetError) return undefined;
    throw error;
  }
}

interface Halves {
  readonly taken: Judgement;
  readonly rest: Judgement;
}

/** Packets that match the rule anywhere on their way, and the others. */
function split(context: ProofContext, rule: Rule, { violations, doubts, ...more }: Judgement): Halves {
  const { budget } = context.space;
  budget.step(1 + violations.length + doubts.length);
  const taken: Violation[] = [];
  const rest: Violation[] = [];
  for (const violation of violations) {
    if (violation.kind === 'rule') {
      (violation.rule === rule ? taken : rest).push(violation);
      continue;
    }
    const walked = violation.context ?? context;
    if (walked.declared !== context.declared) {
      // who the proxy is, no rule can say
      rest.push(violation);
      continue;
    }
    const { manager } = walked.space;
    const own = manager.and(violation.set, walked.matched(rule, violation));
    const others = manager.minus(violation.set, own);
    if (own !== EMPTY) taken.push({ ...violation, set: own });
    if (others !== EMPTY) rest.push({ ...violation, set: others });
  }
  const isTaken = ({ rules }: Doubtful) => rules.includes(rule);
  return {
    taken: { ...more, violations: taken, doubts: doubts.filter(isTaken) },
    rest: { ...more, violations: rest, doubts: doubts.filter((one) => !isTaken(one)) },
  };
}
