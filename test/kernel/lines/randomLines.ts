/** Random rule lines from the registry's own option tables, written in many ways, a third of them broken. */
import fc from 'fast-check';
import type { Extension } from '../../../src/extensions/contract/extension.ts';
import { MATCHES, TARGETS } from '../../../src/extensions/rule/registry.ts';
import type { Family } from '../../../src/packet/address.ts';
import { clauseText } from '../../extensions/clauseText.ts';
import { spelt } from './spelling.ts';

export interface Line {
  readonly extension: string;
  /** names of the options as generated, before any damage */
  readonly options: readonly string[];
  readonly broken: boolean;
  readonly family: Family;
  readonly table: string;
  /** after `-A CHAIN` */
  readonly text: string;
}

/** Which word is damaged, and in which way. */
interface Damage {
  readonly at: number;
  readonly how: number;
}

const WAYS: readonly ((word: string) => readonly string[])[] = [
  () => [],
  (word) => [word, word],
  (word) => ['!', word],
  (word) => [word.endsWith('"') ? `${word.slice(0, -1)}x"` : `${word}x`],
  () => ['"999999999999"'],
  () => ['""'],
  () => ['"-1"'],
];

/** Small damage: a word left out, doubled, or made into another. */
function broken(text: string, { at, how }: Damage): string {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const place = at % Math.max(1, words.length);
  const made = WAYS[how % WAYS.length]?.(words[place] ?? '') ?? [];
  return [...words.slice(0, place), ...made, ...words.slice(place + 1)].join(' ');
}

function lineOf(extension: Extension): fc.Arbitrary<Line> {
  const damage = fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.record({ at: fc.nat(40), how: fc.nat(WAYS.length - 1) }) },
  );
  const written = clauseText(extension).chain((clause) => spelt(extension, clause).map((text) => ({ clause, text })));
  return fc.tuple(written, damage).map(([{ clause, text }, harm]) => ({
    extension: `${extension.kind} ${extension.name}`,
    options: clause.options.map(({ name }) => name),
    broken: harm !== null,
    family: clause.family,
    table: clause.table,
    text: harm === null ? text : broken(text, harm),
  }));
}

const ANY_LINE = fc.oneof(...[...MATCHES, ...TARGETS].map(lineOf));

export function randomLines(count: number, seed: number): readonly Line[] {
  return fc.sample(ANY_LINE, { numRuns: count, seed });
}
