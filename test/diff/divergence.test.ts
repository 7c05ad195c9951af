/** Which rules two journeys of one packet part at, where there are several ways to compare. */
import { expect, it } from 'vitest';
import type { Leg, Path } from '../../src/connection/journey.ts';
import { decidingPair } from '../../src/diff/divergence.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import type { Fate, WalkStep } from '../../src/simulate/trace.ts';
import { journey, path, rule, walk } from '../report/handmade.ts';

const DROP = (body: string, chain = 'OUTPUT'): Rule => ({
  ...rule({ chain, number: 1, body, target: 'DROP', line: 1 }),
  effects: [{ kind: 'drop' }],
});
/** Leads on, and does nothing itself. */
const ON = (body: string): Rule => ({ ...DROP(body), effects: [{ kind: 'jump', chain: 'NEXT' }] });
const step = (by: Rule, hook: 'OUTPUT' | 'INPUT' = 'OUTPUT'): WalkStep => ({ kind: 'rule', hook, rule: by, verdict: 'DROP' });
const leg = (fate: Fate, ...rules: readonly Rule[]): Leg => ({ sender: 'app', walk: walk({ steps: rules.map((one) => step(one)), fate }) });
const SENT: Fate = { kind: 'sent', oif: 'eth0' };
const dropped = (by: Rule): Fate => ({ kind: 'dropped', by });
const texts = (base: readonly Path[], head: readonly Path[]) => decidingPair(journey(base), journey(head)).map((one) => one?.text);
const A = ON('-s 10.0.0.1');
const [B, C, D] = ['-s 10.0.0.2 -j DROP', '-s 10.0.0.3 -j REJECT', '-s 10.0.0.4'].map((body) => DROP(body)) as [Rule, Rule, Rule];

it('the first rule that the other does not have', () => {
  expect(texts([path('dropped', [leg(dropped(B), A, B)])], [path('direct', [leg(SENT, A, C)])])).toEqual([B.text, C.text]);
});

it('a later step, of several ways through one leg', () => {
  const early = path('direct', [leg(SENT, C)]);
  const late = path('direct', [leg(SENT, A, D)]);
  for (const head of [
    [early, late],
    [late, early],
  ])
    expect(texts([path('dropped', [leg(dropped(B), A, B)])], head)).toEqual([B.text, D.text]);
});

it('a later leg counts for more than any number of steps of an earlier one', () => {
  const base = path('dropped', [leg(SENT, A, A, A, B), leg(dropped(B), B)]);
  const early = path('direct', [leg(SENT, A, A, A, C), leg(SENT, B)]);
  const late = path('direct', [leg(SENT, A, A, A, B), leg(SENT, D)]);
  for (const head of [
    [early, late],
    [late, early],
  ])
    expect(texts([base], head)).toEqual([B.text, D.text]);
});
