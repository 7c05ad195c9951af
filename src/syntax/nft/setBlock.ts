/** `set ... { ... }` and `map ... { ... }`. Elements are read one by one: there may be very many. */
import { captures } from '../generated/nft.ts';
import type { NftElement, NftName, NftSetNode } from './ast.ts';
import { type NamedBlock, readHandle, readLines } from './blocks.ts';
import { endLine, type NftCursor, nextWord, take, takeLineOrSay, takeOrSay, takeOrSkip } from './cursor.ts';
import { isDefinition, namesIn, readDefinition, sayInclude } from './definitions.ts';
import { pushElement, readElement, readExpression } from './expressions.ts';
import { shapedElement } from './lineShapes.ts';
import { allParts, nameAt, partAt, partsIn, spanAt, textAt, wordsWithin } from './matched.ts';
import { readStatement, textIn } from './statements.ts';
import type { NftSetState } from './world.ts';

export function readSetBlock(cursor: NftCursor, block: NamedBlock & { readonly kind: 'set' | 'map' | 'meter' }): void {
  const { table, name, kind, start } = block;
  const known = table.sets.get(name.text);
  const set: NftSetState = known ?? { kind, name, key: { types: [] }, flags: [], statements: [], elements: [], start, end: name.end };
  table.sets.set(name.text, set);
  const before = known === undefined ? undefined : { ...known };
  const handle = readHandle(cursor);
  if (handle !== undefined) set.handle = handle;
  cursor.scopes.unshift(new Map());
  const had = set.elements.length;
  const { comment } = set;
  delete set.comment;
  readLines(cursor, name, () => readSetLine(cursor, set, had));
  if (comment !== undefined) set.comment = comment;
  cursor.scopes.shift();
  if (before !== undefined && !isMadeAs(before, { ...set, kind })) {
    const message = `${before.kind} \`${name.text}\` is there already, and of another type`;
    cursor.report({ kind: 'not-loadable', code: 'bad-value', message, span: name });
  }
  if (known === undefined && 'types' in set.key && set.key.types.length === 0) {
    const message = `${kind} \`${name.text}\` has no type`;
    cursor.report({ kind: 'malformed', code: 'missing-option', message, span: name, help: 'write its `type` or `typeof`' });
  }
}

type Made = Pick<NftSetState, 'kind' | 'key' | 'value'>;

function isMadeAs(before: Made, { kind, key, value }: Made): boolean {
  return before.kind === kind && typesOf(before.key) === typesOf(key) && typesOf(before.value) === typesOf(value);
}

/** Of `typeof` only the kernel's types count, which are not known here. */
function typesOf(said: NftSetState['value']): string {
  return said === undefined || 'of' in said ? '' : said.types.map(({ text }) => text).join(' . ');
}

/** `had`: elements of the set before this block. Of a line that is said twice the last one counts. */
function readSetLine(cursor: NftCursor, set: NftSetState, had: number): void {
  if (isDefinition(nextWord(cursor))) {
    readDefinition(cursor);
    return;
  }
  if (nextWord(cursor) === 'include') {
    sayInclude(cursor);
    return;
  }
  if (!takeOrSkip(cursor, 'setLine')) return;
  const parts = allParts(cursor);
  const [first = 0] = parts;
  if (partAt(cursor, first) === captures.elementsOpen) {
    set.elements.splice(had);
    readElementsLine(cursor, set, first);
  } else {
    if (partAt(cursor, first) === captures.flag) set.flags = [];
    for (const part of parts) readProperty(cursor, set, part);
    if (partAt(cursor, first) === captures.autoMerge) take(cursor, 'separator');
    else endLine(cursor);
  }
}

type Property = (cursor: NftCursor, part: number, set: NftSetState) => Partial<NftSetState>;

function readProperty(cursor: NftCursor, set: NftSetState, part: number): void {
  const is = partAt(cursor, part);
  if (set.kind === 'map' && (is === captures.autoMerge || is === captures.setGc)) {
    const message = `\`${is === captures.setGc ? 'gc-interval' : 'auto-merge'}\` is said of sets alone`;
    cursor.report({ kind: 'malformed', code: 'bad-argument', message, span: spanAt(cursor, part) });
  }
  if (is === captures.lineComment && set.comment !== undefined)
    cursor.report({ kind: 'malformed', code: 'bad-argument', message: 'there is a comment already', span: spanAt(cursor, part) });
  const read = PROPERTIES.get(partAt(cursor, part));
  if (read === undefined) set.statements.push(readStatement(cursor, part));
  else Object.assign(set, read(cursor, part, set));
}

