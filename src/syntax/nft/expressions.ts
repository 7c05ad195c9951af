/** Expressions and elements of sets, from what the grammar took. */
import { invariant } from '../../lib/invariant.ts';
import { captures } from '../generated/nft.ts';
import type { NftElement, NftExpression, NftName, NftStatement, NftVerdict } from './ast.ts';
import { afterPart, findPart, type NftReader, nameAt, partAt, partsIn, spanAt, textAt, unquotedNft } from './matched.ts';
import { nftChained } from './operators.ts';
import { isNameOfNft } from './reserved.ts';
import { in32Bits, nftSelectorOf, type SelectorKind } from './selectors.ts';
import { asProtocolNumber, innermostPart, NFT_VALUES, readNftValue, sayFieldWords } from './values.ts';

const SELECTORS: ReadonlyMap<number, SelectorKind> = new Map([
  [captures.payload, 'payload'],
  [captures.raw, 'raw'],
  [captures.meta, 'meta'],
  [captures.ct, 'ct'],
  [captures.fib, 'fib'],
  [captures.numgen, 'numgen'],
  [captures.header, 'header'],
  [captures.socket, 'other'],
  [captures.rt, 'other'],
  [captures.osf, 'other'],
  [captures.ipsec, 'other'],
]);

export function readExpression(reader: NftReader, from: number): NftExpression {
  const index = innermostPart(reader, from);
  const part = partAt(reader, index);
  const form = NFT_VALUES.get(part);
  if (form !== undefined) return readNftValue(reader, index, form);
  const selector = SELECTORS.get(part);
  if (selector !== undefined) {
    const { start, end } = spanAt(reader, index);
    // not first: V8 gives each copy of an object that begins a literal a layout of its own, where they come in many layouts
    return { start, end, ...nftSelectorOf(selector, textAt(reader, index)) };
  }
  switch (part) {
    case captures.left:
    case captures.cConcat:
    case captures.vConcat:
    case captures.setTypeof:
    case captures.setValueTypeof:
      return several(reader, index, 'concat');
    case captures.rhs:
      return several(reader, index, 'list');
    case captures.leftBinary:
    case captures.cBinary:
    case captures.vBinary:
      return readBinary(reader, index, part);
    case captures.cRanged:
    case captures.vRanged:
      return readRanged(reader, index);
    case captures.masked: {
      const [left = 0, right = 0] = partsIn(reader, index);
      return {
        kind: 'binary',
        op: '/',
        left: readExpression(reader, left),
        right: readExpression(reader, right),
        ...spanAt(reader, index),
      };
    }
    case captures.value:
      return readMapped(reader, index);
    case captures.hash:
      return readHash(reader, index);
    case captures.set: {
      const { start, end } = spanAt(reader, index);
      return { kind: 'set', elements: readElements(reader, index), start, end };
    }
    case captures.reference:
      return readReference(reader, index);
    case captures.variable:
      return readVariable(reader, index);
    case captures.wildcard:
      return { kind: 'wildcard', ...spanAt(reader, index) };
    default:
      return readExpression(reader, index + 3);
  }
}

function several(reader: NftReader, index: number, kind: 'concat' | 'list'): NftExpression {
  const parts = partsIn(reader, index);
  const [first = index + 3] = parts;
  if (parts.length === 1) return readExpression(reader, first);
  const of = parts.map((part) => readExpression(reader, part));
  if (kind === 'list') sayUnlistable(reader, of);
  const { start, end } = spanAt(reader, index);
  return { kind, of, start, end };
}

/** A list is of single values: it stands for bits. */
function sayUnlistable({ report }: NftReader, of: readonly NftExpression[]): void {
  for (const one of of.filter(({ kind }) => kind === 'prefix' || kind === 'range' || kind === 'concat'))
    report({
      kind: 'malformed',
      code: 'bad-value',
      message: 'a list without braces has single values',
      span: { start: one.start, end: one.end },
      help: 'write `{ a, b }`',
    });
}

function readBinary(reader: NftReader, index: number, kind: number): NftExpression {
  const parts = partsIn(reader, index);
  // what a packet is asked for may stand there, and words that begin it are no values
  if (kind === captures.vBinary) sayFieldWords(reader, parts);
  const [first = index + 3] = parts;
  if (parts.length === 1) return readExpression(reader, first);
  const operands = parts
    .filter((_, at) => at % 2 === 0)
    .map((part) => (kind === captures.leftBinary ? asProtocolNumber(readExpression(reader, part)) : readExpression(reader, part)));
  const operators = parts.filter((_, at) => at % 2 === 1).map((part) => textAt(reader, part));
  return nftChained(operands, operators);
}

function readRanged(reader: NftReader, index: number): NftExpression {
  const first = readExpression(reader, index + 3);
  const rest = afterPart(reader, index + 3);
  if (rest >= afterPart(reader, index)) return first;
  const { start, end } = spanAt(reader, index);
  if (partAt(reader, rest) === captures.prefixLength)
    return { kind: 'prefix', of: first, length: Number(textAt(reader, rest).slice(1).trim()), start, end };
  return { kind: 'range', lo: first, hi: readExpression(reader, rest), start, end };
}

