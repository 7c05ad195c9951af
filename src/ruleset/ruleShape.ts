/** What a rule asks, as far as it is a plain list of conditions on fields: the form in which settings become rules. */

import type { Interval, IntervalSet, Scalar } from '../lib/intervals.ts';
import { normalize } from '../lib/intervals.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Field } from '../packet/fields.ts';
import { rulesReachedAt } from './everyRule.ts';
import type { Rule, Ruleset } from './ruleset.ts';
import type { HookPart } from './stages.ts';

export interface RuleShape {
  readonly rule: Rule;
  readonly has: ReadonlyMap<Field, IntervalSet>;
  readonly hasNot: ReadonlyMap<Field, IntervalSet>;
  /** conditions of another form */
  readonly more: boolean;
}

export function shapeOf(rule: Rule): RuleShape {
  const has = new Map<Field, IntervalSet>();
  const hasNot = new Map<Field, IntervalSet>();
  let more = false;
  // a match of nft asks for the protocol of its field too
  for (const expr of rule.clauses.flatMap((clause) => (clause.expr.kind === 'and' ? clause.expr.of : [clause.expr]))) {
    if (expr.kind === 'in') has.set(expr.field, expr.intervals);
    else if (expr.kind === 'not' && expr.of.kind === 'in') {
      hasNot.set(expr.of.field, normalize([...(hasNot.get(expr.of.field) ?? []), ...expr.of.intervals]));
    } else if (expr.kind !== 'present' && expr.kind !== 'always') more = true;
  }
  return { rule, has, hasNot, more };
}

/** The rule matches on these fields and no others; on the protocol it may. */
export function asksOnly({ has, hasNot, more }: RuleShape, ...fields: readonly Field[]): boolean {
  const asked = [...has.keys()].filter((field) => field !== 'proto');
  return !more && hasNot.size === 0 && asked.length === fields.length && fields.every((field) => has.has(field));
}

/** The rule does not match on the field, or this value is among those that it matches. */
export function covers({ has }: RuleShape, field: Field, value: Scalar): boolean {
  const asked = has.get(field);
  return asked === undefined || asked.some(({ lo, hi }) => lo <= value && value <= hi);
}

/** Values of one field that the rules match. */
export function valuesOf<T extends Scalar>(shapes: readonly RuleShape[], field: Field): IntervalSet<T> {
  return normalize(shapes.flatMap(({ has }) => (has.get(field) ?? []) as readonly Interval<T>[]));
}

/** Single values of a field of numbers or names; ranges are left out. */
export function pointsOf<T extends Scalar>(shapes: readonly RuleShape[], field: Field): readonly T[] {
  return [...new Set(valuesOf<T>(shapes, field).flatMap(({ lo, hi }) => (lo === hi ? [lo] : [])))];
}

/** Every rule that packets at a hook can come to in chains of that part, chain by chain. */
export function rulesAt(ruleset: Ruleset, hook: HookName, part: HookPart): readonly RuleShape[] {
  return rulesReachedAt(ruleset, hook, part).map(shapeOf);
}