/** The word behind the name of a property. */
function saidBehind(cursor: NftCursor, part: number): NftName {
  const [inner] = partsIn(cursor, part);
  if (inner !== undefined) return textIn(cursor, part);
  const { s } = cursor;
  const [, value] = wordsWithin(cursor, s.events[part + 1] as number, s.events[part + 2] as number);
  return value === undefined ? nameAt(cursor, part) : { ...value, text: value.text.replaceAll('"', '') };
}

const PROPERTIES: ReadonlyMap<number, Property> = new Map<number, Property>([
  [captures.setTypes, (cursor, part) => ({ key: { types: typesIn(cursor, part) } })],
  [captures.setValueTypes, (cursor, part) => ({ value: { types: typesIn(cursor, part) } })],
  [captures.setTypeof, (cursor, part) => ({ key: { of: readExpression(cursor, part) } })],
  [captures.setValueTypeof, (cursor, part) => ({ value: valueTypeof(cursor, part) })],
  [captures.valueInterval, () => ({ valueIsInterval: true })],
  [captures.flag, (cursor, part, set) => ({ flags: [...set.flags, ...flagsIn(cursor, part).filter(({ text }) => !hasFlag(set, text))] })],
  [captures.setTimeout, (cursor, part) => ({ timeout: saidBehind(cursor, part) })],
  [captures.setGc, (cursor, part) => ({ gcInterval: saidBehind(cursor, part) })],
  [captures.setSize, (cursor, part) => ({ size: saidBehind(cursor, part) })],
  [captures.setPolicy, (cursor, part) => ({ policy: saidBehind(cursor, part) })],
  [captures.autoMerge, () => ({ autoMerge: true })],
  [captures.lineComment, (cursor, part) => ({ comment: textIn(cursor, part) })],
]);

function typesIn(cursor: NftCursor, part: number): readonly NftName[] {
  return partsIn(cursor, part).map((type) => nameAt(cursor, type));
}

/** `verdict` is a type in both forms. */
function valueTypeof(cursor: NftCursor, part: number): NonNullable<NftSetNode['value']> {
  const text = textAt(cursor, part);
  return text === 'verdict' ? { types: [nameAt(cursor, part)] } : { of: readExpression(cursor, part) };
}

function hasFlag({ flags }: NftSetState, name: string): boolean {
  return flags.some(({ text }) => text === name);
}

const SET_FLAGS = ['constant', 'interval', 'timeout', 'dynamic'];

function flagsIn(cursor: NftCursor, part: number): readonly NftName[] {
  const span = spanAt(cursor, part);
  const flags = namesIn(cursor, part + 3).map((text) => ({ text, ...span }));
  for (const { text } of flags.filter((flag) => !SET_FLAGS.includes(flag.text)))
    cursor.report({ kind: 'malformed', code: 'bad-value', message: `\`${text}\` is not a flag of a set`, span });
  return flags;
}

/** As `auto-merge` it needs no `;` behind it. nftables src/parser_bison.y set_block */
function readElementsLine(cursor: NftCursor, set: NftSetState, part: number): void {
  const [variable] = partsIn(cursor, part);
  if (variable === undefined) {
    readElementsTo(cursor, set.elements);
    take(cursor, 'separator');
    return;
  }
  const given = readExpression(cursor, variable);
  if (given.kind === 'set') for (const element of given.elements) pushElement(set.elements, element);
  take(cursor, 'separator');
}

/** Up to the brace that closes them; the one that opens them was taken. */
export function readElementsTo(cursor: NftCursor, into: NftElement[]): void {
  const start = cursor.at;
  take(cursor, 'elementFirst');
  if (take(cursor, 'elementsClose')) {
    const message = 'there are no elements between these braces';
    cursor.report({ kind: 'malformed', code: 'bad-value', message, span: { start, end: cursor.at }, help: 'leave the line out' });
    return;
  }
  for (;;) {
    const { s, at, end } = cursor;
    const line = shapedElement(s.text, { start: at, end });
    if (takeLineOrSay(cursor, 'element', line)) pushElement(into, readElement(cursor, 0));
    else skipElement(cursor);
    if (take(cursor, 'elementsClose')) return;
    if (cursor.at >= cursor.end || !takeOrSay(cursor, 'elementsNext')) {
      skipElement(cursor);
      if (take(cursor, 'elementsClose') || !take(cursor, 'elementsNext')) return;
    }
  }
}

/** To the next comma or brace of the list. */
function skipElement(cursor: NftCursor): void {
  const { s, end } = cursor;
  let depth = 0;
  let at = cursor.at;
  for (; at < end; at++) {
    const character = s.text[at];
    if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) break;
    else if (character === ',' && depth === 0) break;
  }
  cursor.at = at;
}
