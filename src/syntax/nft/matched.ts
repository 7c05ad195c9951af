/** What a rule of grammars/nft.ohm took, as a tree: each part comes before what it contains. */
import { captures } from '../generated/nft.ts';
import type { MatchState } from '../grammar/recogniser.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { NftExpression, NftName, NftStatement } from './ast.ts';

export interface NftReader {
  readonly s: MatchState;
  readonly report: ProblemSink;
  /** what `define` said, inner blocks first */
  readonly scopes: Map<string, NftExpression>[];
  /** from places in the text that is read to places in the text that was given */
  readonly place: ((span: Span) => Span) | undefined;
  /** 1-based line of an offset; asked in rising order */
  readonly lineOf: (offset: number) => number;
  /** statements have expressions in them, and elements of sets have statements */
  readonly statement: (reader: NftReader, index: number) => NftStatement;
}

export function partAt({ s }: NftReader, index: number): number {
  return s.events[index] as number;
}

export function spanAt({ s, place }: NftReader, index: number): Span {
  const span = { start: s.events[index + 1] as number, end: s.events[index + 2] as number };
  return place === undefined ? span : place(span);
}

export function textAt({ s }: NftReader, index: number): string {
  return s.text.slice(s.events[index + 1], s.events[index + 2]);
}

/** `ct helper`, whatever stands between its words: blanks, or a line that goes on. */
export function kindAt(reader: NftReader, index: number): string {
  return textAt(reader, index).replaceAll(/[\s\\]+/g, ' ');
}

export function nameAt(reader: NftReader, index: number): NftName {
  const { start, end } = spanAt(reader, index);
  return { text: unquotedNft(textAt(reader, index)), start, end };
}

export function unquotedNft(text: string): string {
  return text.charCodeAt(0) === 34 ? text.slice(1, -1) : text;
}

/** The part after this one and all that it contains. */
export function afterPart({ s }: NftReader, index: number): number {
  const end = s.events[index + 2] as number;
  let next = index + 3;
  while (next < s.top && (s.events[next + 2] as number) <= end) next += 3;
  return next;
}

/** The parts within one, without what they contain. */
export function partsIn(reader: NftReader, index: number): readonly number[] {
  const end = afterPart(reader, index);
  const parts: number[] = [];
  for (let at = index + 3; at < end; at = afterPart(reader, at)) parts.push(at);
  return parts;
}

/** All outermost parts. */
export function allParts(reader: NftReader): readonly number[] {
  const parts: number[] = [];
  for (let at = 0; at < reader.s.top; at = afterPart(reader, at)) parts.push(at);
  return parts;
}

export function findPart(reader: NftReader, parts: readonly number[], name: keyof typeof captures): number | undefined {
  return parts.find((part) => partAt(reader, part) === captures[name]);
}

/** A text in quotes ends a word, but for signs behind it. */
const WORD = /"[^"]*"[^\s\\"\w]*|(?:[^\s\\"]|\\(?!\r?\n))+/g;

/** Words between blanks; quotes stay. */
export function wordsWithin(reader: NftReader, from: number, to: number): readonly NftName[] {
  const { s, place } = reader;
  return [...s.text.slice(from, to).matchAll(WORD)].map(({ 0: text, index }) => {
    const span = { start: from + index, end: from + index + text.length };
    return { text, ...(place === undefined ? span : place(span)) };
  });
}

/** Words of a part after its first ones. */
export function wordsOfPart(reader: NftReader, index: number, skipped: number): readonly NftName[] {
  return wordsWithin(reader, reader.s.events[index + 1] as number, reader.s.events[index + 2] as number).slice(skipped);
}
