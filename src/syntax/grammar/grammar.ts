/** Matches a text against a rule of a compiled grammar: what the parts are, or where it stops being right and what was expected there. */
import { grammar as values } from '../generated/values.ts';
import type { Span } from '../text/source.ts';
import { type CompiledGrammar, expectedBy, newMatchState, runRule } from './recogniser.ts';

/** A part of the text that a rule took; outer parts come before what they contain. */
export interface Capture extends Span {
  readonly rule: string;
  readonly text: string;
}

export type Match =
  | { readonly ok: true; readonly captures: readonly Capture[] }
  /** `at` is an offset in the text; `expected` are phrases such as `a number` or `":"` */
  | { readonly ok: false; readonly at: number; readonly expected: readonly string[] };

/** Rules of grammars/values.ohm. */
export type ValueRule = keyof (typeof values)['rules'];
export function matchValue(rule: ValueRule, text: string): Match {
  return matchGrammar(values, rule, text);
}

const state = newMatchState('');

export function matchGrammar<Rule extends string>(grammar: CompiledGrammar<Rule>, rule: Rule, text: string): Match {
  state.text = text;
  if (!runRule(state, grammar.rules[rule], { start: 0, end: text.length })) {
    return { ok: false, at: state.far, expected: expectedBy(state, grammar) };
  }
  const captures: Capture[] = [];
  for (let at = 0; at < state.top; at += 3) {
    const start = state.events[at + 1] as number;
    const end = state.events[at + 2] as number;
    captures.push({ rule: grammar.captureNames[state.events[at] as number] ?? '', text: text.slice(start, end), start, end });
  }
  return { ok: true, captures };
}
