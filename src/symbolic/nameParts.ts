/** What the rules of a table ask about. Interface names fall into parts that no rule of a table tells apart: the names it mentions, and what lies between them. */
import type { Interval } from '../lib/intervals.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Table } from '../ruleset/ruleset.ts';

export interface NameParts {
  readonly iif: readonly Interval<string>[];
  readonly oif: readonly Interval<string>[];
}

export function nameParts(table: Table): NameParts {
  const ends = { iif: new Set<string>(), oif: new Set<string>() };
  for (const { rules } of table.chains.values()) for (const { match } of rules) collect(match, ends);
  return { iif: partsBetween(ends.iif), oif: partsBetween(ends.oif) };
}

function collect(expr: MatchExpr, ends: { readonly iif: Set<string>; readonly oif: Set<string> }): void {
  if (expr.kind === 'and' || expr.kind === 'or') for (const part of expr.of) collect(part, ends);
  else if (expr.kind === 'not') collect(expr.of, ends);
  else if (expr.kind === 'in' && (expr.field === 'iif' || expr.field === 'oif')) {
    for (const { lo, hi } of expr.intervals) ends[expr.field].add(String(lo)).add(String(hi));
  }
}

/** Every field that some rule of the table asks about. */
export function askedFields(table: Table): ReadonlySet<Field> {
  const fields = new Set<Field>();
  const ask = (expr: MatchExpr): void => {
    if (expr.kind === 'and' || expr.kind === 'or') expr.of.forEach(ask);
    else if (expr.kind === 'not') ask(expr.of);
    else if ('field' in expr) fields.add(expr.field);
  };
  for (const { rules } of table.chains.values()) for (const { match } of rules) ask(match);
  return fields;
}

/** Greater than every interface name. */
const LAST = '\uffff\uffff';

/** Each end by itself, and the names strictly between neighbours, written as the two neighbours. */
function partsBetween(ends: ReadonlySet<string>): readonly Interval<string>[] {
  const sorted = ['', ...[...ends].filter((end) => end !== '').sort(), LAST];
  return sorted.flatMap((end, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [] : [...(end === '' ? [] : [{ lo: end, hi: end }]), { lo: end, hi: next }];
  });
}
