/** Statements and rules, from what the grammar took. */
import { invariant } from '../../lib/invariant.ts';
import { packedList } from '../../lib/packedList.ts';
import { captures } from '../generated/nft.ts';
import type { Span } from '../text/source.ts';
import type { NftElement, NftExpression, NftLikeness, NftName, NftRuleNode, NftStatement, NftVerdict } from './ast.ts';
import { countingWords } from './countingWords.ts';
import { namedBy, readElement, readExpression } from './expressions.ts';
import { allParts, findPart, type NftReader, nameAt, partAt, partsIn, spanAt, textAt, unquotedNft, wordsOfPart } from './matched.ts';
import { readNatStatement, readTproxyStatement } from './natStatements.ts';
import { isNameOfNft } from './reserved.ts';

type Reading = (reader: NftReader, index: number) => NftStatement;

/** All that was taken, as one rule. */
export function readRule(reader: NftReader, like?: NftLikeness): NftRuleNode {
  return readRuleOf(reader, 0, like);
}

function readRuleOf(reader: NftReader, index: number, like?: NftLikeness): NftRuleNode {
  const statements: NftStatement[] = [];
  let comment: NftName | undefined;
  let handle: number | undefined;
  for (const part of partsIn(reader, index)) {
    if (partAt(reader, part) === captures.ruleComment) comment = textIn(reader, part);
    else if (partAt(reader, part) === captures.handle) handle = Number(textAt(reader, part + 3));
    else statements.push(readStatement(reader, part));
  }
  const start = reader.s.events[index + 1] as number;
  return {
    statements: packedList(statements),
    ...(comment !== undefined && { comment }),
    ...(handle !== undefined && { handle }),
    ...(like !== undefined && { like }),
    line: reader.lineOf(start),
    ...spanAt(reader, index),
  };
}

/** In quotes, a word, or what a variable stands for. */
export function textIn(reader: NftReader, index: number): NftName {
  const inner = index + 3;
  if (partAt(reader, inner) === captures.word && !isNameOfNft(textAt(reader, inner)))
    sayWord(reader, textAt(reader, inner), spanAt(reader, inner));
  return partAt(reader, inner) === captures.variable ? { text: namedBy(reader, inner), ...spanAt(reader, inner) } : nameAt(reader, inner);
}

export function readStatement(reader: NftReader, index: number): NftStatement {
  const read = READINGS.get(partAt(reader, index));
  return read === undefined ? said(reader, index) : read(reader, index);
}

/** A statement that is kept as its words. */
function said(reader: NftReader, index: number): NftStatement {
  // what is wrong with its values is said all the same
  for (const part of partsIn(reader, index)) if (READ_WITHIN.has(partAt(reader, part))) readExpression(reader, part);
  const [verb, ...says] = wordsOfPart(reader, index, 0) as readonly [NftName, ...NftName[]];
  return { kind: 'other', verb: verb.text, says, ...spanAt(reader, index) };
}

const READ_WITHIN: ReadonlySet<number> = new Set([captures.value, captures.vRanged]);

const READINGS: ReadonlyMap<number, Reading> = new Map<number, Reading>([
  [captures.field, readField],
  [captures.verdict, readVerdict],
  [captures.counter, stateful('counter', 1)],
  [captures.limit, stateful('limit', 1)],
  [captures.quota, stateful('quota', 1)],
  [captures.last, stateful('last', 1)],
  [captures.connlimit, stateful('ct count', 2)],
  [captures.log, readLog],
  [captures.reject, readReject],
  [captures.notrack, (reader, index) => ({ kind: 'notrack', ...spanAt(reader, index) })],
  [captures.nat, readNatStatement],
  [captures.masquerade, readNatStatement],
  [captures.redirect, readNatStatement],
  [captures.tproxy, readTproxyStatement],
  [captures.dynamic, readDynamic],
  [captures.meter, readMeter],
  [captures.ctObject, readCtObject],
  [captures.synproxy, (reader, index) => objectOf(reader, index, 'synproxy') ?? said(reader, index)],
  [captures.xt, readXt],
]);