/** `key map { ... }`, and values of a list. */
function readMapped(reader: NftReader, index: number): NftExpression {
  const parts = partsIn(reader, index);
  const to = findPart(reader, parts, 'mapTo');
  const values = parts.filter((part) => part !== to).map((part) => readExpression(reader, part));
  const [first = readExpression(reader, index + 3)] = values;
  if (values.length > 1) sayUnlistable(reader, values);
  const key: NftExpression = values.length === 1 ? first : { kind: 'list', of: values, start: first.start, end: values.at(-1)?.end ?? 0 };
  return to === undefined ? key : { kind: 'map', key, to: readExpression(reader, to), ...spanAt(reader, index) };
}

function readHash(reader: NftReader, index: number): NftExpression {
  const text = textAt(reader, index);
  const number = (word: string): string | undefined => new RegExp(`\\s${word}\\s+(\\w+)`).exec(text)?.[1];
  const seed = number('seed');
  return {
    kind: 'hash',
    ...(text.startsWith('j') && { of: readExpression(reader, index + 3) }),
    modulus: in32Bits(number('mod') ?? ''),
    ...(seed !== undefined && { seed: in32Bits(seed) }),
    offset: in32Bits(number('offset') ?? '0'),
    ...spanAt(reader, index),
  };
}

function readReference(reader: NftReader, index: number): NftExpression {
  const { start, end } = spanAt(reader, index);
  const text = textAt(reader, index).slice(1);
  const name = text.startsWith('$') ? namedBy(reader, index + 3) : text;
  return { kind: 'reference', name: { text: name, start: start + 1, end }, start, end };
}

/** The name that a variable stands for. */
export function namedBy(reader: NftReader, index: number): string {
  const value = readVariable(reader, index);
  return value.kind === 'value' ? value.text : '';
}

/** What the variable was defined as, at the place where it stands. */
function readVariable(reader: NftReader, index: number): NftExpression {
  const { report, scopes } = reader;
  const span = spanAt(reader, index);
  const name = textAt(reader, index).slice(1);
  const value = scopes.find((scope) => scope.has(name))?.get(name);
  if (value !== undefined) return { ...value, ...span };
  report({
    kind: 'malformed',
    code: 'script-unknown-value',
    message: `\`$${name}\` is not defined`,
    span,
    help: `write \`define ${name} = ...\` before it`,
  });
  return { kind: 'value', form: 'word', text: `$${name}`, ...span };
}

function readElements(reader: NftReader, index: number): readonly NftElement[] {
  const end = afterPart(reader, index);
  const elements: NftElement[] = [];
  for (let at = index + 3; at < end; at = afterPart(reader, at)) pushElement(elements, readElement(reader, at));
  return elements;
}

/** A set within a set, as variables make it, gives its elements. */
export function pushElement(elements: NftElement[], element: NftElement): void {
  if (element.key.kind === 'set' && element.value === undefined) for (const one of element.key.elements) pushElement(elements, one);
  else elements.push(element);
}

/** Of nearly all elements, of which there may be very many. */
const NO_STATEMENTS: readonly NftStatement[] = [];

/** Of a set, or of a statement that adds to one. */
export function readElement(reader: NftReader, index: number): NftElement {
  const { start, end } = spanAt(reader, index);
  const key = readExpression(reader, index + 3);
  const stop = afterPart(reader, index);
  let at = afterPart(reader, index + 3);
  if (at >= stop) return { key, statements: NO_STATEMENTS, start, end };
  const made: Partial<Mutable<NftElement>> = {};
  const statements: NftStatement[] = [];
  for (; at < stop; at = afterPart(reader, at)) {
    const part = partAt(reader, at);
    if (part === captures.elementValue) made.value = readElementValue(reader, at);
    else if (part === captures.elementComment) {
      if (made.comment !== undefined)
        reader.report({ kind: 'malformed', code: 'bad-argument', message: 'there is a comment already', span: spanAt(reader, at) });
      made.comment = readComment(reader, at + 3);
    } else if (part === captures.elementTimeout) made.timeout = timeIn(reader, at);
    else if (part === captures.elementExpires) made.expires = timeIn(reader, at);
    else if (STATEFUL.has(part)) statements.push(reader.statement(reader, at));
  }
  return { key, ...made, statements: statements.length === 0 ? NO_STATEMENTS : statements, start, end };
}

function readComment(reader: NftReader, index: number): NftName {
  const name = nameAt(reader, index);
  const { start, end } = name;
  if (partAt(reader, index) === captures.word && !isNameOfNft(name.text))
    reader.report({
      kind: 'malformed',
      code: 'bad-value',
      message: `\`${name.text}\` is a word of nft: write it in quotes`,
      span: { start, end },
    });
  return name;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function timeIn(reader: NftReader, index: number): NftName {
  const { start, end } = spanAt(reader, index);
  // the line may go on between the two words
  const [text = ''] = /\S+$/.exec(textAt(reader, index)) ?? [];
  return { text: unquotedNft(text), start: Math.max(end - text.length, start), end };
}

function readElementValue(reader: NftReader, index: number): NftExpression | NftVerdict {
  if (partAt(reader, index + 3) !== captures.verdict) return readExpression(reader, index + 3);
  const verdict = reader.statement(reader, index + 3);
  invariant(verdict.kind === 'verdict', 'a verdict is read as one');
  return verdict;
}

const STATEFUL: ReadonlySet<number> = new Set([captures.counter, captures.limit, captures.connlimit, captures.quota, captures.last]);
