/** What is known of all rules that differ from one in values only. What the extensions were asked without looking at a value has the same answer
 *  for all of them, as it depends on nothing else; what looked at one is asked again with the values of each. That is found out by watching. */
import type { GivenOption } from '../extensions/contract/extension.ts';
import type { BindContext, BoundClause, BoundRule, ReadAs } from '../extensions/rule/boundRule.ts';
import { checkClause } from '../extensions/rule/checkClause.ts';
import type { ValueRead } from '../extensions/rule/readLikeValue.ts';
import type { TableName } from '../netfilter/hooks.ts';
import type { Word } from '../syntax/iptables/ast.ts';
import type { Span } from '../syntax/text/source.ts';
import { type ClauseFacts, checkTables, clauseFacts, clausesOf, hasOpaqueTarget, type RuleFacts } from './ruleFacts.ts';

export interface RuleForm {
  /** of the first rule */
  readonly facts: RuleFacts;
  readonly limitedAt: readonly WordRange[];
  readonly interfacesAt: readonly WordRange[];
  /** for each value in the order of the words where `asks` look for it; absent: nowhere */
  readonly slots: readonly (Slot | undefined)[];
  /** which of the values is the chain that the rule calls; -1: none */
  readonly chain: number;
  /** whether the answers that depend on values are those of the first rule */
  readonly asks: readonly (() => boolean)[];
}

/** By the numbers of its first and its last word. */
interface WordRange {
  readonly first: number;
  readonly last: number;
}

interface Slot {
  readonly values: unknown[];
  readonly at: number;
}

interface Bound {
  readonly bound: BoundRule;
  readonly facts: RuleFacts;
  readonly words: readonly Word[];
  /** those that another rule of the form may have others for, in the order of the words */
  readonly values: readonly ReadAs[];
  readonly table: TableName;
  readonly context: BindContext;
}

/** Of a rule of which nothing was said. Undefined: it stands for itself alone. */
export function ruleForm({ bound, facts, words, values, table, context }: Bound): RuleForm | undefined {
  if (facts.parts !== 1 || facts.changedSets.length > 0) return undefined;
  const rangeOf = ({ span }: { readonly span: Span }): WordRange => ({
    first: words.findIndex(({ start }) => start === span.start),
    last: words.findIndex(({ end }) => end === span.end),
  });
  const limitedAt = facts.limited.map(rangeOf);
  const interfacesAt = facts.interfaces.map(rangeOf);
  if ([...limitedAt, ...interfacesAt].some(({ first, last }) => first < 0 || last < 0)) return undefined;
  const { rule, valuesOf, isReading } = watchedRule(bound);
  const asks: (() => boolean)[] = [];
  for (const ask of questions(rule, { facts, table, context })) {
    const { answer, reads } = isReading(ask);
    if (!answer) return undefined;
    if (reads) asks.push(ask);
  }
  return {
    facts,
    limitedAt,
    interfacesAt,
    slots: values.map((as) => {
      const own = as.kind === 'argument' ? valuesOf.get(as.of) : undefined;
      return own === undefined || as.kind !== 'argument' ? undefined : { values: own, at: as.at };
    }),
    chain: values.findIndex(({ kind }) => kind === 'chain'),
    asks,
  };
}

/** The rule with values that can be exchanged, and tells who looks at them. */
function watchedRule(bound: BoundRule) {
  let seen = false;
  const valuesOf = new Map<GivenOption, unknown[]>();
  const watched = <C extends BoundClause>(clause: C): C => {
    const given = Object.entries(clause.given).map(([key, option]) => {
      const values = [...option.values];
      valuesOf.set(option, values);
      const one: GivenOption = {
        name: option.name,
        inverted: option.inverted,
        span: option.span,
        get values() {
          seen = true;
          return values;
        },
      };
      return [key, one] as const;
    });
    return { ...clause, given: Object.fromEntries(given) };
  };
  const { target } = bound;
  const rule: BoundRule = {
    ...bound,
    matches: bound.matches.map(watched),
    target: target?.kind === 'extension' ? { ...target, clause: watched(target.clause) } : target,
  };
  const isReading = (ask: () => boolean): { readonly answer: boolean; readonly reads: boolean } => {
    seen = false;
    return { answer: ask(), reads: seen };
  };
  return { rule, valuesOf, isReading };
}

/** Is all as it is for the first rule, and is nothing said? */
function questions(rule: BoundRule, { facts, table, context }: Pick<Bound, 'facts' | 'table' | 'context'>): readonly (() => boolean)[] {
  let silent = true;
  const quiet: BindContext = {
    ...context,
    report: () => {
      silent = false;
    },
    taken: undefined,
  };
  const ofClauses = clausesOf(rule).map((clause) => {
    const whole = { ...clause, span: { start: clause.span.start, end: clause.span.end }, stranger: false, broken: false };
    let first: ClauseFacts | undefined;
    return (): boolean => {
      silent = true;
      if (!checkClause(whole, rule, quiet)) return false;
      checkTables(clause, table, quiet.report);
      const told = clauseFacts(clause);
      first ??= told;
      return silent && isSame(first, told);
    };
  });
  return [...ofClauses, () => hasOpaqueTarget(rule, quiet) === facts.opaqueTarget];
}

function isSame(one: ClauseFacts, other: ClauseFacts): boolean {
  return one.conntrack === other.conntrack && other.changedSets.length === 0 && isLimitedAlike(one.limit?.allowed, other.limit?.allowed);
}

function isLimitedAlike(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && one.length === other.length && one.every((hook, at) => hook === other[at]);
}

/** What a rule of the form tells, with its own places and chain. Undefined: its values make a difference. */
export function factsByForm(
  { facts, limitedAt, interfacesAt, slots, chain, asks }: RuleForm,
  found: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly values: readonly ValueRead[] },
): RuleFacts | undefined {
  if (asks.length > 0) {
    for (const [at, slot] of slots.entries()) if (slot !== undefined) slot.values[slot.at] = found.values[at]?.value;
    for (const ask of asks) if (!ask()) return undefined;
  }
  const target = chain < 0 ? facts.target : (found.values[chain]?.value as string);
  if (target === facts.target && limitedAt.length === 0 && interfacesAt.length === 0) return facts;
  const spanOf = ({ first, last }: WordRange): Span => ({ start: found.starts[first] as number, end: found.ends[last] as number });
  const { parts, calls, ends, conntrack, defrag, changedSets, opaqueTarget } = facts;
  return {
    parts,
    target,
    calls,
    ends,
    limited: limitedAt.map((range, at) => ({ ...(facts.limited[at] as RuleFacts['limited'][number]), span: spanOf(range) })),
    interfaces: interfacesAt.map((range, at) => ({ ...(facts.interfaces[at] as RuleFacts['interfaces'][number]), span: spanOf(range) })),
    conntrack,
    defrag,
    changedSets,
    opaqueTarget,
  };
}
