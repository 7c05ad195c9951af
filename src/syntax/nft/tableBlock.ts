/** `table ... { ... }`: what stands between its braces is added to the table. */

import { captures } from '../generated/nft.ts';
import type { NftFamily, NftName } from './ast.ts';
import { type NamedBlock, readHandle, readLines } from './blocks.ts';
import { readChainBlock } from './chainBlock.ts';
import { endLine, type NftCursor, nextWord, skipUnread, takeOrSay, takeOrSkip } from './cursor.ts';
import { noteEarlyIn } from './definedLater.ts';
import { isDefinition, readDefinition, sayInclude } from './definitions.ts';
import { allParts, findPart, kindAt, type NftReader, partAt, spanAt, textAt } from './matched.ts';
import { readFlowtable, readObject } from './objectBlock.ts';
import { readSetBlock } from './setBlock.ts';
import { readName, textIn } from './statements.ts';
import { checkSwitched, noteSwitch } from './tableFlags.ts';
import { type NftTableState, type NftWorld, nftTableKey } from './world.ts';

export interface NftTableName {
  readonly family: NftFamily;
  readonly name: NftName;
}

/** Of what was taken: a family, and the name behind it. */
export function tableNameIn(reader: NftReader, parts: readonly number[]): NftTableName {
  const family = findPart(reader, parts, 'family');
  const name = parts.find((part) => partAt(reader, part) === captures.identifier) ?? 0;
  return { family: family === undefined ? 'ip' : (textAt(reader, family) as NftFamily), name: readName(reader, name) };
}

export function nftTableOf(world: NftWorld, { family, name }: NftTableName): NftTableState {
  const key = nftTableKey(family, name.text);
  const known = world.get(key);
  if (known !== undefined) return known;
  const { start, end } = name;
  const made = { family, name, flags: [], chains: new Map(), sets: new Map(), objects: new Map(), flowtables: new Map(), start, end };
  world.set(key, made);
  return made;
}

/** Called with the cursor after the opening brace. `isThere`: the kernel keeps the comment of a table that it has. */
export function readTableBlock(cursor: NftCursor, table: NftTableState, isThere: boolean): void {
  const handle = readHandle(cursor);
  if (handle !== undefined) table.handle = handle;
  cursor.scopes.unshift(new Map());
  const before = new Set(cursor.isScript ? table.chains.values() : []);
  const { comment, flags } = table;
  const bases = new Set([...table.chains.values()].filter(({ base }) => base !== undefined));
  delete table.comment;
  table.flags = [];
  readLines(cursor, table.name, () => readTableLine(cursor, table));
  if (isThere) noteSwitch({ cursor, table, name: table.name, before: flags });
  for (const chain of table.chains.values()) if (chain.base !== undefined && !bases.has(chain)) checkSwitched(cursor, table, chain.name);
  if (isThere) delete table.comment;
  if (isThere && comment !== undefined) table.comment = comment;
  cursor.scopes.shift();
  if (cursor.isScript) for (const chain of table.chains.values()) if (!before.has(chain)) cursor.made.add(chain);
  noteEarlyIn(cursor, table);
}

function readTableLine(cursor: NftCursor, table: NftTableState): void {
  const word = nextWord(cursor);
  if (word === 'flags') readFlags(cursor, table);
  else if (word === 'comment') {
    if (!takeOrSkip(cursor, 'lineComment')) return;
    const said = textIn(cursor, 0);
    if (table.comment !== undefined) sayTwice(cursor, said);
    table.comment = said;
    endLine(cursor);
  } else if (isDefinition(word)) readDefinition(cursor);
  else if (word === 'include') sayInclude(cursor);
  else if (takeOrSay(cursor, 'opensBlock')) readItem(cursor, table);
  else skipUnread(cursor);
}

function sayTwice({ report }: NftCursor, { start, end }: NftName): void {
  report({ kind: 'malformed', code: 'bad-argument', message: 'there is a comment already', span: { start, end } });
}

function readFlags(cursor: NftCursor, table: NftTableState): void {
  if (!takeOrSkip(cursor, 'flags')) return;
  const given = allParts(cursor).map((part) => textIn(cursor, part));
  for (const flag of given.filter(({ text }) => !TABLE_FLAGS.includes(text)))
    cursor.report({ kind: 'malformed', code: 'bad-value', message: `\`${flag.text}\` is not a flag of a table`, span: flag });
  table.flags = given;
  endLine(cursor);
}

const TABLE_FLAGS = ['dormant', 'owner', 'persist'];

function readItem(cursor: NftCursor, table: NftTableState): void {
  const [kind = 0, name = 0] = allParts(cursor);
  const what = kindAt(cursor, kind);
  const named = readName(cursor, name);
  const { start } = spanAt(cursor, kind);
  readNamedBlock(cursor, { table, kind: what, name: named, start });
  endLine(cursor);
}

/** The lines of a chain, a set or an object. Called with the cursor after the opening brace. */
export function readNamedBlock(cursor: NftCursor, block: NamedBlock): void {
  const { kind } = block;
  if (kind === 'chain') readChainBlock(cursor, block);
  else if (kind === 'set' || kind === 'map' || kind === 'meter') readSetBlock(cursor, { ...block, kind });
  else if (kind === 'flowtable') readFlowtable(cursor, block);
  else readObject(cursor, block);
}
