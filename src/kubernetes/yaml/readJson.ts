/** JSON as a tree that knows its places. A text that is not JSON is left to the reader of YAML, which says what is wrong with it. */
import type { Entry, Node } from './node.ts';
import { type Flaw, givenTwice, MOST_DEPTH, TooDeep, type Tree } from './tree.ts';

/** Undefined: this is not JSON. */
export function readJson(text: string): Tree | undefined {
  if (!/^[ \t\r\n]*[[{]/.test(text)) return undefined;
  const reader: Reader = { text, at: 0, flaws: [] };
  try {
    const root = readValue(reader, 0);
    skipBlanks(reader);
    return reader.at === text.length ? { root, flaws: reader.flaws } : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    if (error instanceof TooDeep) return error.tree;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  readonly flaws: Flaw[];
}

const BLANKS = /[ \t\r\n]*/y;
const STRING = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null/y;

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function skipBlanks(reader: Reader): void {
  take(reader, BLANKS);
}

/** Whether this character comes next, which is then read. */
function isNext(reader: Reader, character: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.at] !== character) return false;
  reader.at++;
  return true;
}

function readValue(reader: Reader, depth: number): Node {
  skipBlanks(reader);
  const start = reader.at;
  const character = reader.text[start];
  if (character === '{' || character === '[') {
    if (depth === MOST_DEPTH) throw new TooDeep({ start, end: start + 1 });
    return character === '{' ? readObject(reader, depth) : readArray(reader, depth);
  }
  const value = scalar(reader, character);
  return { kind: 'scalar', value, span: { start, end: reader.at } };
}

function scalar(reader: Reader, first: string | undefined): string | number | boolean | null {
  if (first === '"') return readString(reader);
  const word = take(reader, WORD);
  if (word !== undefined) return word === 'null' ? null : word === 'true';
  return Number(take(reader, NUMBER) ?? notJson());
}

function readString(reader: Reader): string {
  try {
    return JSON.parse(take(reader, STRING) ?? '') as string;
  } catch {
    return notJson();
  }
}

function readObject(reader: Reader, depth: number): Node {
  const start = reader.at++;
  const entries: Entry[] = [];
  const keys = new Set<string>();
  if (isNext(reader, '}')) return { kind: 'map', entries, span: { start, end: reader.at } };
  do {
    skipBlanks(reader);
    const keyStart = reader.at;
    const key = readString(reader);
    const keySpan = { start: keyStart, end: reader.at };
    if (keys.has(key)) reader.flaws.push(givenTwice(keySpan));
    keys.add(key);
    if (!isNext(reader, ':')) notJson();
    entries.push({ key, keySpan, value: readValue(reader, depth + 1) });
  } while (isNext(reader, ','));
  if (!isNext(reader, '}')) notJson();
  return { kind: 'map', entries, span: { start, end: reader.at } };
}

function readArray(reader: Reader, depth: number): Node {
  const start = reader.at++;
  const items: Node[] = [];
  if (isNext(reader, ']')) return { kind: 'list', items, span: { start, end: reader.at } };
  do items.push(readValue(reader, depth + 1));
  while (isNext(reader, ','));
  if (!isNext(reader, ']')) notJson();
  return { kind: 'list', items, span: { start, end: reader.at } };
}

class NotJson extends Error {}

function notJson(): never {
  throw new NotJson();
}
