/** What the chains of a proxy hand over to it where nothing else interferes: rules that stand in other chains may take packets before. */

import type { Host } from '../../host/host.ts';
import type { BaseKind } from '../../netfilter/baseChain.ts';
import { effectsOfKind, isCall, lastEffect } from '../../netfilter/everyEffect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { and, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import { asksOnly, pointsOf, shapeOf } from '../../ruleset/ruleShape.ts';
import type { BaseChain, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts';
import { chainsAt } from '../../ruleset/stages.ts';
import { handsToPorts } from './handsToPorts.ts';

export interface HandoverQuestion {
  readonly ruleset: Ruleset;
  readonly host: Host;
  /** of the proxy's listeners */
  readonly ports: ReadonlySet<number>;
  /** whose packets its rules let pass: no exclusion of anybody else's */
  readonly proxy: { readonly uid: number; readonly gid: number };
}

export interface HandedOver {
  /** what processes here send */
  readonly sent: MatchExpr;
  readonly arriving: MatchExpr;
  /** that hand something over */
  readonly rules: readonly Rule[];
}

export function handedOver(question: HandoverQuestion): HandedOver {
  const at = (hook: HookName, ...kinds: readonly BaseKind[]): readonly Handing[] =>
    chainsAt(question.ruleset, hook)
      .filter(({ chain: { base } }) => kinds.includes(base.kind))
      .flatMap(({ table, chain }) => inChain(question, { table, base: chain, name: chain.name }));
  const into = at('PREROUTING', 'nat');
  const transparent = at('PREROUTING', 'filter');
  const out = at('OUTPUT', 'nat');
  // TPROXY takes what is sent here after a mark has led it back over lo
  const marked = transparent.length === 0 ? [] : at('OUTPUT', 'route');
  const conditions = (parts: readonly Handing[]): MatchExpr => or(...parts.map(({ when }) => when));
  return {
    sent: conditions([...out, ...marked]),
    arriving: conditions([...into, ...transparent]),
    rules: [...new Set([...out, ...marked, ...into, ...transparent].map(({ rule }) => rule))],
  };
}

interface Handing {
  readonly rule: Rule;
  readonly when: MatchExpr;
}

interface ChainPlace {
  readonly table: Table;
  readonly base: BaseChain;
  readonly name: string;
  /** chains from the base chain to the jump that led here */
  readonly before?: readonly string[];
}

function inChain(question: HandoverQuestion, { table, base, name, before = [] }: ChainPlace): readonly Handing[] {
  const chain = table.chains.get(name);
  if (chain === undefined || before.includes(name)) return [];
  const hands = (rule: Rule): boolean =>
    handsToPorts(rule, question.ports) || (base.base.kind === 'route' && ruleLeadsBack(rule, question));
  const isOwn = chain.rules.some(hands);
  const passed: MatchExpr[] = [];
  return chain.rules.flatMap((rule): readonly Handing[] => {
    const { match } = rule;
    const effect = lastEffect(rule);
    const here = (): MatchExpr => and(match, ...passed.map(not));
    if (hands(rule)) return [{ rule, when: here() }];
    if (isCall(effect)) {
      const nested = inChain(question, { table, base, name: effect.chain, before: [...before, name] });
      return nested.map((one) => ({ rule: one.rule, when: and(here(), one.when) }));
    }
    const leaves = effect.kind === 'return' || effect.kind === 'accept';
    if (isOwn && leaves && !isOfProxy(rule, question)) passed.push(match);
    return [];
  });
}

/** It sets a mark by which the host routes to itself. */
function ruleLeadsBack(rule: Rule, { host }: HandoverQuestion): boolean {
  return effectsOfKind(rule, 'setMark').some(({ on, xor }) => on === 'packet' && isRoutedHere(host, xor >>> 0));
}

function isRoutedHere(host: Host, value: number): boolean {
  return host.rules.some(({ mark, action }) => {
    if (mark === undefined || typeof action !== 'object' || !('lookup' in action) || (value & mark.mask) >>> 0 !== mark.value) return false;
    return host.routes.some(({ table: to, type }) => to === action.lookup && type === 'local');
  });
}

function isOfProxy(rule: Rule, { proxy: { uid, gid } }: HandoverQuestion): boolean {
  const shape = shapeOf(rule);
  return (
    (asksOnly(shape, 'uid') && isOnly(pointsOf([shape], 'uid'), uid)) || (asksOnly(shape, 'gid') && isOnly(pointsOf([shape], 'gid'), gid))
  );
}

function isOnly(values: readonly number[], value: number): boolean {
  return values.length === 1 && values[0] === value;
}
