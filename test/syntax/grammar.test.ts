import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { newMatchState, runRule } from '../../src/syntax/grammar/recogniser.ts';
import { examplesOf, GRAMMARS, type GrammarUnderTest } from './grammarExamples.ts';

interface Verdict {
  readonly taken: boolean;
  /** furthest position where something was expected; only of refused text */
  readonly at: number;
}

function byOhm({ ohm }: GrammarUnderTest, rule: string, text: string): Verdict {
  const match = ohm.match(text, rule);
  if (match.succeeded()) return { taken: true, at: -1 };
  const { getRightmostFailurePosition } = match as unknown as { readonly getRightmostFailurePosition: () => number };
  return { taken: false, at: getRightmostFailurePosition.call(match) };
}

function compiled({ compiled: grammar }: GrammarUnderTest, rule: string, text: string): Verdict {
  const s = newMatchState(text);
  const start = grammar.rules[rule];
  if (start === undefined) throw new Error(`no rule ${rule}`);
  const taken = runRule(s, start, { start: 0, end: text.length });
  return taken ? { taken, at: -1 } : { taken, at: s.far };
}

/** Characters that the grammars distinguish, and some that they do not know. */
const pieces = fc.constantFrom(
  ...' \t\n"\'\\$;&|<>(){}[]#*:,./!-=+_%@0189afgxFZ'.split(''),
  'é',
  '😀',
  '\ud800',
  '\r',
  '->',
  'COMMIT',
  '-A',
  '10.0.0.1',
);

function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat({ max: text.length }), cut: fc.nat({ max: 3 }), put: fc.array(pieces, { maxLength: 2 }) });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    let out = text;
    for (const { at, cut, put } of edits) out = out.slice(0, at) + put.join('') + out.slice(at + cut);
    return out;
  });
}

describe.each(GRAMMARS)('$file.ohm', (grammar) => {
  const examples = examplesOf(grammar);

  it.each(examples)('rule $rule, taken: $taken, text: $text', ({ rule, text, taken }) => {
    expect(byOhm(grammar, rule, text).taken).toBe(taken);
    expect(compiled(grammar, rule, text)).toEqual(byOhm(grammar, rule, text));
  });

  test('ohm and the compiled recogniser agree on mutated examples, and on where they fail', () => {
    const cases = fc.constantFrom(...examples).chain(({ rule, text }) => mutated(text).map((changed) => ({ rule, text: changed })));
    fc.assert(
      fc.property(cases, ({ rule, text }) => {
        expect(compiled(grammar, rule, text)).toEqual(byOhm(grammar, rule, text));
      }),
      { numRuns: 3000 },
    );
  });

  test('ohm and the compiled recogniser agree on every rule for any text', () => {
    const rules = fc.constantFrom(...Object.keys(grammar.compiled.rules));
    fc.assert(
      fc.property(rules, fc.array(pieces, { maxLength: 12 }), (rule, parts) => {
        const text = parts.join('');
        expect(compiled(grammar, rule, text)).toEqual(byOhm(grammar, rule, text));
      }),
      { numRuns: 2000 },
    );
  });
});
