/** What is asked about all that a rule does, in whatever branch. */
import type { Effect, SwitchBranch } from './effect.ts';
import { isOfFragments, type MatchExpr } from './matchExpr.ts';

/** A rule, as far as it acts. */
interface Acting {
  readonly effects: readonly Effect[];
}

const NOTHING: Effect = { kind: 'continue' };

export function firstEffect({ effects }: Acting): Effect {
  return effects[0] ?? NOTHING;
}

/** The one that says what becomes of a packet after the rule. */
export function lastEffect({ effects }: Acting): Effect {
  return effects.at(-1) ?? NOTHING;
}

/** As every rule of iptables: it has one effect, which ends the rule. */
export function hasOneEffect({ effects }: Acting): boolean {
  const [effect = NOTHING] = effects;
  return effects.length < 2 && effect.kind !== 'switch' && !(effect.kind === 'divert' && effect.onMiss === 'break');
}

/** In order; a switch comes first, then what its branches do. */
export function eachEffect({ effects }: Acting, visit: (effect: Effect) => void): void {
  for (const effect of effects) {
    visit(effect);
    if (effect.kind === 'switch') for (const branch of effect.branches) eachEffect(branch, visit);
  }
}

export function everyEffect(rule: Acting): readonly Effect[] {
  if (!rule.effects.some(({ kind }) => kind === 'switch')) return rule.effects;
  const all: Effect[] = [];
  eachEffect(rule, (effect) => all.push(effect));
  return all;
}

export function someEffect({ effects }: Acting, test: (effect: Effect) => boolean): boolean {
  return effects.some((effect) => test(effect) || (effect.kind === 'switch' && effect.branches.some((branch) => someEffect(branch, test))));
}

export function effectsOfKind<K extends Effect['kind']>(rule: Acting, kind: K): readonly Extract<Effect, { readonly kind: K }>[] {
  return everyEffect(rule).filter((effect): effect is Extract<Effect, { readonly kind: K }> => effect.kind === kind);
}

export function does(rule: Acting, ...kinds: readonly Effect['kind'][]): boolean {
  return someEffect(rule, ({ kind }) => kinds.includes(kind));
}

/** It changes nothing and sends the packet nowhere; `ofWhole`: a packet that is no later fragment. */
export function isIdleRule({ effects }: Acting, ofWhole = false): boolean {
  const isIdle = (branch: SwitchBranch): boolean => (ofWhole && isOfFragments(branch.match)) || isIdleRule(branch, ofWhole);
  return effects.every((effect) => effect.kind === 'continue' || (effect.kind === 'switch' && effect.branches.every(isIdle)));
}

export type CallEffect = Extract<Effect, { readonly kind: 'jump' | 'goto' }>;

export function isCall(effect: Effect): effect is CallEffect {
  return effect.kind === 'jump' || effect.kind === 'goto';
}

export function callsIn(rule: Acting): readonly CallEffect[] {
  return everyEffect(rule).filter(isCall);
}

/** The condition of the rule and those of its branches. */
export function everyMatch(rule: Acting & { readonly match: MatchExpr }): readonly MatchExpr[] {
  const all: MatchExpr[] = [];
  eachMatch(rule, (match) => all.push(match));
  return all;
}

/** For maps of 100,000 elements, of which no list is made. */
export function eachMatch({ match, effects }: Acting & { readonly match: MatchExpr }, visit: (match: MatchExpr) => void): void {
  visit(match);
  for (const effect of effects) if (effect.kind === 'switch') for (const branch of effect.branches) eachMatch(branch, visit);
}