function readField(reader: NftReader, index: number): NftStatement {
  const { start, end } = spanAt(reader, index);
  const [first = 0, second = 0] = partsIn(reader, index);
  const left = readExpression(reader, first);
  const inner = second + 3;
  if (partAt(reader, second) === captures.vmap) {
    const to = readExpression(reader, inner);
    sayNoVerdicts(reader, to);
    return { kind: 'vmap', key: left, to, start, end };
  }
  if (partAt(reader, second) === captures.write) {
    const value = readExpression(reader, inner);
    if (!isWritable(left)) {
      const span = { start: left.start, end: left.end };
      reader.report({ kind: 'malformed', code: 'bad-argument', message: 'this cannot be set', span });
    }
    if (left.kind === 'ct' && left.key === 'helper') return { kind: 'object', of: 'ct helper', object: value, start, end };
    return { kind: 'write', to: left, value, start, end };
  }
  const parts = partsIn(reader, second);
  const op = findPart(reader, parts, 'op');
  const right = readExpression(reader, parts.at(-1) ?? inner);
  if (op === undefined) return { kind: 'match', left, right, start, end };
  return { kind: 'match', left, op: OPS[textAt(reader, op)] ?? '==', right, start, end };
}

function isWritable(left: NftExpression): boolean {
  return ['payload', 'raw', 'meta', 'ct'].includes(left.kind) || (left.kind === 'header' && left.of !== 'exthdr');
}

function sayNoVerdicts(reader: NftReader, to: NftExpression): void {
  if (to.kind !== 'set') return;
  for (const { value, start, end } of to.elements.filter((element) => element.value?.kind !== 'verdict')) {
    const message = value === undefined ? 'this element of a vmap has no verdict' : 'this is not a verdict, which a vmap needs';
    reader.report({ kind: 'malformed', code: 'bad-value', message, span: { start: value?.start ?? start, end: value?.end ?? end } });
  }
}

type Comparison = NonNullable<Extract<NftStatement, { readonly kind: 'match' }>['op']>;
const OPS: Readonly<Record<string, Comparison>> = {
  ...Object.fromEntries((['==', '!=', '<', '>', '<=', '>=', '!'] as const).map((op) => [op, op])),
  ...{ eq: '==', ne: '!=', lt: '<', gt: '>', le: '<=', ge: '>=', not: '!' },
};

function readVerdict(reader: NftReader, index: number): NftVerdict {
  const { start, end } = spanAt(reader, index);
  const verdict = verdictAt(reader, index);
  const [inner] = partsIn(reader, index);
  if (inner === undefined) return { kind: 'verdict', verdict, start, end };
  if (partAt(reader, inner) === captures.block) {
    const rules = partsIn(reader, inner).map((part) => readRuleOf(reader, part));
    return { kind: 'verdict', verdict, rules, start, end };
  }
  const chain = readName(reader, inner + 3);
  return { kind: 'verdict', verdict, chain, start, end };
}

const VERDICTS: readonly NftVerdict['verdict'][] = ['goto', 'jump', 'accept', 'drop', 'return', 'continue'];

/** None begins with another, and all that stand in a text are these six strings. */
function verdictAt({ s }: NftReader, index: number): NftVerdict['verdict'] {
  const verdict = VERDICTS.find((one) => s.text.startsWith(one, s.events[index + 1]));
  invariant(verdict !== undefined, 'the grammar takes these verdicts');
  return verdict;
}

/** A name that nft takes without quotes. */
export function readName(reader: NftReader, index: number): NftName {
  const { start, end } = spanAt(reader, index);
  if (partAt(reader, index) === captures.variable) return { text: namedBy(reader, index), start, end };
  const text = textAt(reader, index);
  if (!isNameOfNft(text)) sayWord(reader, text, { start, end });
  return { text, start, end };
}

function sayWord({ report }: NftReader, text: string, span: Span): void {
  report({ kind: 'malformed', code: 'chain-name', message: `\`${text}\` is a word of nft and cannot be a name`, span });
}

