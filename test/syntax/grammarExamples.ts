/** Reads the examples that stand in the grammars: `//+ "taken"` and `//- "refused"` above a rule. */
import { readFileSync } from 'node:fs';
import * as ohm from 'ohm-js';
import { grammar as ip } from '../../src/syntax/generated/ip.ts';
import { grammar as iptablesSave } from '../../src/syntax/generated/iptablesSave.ts';
import { grammar as listing } from '../../src/syntax/generated/listing.ts';
import { grammar as nft } from '../../src/syntax/generated/nft.ts';
import { grammar as packet } from '../../src/syntax/generated/packet.ts';
import { grammar as values } from '../../src/syntax/generated/values.ts';
import type { CompiledGrammar } from '../../src/syntax/grammar/recogniser.ts';

export interface GrammarUnderTest {
  readonly file: string;
  readonly text: string;
  readonly ohm: ohm.Grammar;
  readonly compiled: CompiledGrammar;
}

export interface Example {
  readonly rule: string;
  readonly text: string;
  readonly taken: boolean;
}

export const GRAMMARS: readonly GrammarUnderTest[] = [
  load('iptables-save', iptablesSave),
  load('values', values),
  load('packet', packet),
  load('ip', ip),
  load('listing', listing),
  load('nft', nft),
];

function load(file: string, compiled: CompiledGrammar): GrammarUnderTest {
  const text = readFileSync(new URL(`../../grammars/${file}.ohm`, import.meta.url), 'utf8');
  return { file, text, ohm: ohm.grammar(text), compiled };
}

export function examplesOf({ text }: GrammarUnderTest): readonly Example[] {
  const examples: Example[] = [];
  let waiting: { readonly text: string; readonly taken: boolean }[] = [];
  for (const line of text.split('\n')) {
    const example = /^\s*\/\/([+-]) (".*")$/.exec(line);
    const rule = /^\s+(\w+)(?: \(.*?\))? :?= /.exec(line)?.[1];
    if (example !== null) waiting.push({ text: JSON.parse(example[2] ?? '') as string, taken: example[1] === '+' });
    else if (rule !== undefined) {
      for (const one of waiting) examples.push({ rule, ...one });
      waiting = [];
    }
  }
  if (waiting.length > 0) throw new Error('examples without a rule below them');
  return examples;
}
