/** Why a rule did not match: its first clause that was false, and what the packet had there. */

import { memoize } from '../lib/memo.ts';
import type { Switch } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { ALWAYS, eachFieldLeaf } from '../netfilter/matchExpr.ts';
import type { Field, FieldValue } from '../packet/fields.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { compile, NO } from './evaluate.ts';
import { READERS } from './readers.ts';
import type { Skb } from './skb.ts';
import type { Saw, WalkStep } from './trace.ts';

export function missOf(skb: Skb, rule: Rule, hook: HookName): Extract<WalkStep, { kind: 'miss' }> {
  const clause = rule.clauses.find(({ expr }) => compile(expr)(skb) === NO) ?? { text: rule.text, expr: ALWAYS };
  return { kind: 'miss', hook, rule, clause, saw: sawOf(skb, clause.expr) };
}

interface LeftAt {
  readonly rule: Rule;
  readonly hook: HookName;
  readonly effect: Switch;
}

/** No branch holds for the packet. */
export function missOfSwitch(skb: Skb, { rule, hook, effect }: LeftAt): Extract<WalkStep, { kind: 'miss' }> {
  const clause = { text: effect.text ?? rule.text, expr: someBranch(effect, '') };
  return { kind: 'miss', hook, rule, clause, saw: sawOf(skb, clause.expr) };
}

const someBranch: (effect: Switch, _all: '') => MatchExpr = memoize((effect: Switch, _all: '') => ({
  kind: 'or',
  of: effect.branches.map(({ match }) => match),
}));

function sawOf(skb: Skb, expr: MatchExpr): Saw {
  const saw: Partial<Record<Field, FieldValue | undefined>> = {};
  for (const field of fieldsOf(expr, '')) saw[field] = READERS[field](skb);
  return saw as Saw;
}

const fieldsOf: (expr: MatchExpr, _all: '') => ReadonlySet<Field> = memoize((expr: MatchExpr, _all: '') => {
  const fields = new Set<Field>();
  eachFieldLeaf(expr, ({ field }) => fields.add(field));
  return fields;
});