function stateful(kind: 'counter' | 'limit' | 'quota' | 'last' | 'ct count', words: number): Reading {
  return (reader, index) => {
    const object = partsIn(reader, index).find((part) => partAt(reader, part) === captures.objectName);
    const says = object === undefined ? countingWords(kind, wordsOfPart(reader, index, words)) : [];
    return { kind, says, ...(object !== undefined && { object: readExpression(reader, object + 3) }), ...spanAt(reader, index) };
  };
}

function objectOf(reader: NftReader, index: number, of: string): NftStatement | undefined {
  const [object] = partsIn(reader, index);
  if (object === undefined) return undefined;
  return { kind: 'object', of, object: readExpression(reader, object + 3), ...spanAt(reader, index) };
}

function readCtObject(reader: NftReader, index: number): NftStatement {
  const [, word = ''] = wordsOfPart(reader, index, 0).map(({ text }) => text);
  return { kind: 'object', of: `ct ${word}`, object: readExpression(reader, index + 3), ...spanAt(reader, index) };
}

function readLog(reader: NftReader, index: number): NftStatement {
  const word = findPart(reader, partsIn(reader, index), 'word');
  if (word !== undefined && !isNameOfNft(textAt(reader, word))) sayWord(reader, textAt(reader, word), spanAt(reader, word));
  return { kind: 'log', says: wordsOfPart(reader, index, 1), ...spanAt(reader, index) };
}

function readReject(reader: NftReader, index: number): NftStatement {
  const words = wordsOfPart(reader, index, 2).map(({ text }) => text);
  const given = words.filter((word, at) => !(at === 1 && word === 'type'));
  const [family, code = ''] = given;
  if (family !== 'tcp' && /^[a-z]/.test(code) && !isNameOfNft(code)) sayWord(reader, code, spanAt(reader, index));
  return { kind: 'reject', ...(given.length > 0 && { with: given }), ...spanAt(reader, index) };
}

function readDynamic(reader: NftReader, index: number): NftStatement {
  const parts = partsIn(reader, index);
  const [verb = 0, set = 0, block, old = 0] = (['dynamicVerb', 'reference', 'dynElement', 'oldElement'] as const).map((name) =>
    findPart(reader, parts, name),
  );
  const reference = readExpression(reader, set);
  const read = readElement(reader, block ?? old);
  for (const part of read.key.kind === 'concat' ? read.key.of : [read.key]) {
    const { kind, start, end } = part;
    if (part.kind === 'value' && part.form === 'word' && !isNameOfNft(part.text)) sayWord(reader, part.text, { start, end });
    if (kind !== 'range' && kind !== 'prefix') continue;
    reader.report({ kind: 'malformed', code: 'bad-value', message: 'a key that packets give is one value', span: { start, end } });
  }
  return {
    kind: 'dynamic',
    verb: textAt(reader, verb) as 'add',
    set: reference.kind === 'reference' ? reference.name : nameAt(reader, set),
    element: read,
    ...spanAt(reader, index),
  };
}

function readMeter(reader: NftReader, index: number): NftStatement {
  const [name = 0, ...rest] = partsIn(reader, index);
  const element: NftElement = readElement(reader, rest.at(-1) ?? 0);
  const [size] = rest.length > 1 ? rest : [];
  if (element.statements.length === 0) {
    const { start, end } = element;
    reader.report({ kind: 'malformed', code: 'missing-option', message: 'a meter needs a limit or a counter', span: { start, end } });
  }
  return {
    kind: 'meter',
    name: readName(reader, name),
    ...(size !== undefined && { size: nameAt(reader, size) }),
    element,
    ...spanAt(reader, index),
  };
}

function readXt(reader: NftReader, index: number): NftStatement {
  const [, of, name] = wordsOfPart(reader, index, 0);
  const { text = '', start = 0, end = 0 } = name ?? {};
  return { kind: 'xt', of: of?.text as 'match', name: { text: unquotedNft(text), start, end }, ...spanAt(reader, index) };
}

/** Stateful statements of a line of a set. */
export function readStatements(reader: NftReader): readonly NftStatement[] {
  return allParts(reader).map((part) => readStatement(reader, part));
}
