/** Why a rule did not match: its first clause that was false, and what the packet had there. */
import type { HookName } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { ALWAYS } from '../netfilter/matchExpr.ts';
import type { Field, FieldValue } from '../packet/fields.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { compile, NO, READERS } from './evaluate.ts';
import type { Skb } from './skb.ts';
import type { Saw, WalkStep } from './trace.ts';

export function missOf(skb: Skb, rule: Rule, hook: HookName): Extract<WalkStep, { kind: 'miss' }> {
  const clause = rule.clauses.find(({ expr }) => compile(expr)(skb) === NO) ?? { text: rule.text, expr: ALWAYS };
  return { kind: 'miss', hook, rule, clause, saw: sawOf(skb, clause.expr) };
}

function sawOf(skb: Skb, expr: MatchExpr): Saw {
  const saw: Partial<Record<Field, FieldValue | undefined>> = {};
  for (const field of fieldsOf(expr)) saw[field] = READERS[field](skb);
  return saw as Saw;
}

function fieldsOf(expr: MatchExpr): readonly Field[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.of.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(expr.of);
    case 'in':
    case 'masked':
    case 'present':
      return [expr.field];
    case 'tuple':
      return expr.fields;
    default:
      return [];
  }
}
