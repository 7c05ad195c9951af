/** Commands of nft: `add rule ...`, `delete chain ...`, `flush table ...`. man nft(8) */

import { captures } from '../generated/nft.ts';
import type { NftName } from './ast.ts';
import { type NamedBlock, readHandle } from './blocks.ts';
import { nftChainOf } from './chainBlock.ts';
import { endLine, type NftCursor, nextWord, placedIn, skipUnread, take, takeOrSay, takeOrSkip } from './cursor.ts';
import { noteEarlyIn } from './definedLater.ts';
import { elementCommand } from './elementCommands.ts';
import { knownChain, knownTable, sayExists, sayMissing } from './known.ts';
import { allParts, findPart, kindAt, partAt, spanAt, textAt, wordsOfPart } from './matched.ts';
import { objectSays } from './objectWords.ts';
import { namesRule, ruleCommand } from './ruleCommands.ts';
import { readName } from './statements.ts';
import { type NftTableName, nftTableOf, readNamedBlock, readTableBlock, tableNameIn } from './tableBlock.ts';
import { checkSwitched, noteSwitch } from './tableFlags.ts';
import { type NftTableState, type NftWorld, nftTableKey } from './world.ts';

/** They change nothing. */
const LOOKS = ['list', 'reset', 'get', 'monitor', 'describe', 'export'];

export function nftCommand(cursor: NftCursor, world: NftWorld): void {
  const { start } = placedIn(cursor, { start: cursor.at, end: cursor.at });
  if (LOOKS.includes(nextWord(cursor))) {
    skipUnread(cursor);
    return;
  }
  cursor.isScript = true;
  if (namesRule(cursor, world)) {
    if (ruleCommand(cursor, world, 'add')) endLine(cursor);
    else skipUnread(cursor);
    return;
  }
  if (!takeOrSkip(cursor, 'command')) return;
  const parts = allParts(cursor);
  const given = findPart(cursor, parts, 'verb');
  const verb = given === undefined ? 'add' : textAt(cursor, given);
  const kind = kindAt(cursor, parts.at(-1) ?? 0);
  take(cursor, 'sp');
  if (carryOut(cursor, world, { verb, kind, start })) endLine(cursor);
  else skipUnread(cursor);
}

interface Command {
  readonly verb: string;
  readonly kind: string;
  readonly start: number;
}

const VERBS: Readonly<Record<string, readonly string[]>> = {
  table: ['add', 'create', 'delete', 'destroy', 'flush'],
  ruleset: ['flush'],
  rule: ['add', 'insert', 'replace', 'delete', 'destroy'],
  element: ['add', 'create', 'delete', 'destroy'],
  chain: ['add', 'create', 'delete', 'destroy', 'flush', 'rename'],
  set: ['add', 'create', 'delete', 'destroy', 'flush'],
  map: ['add', 'create', 'delete', 'destroy', 'flush'],
  meter: ['delete', 'destroy', 'flush'],
};
const OF_OBJECTS = ['add', 'create', 'delete', 'destroy'];

/** False: it cannot be read. */
function carryOut(cursor: NftCursor, world: NftWorld, command: Command): boolean {
  const { verb, kind, start } = command;
  if (!(VERBS[kind] ?? OF_OBJECTS).includes(verb)) {
    const span = { start, end: Math.max(start + 1, placedIn(cursor, { start: cursor.at, end: cursor.at }).start) };
    cursor.report({ kind: 'malformed', code: 'bad-argument', message: `there is no command \`${verb} ${kind}\``, span });
    return false;
  }
  if (kind === 'ruleset') return flushRuleset(cursor, world);
  if (kind === 'table') return tableCommand(cursor, world, command);
  if (kind === 'rule') return ruleCommand(cursor, world, verb);
  if (kind === 'element') return elementCommand(cursor, world, verb);
  return itemCommand(cursor, world, command);
}

function flushRuleset(cursor: NftCursor, world: NftWorld): boolean {
  const family = take(cursor, 'familyOnly') ? textAt(cursor, 0) : undefined;
  for (const [key, table] of world) if (family === undefined || table.family === family) world.delete(key);
  return true;
}

function tableCommand(cursor: NftCursor, world: NftWorld, { verb }: Command): boolean {
  if (take(cursor, 'tableHandle')) return deleteByHandle(cursor, world);
  if (!takeOrSay(cursor, 'tableName')) return false;
  const named = tableNameIn(cursor, allParts(cursor));
  const key = nftTableKey(named.family, named.name.text);
  if (verb === 'add' || verb === 'create') {
    if (verb === 'create' && world.has(key)) sayExists(cursor, { kind: 'table', name: named.name });
    const isThere = world.has(key);
    const table = nftTableOf(world, named);
    take(cursor, 'sp');
    if (take(cursor, 'opens')) readTableBlock(cursor, table, isThere);
    else if (isThere) {
      const before = table.flags;
      table.flags = [];
      noteSwitch({ cursor, table, name: named.name, before });
    }
    return true;
  }
  if (verb === 'destroy') return world.delete(key) || true;
  const table = knownTable(cursor, world, named);
  if (verb === 'delete') world.delete(key);
  else for (const chain of table?.chains.values() ?? []) chain.rules.splice(0, chain.rules.length);
  return true;
}

function deleteByHandle(cursor: NftCursor, world: NftWorld): boolean {
  const parts = allParts(cursor);
  const family = findPart(cursor, parts, 'family');
  const handle = Number(textAt(cursor, parts.at(-1) ?? 0));
  const of = family === undefined ? 'ip' : textAt(cursor, family);
  const found = [...world].find(([, table]) => table.family === of && table.handle === handle);
  if (found === undefined) sayNoHandle(cursor, 'table', parts.at(-1) ?? 0);
  else world.delete(found[0]);
  return true;
}

function sayNoHandle(cursor: NftCursor, kind: string, part: number): void {
  const message = `no ${kind} has handle ${textAt(cursor, part)}`;
  const help = 'handles are known from `nft -a list ruleset` in the same text';
  cursor.report({ kind: 'not-loadable', code: 'unknown-item', message, span: spanAt(cursor, part), help });
}

interface Item {
  readonly table: NftTableState;
  readonly kind: string;
  readonly name: NftName;
}

function itemCommand(cursor: NftCursor, world: NftWorld, { verb, kind, start }: Command): boolean {
  if (verb === 'delete' && take(cursor, 'itemHandle')) return deleteItemByHandle(cursor, world, kind);
  if (!takeOrSay(cursor, 'itemName')) return false;
  const parts = allParts(cursor);
  const named = tableNameIn(cursor, parts);
  const name = readName(cursor, parts.at(-1) ?? 0);
  const adds = verb === 'add' || verb === 'create';
  const table = knownTable(cursor, world, named);
  if (adds) return addItem(cursor, { kind, name, start, table: table ?? unknownTable(named) }, verb);
  if (verb === 'rename') return rename(cursor, table, name);
  if (table !== undefined) changeItem(cursor, { table, kind, name }, verb);
  return true;
}

/** What a command about a table that is not there says is read all the same. */
function unknownTable({ family, name }: NftTableName): NftTableState {
  const { start, end } = name;
  return { family, name, flags: [], chains: new Map(), sets: new Map(), objects: new Map(), flowtables: new Map(), start, end };
}

function addItem(cursor: NftCursor, block: NamedBlock, verb: string): boolean {
  const { kind, table, name, start } = block;
  if (verb === 'create' && itemsOf(table, kind).has(keyOf(kind, name.text))) sayExists(cursor, { kind, name });
  take(cursor, 'sp');
  const isNew = kind === 'chain' && !table.chains.has(name.text);
  const braces = verb !== 'create' || !MADE_BARE.includes(kind);
  if (braces && take(cursor, 'opens')) {
    readNamedBlock(cursor, block);
    noteEarlyIn(cursor, table);
  } else if (kind === 'chain') nftChainOf(table, name, start);
  else if (kind === 'set' || kind === 'map') return takeOrSay(cursor, 'opens');
  else {
    const lines = !NEEDS_BRACES.includes(kind) && take(cursor, 'property') ? [wordsOfPart(cursor, 0, 0)] : [];
    if (lines.length === 0 && !MAY_SAY_NOTHING.includes(kind)) return takeOrSay(cursor, 'opens');
    const says = objectSays(cursor, { kind, lines });
    const handle = readHandle(cursor);
    if (kind === 'flowtable') table.flowtables.set(name.text, { name, says, start, end: name.end });
    else table.objects.set(keyOf(kind, name.text), { kind, name, says, start, end: name.end, ...(handle !== undefined && { handle }) });
  }
  if (isNew) {
    const chain = nftChainOf(table, name, start);
    cursor.made.add(chain);
    if (chain.base !== undefined) checkSwitched(cursor, table, name);
  }
  return true;
}

/** What it is stands between braces. */
const NEEDS_BRACES = ['ct helper', 'ct timeout', 'ct expectation', 'flowtable'];
/** `create` has no braces for them. */
const MADE_BARE = ['counter', 'quota', 'limit', 'synproxy', 'secmark'];
const MAY_SAY_NOTHING = ['counter'];

function itemsOf(table: NftTableState, kind: string): Map<string, { readonly handle?: number }> {
  if (kind === 'chain') return table.chains;
  if (kind === 'flowtable') return table.flowtables;
  return kind === 'set' || kind === 'map' || kind === 'meter' ? table.sets : table.objects;
}

function keyOf(kind: string, name: string): string {
  return ['chain', 'flowtable', 'set', 'map', 'meter'].includes(kind) ? name : `${kind} ${name}`;
}

function changeItem(cursor: NftCursor, item: Item, verb: string): void {
  const { table, kind, name } = item;
  const items = itemsOf(table, kind);
  const key = keyOf(kind, name.text);
  const isOther = verb === 'flush' && kind !== 'chain' && table.sets.get(key)?.kind !== kind && kind !== 'meter';
  if (!items.has(key) || isOther) {
    if (verb !== 'destroy') sayMissing(cursor, item);
  } else if (verb !== 'flush') items.delete(key);
  else if (kind === 'chain') table.chains.get(key)?.rules.splice(0);
  else table.sets.get(key)?.elements.splice(0);
}

function deleteItemByHandle(cursor: NftCursor, world: NftWorld, kind: string): boolean {
  const parts = allParts(cursor);
  const table = knownTable(cursor, world, tableNameIn(cursor, parts));
  const number = parts.at(-1) ?? 0;
  if (table === undefined) return true;
  const items = itemsOf(table, kind);
  const found = [...items].find(([, { handle }]) => handle === Number(textAt(cursor, number)));
  if (found === undefined) sayNoHandle(cursor, kind, number);
  else items.delete(found[0]);
  return true;
}

function rename(cursor: NftCursor, table: NftTableState | undefined, name: NftName): boolean {
  take(cursor, 'sp');
  if (!takeOrSay(cursor, 'nameAfter')) return false;
  const to = readName(cursor, partAt(cursor, 0) === captures.identifier ? 0 : 3);
  if (table === undefined) return true;
  const chain = knownChain(cursor, table, name);
  if (table.chains.has(to.text)) sayExists(cursor, { kind: 'chain', name: to });
  if (chain === undefined) return true;
  if (cursor.made.has(chain)) {
    const message = `chain \`${name.text}\` is renamed in the text that makes it, which the kernel refuses`;
    const { start, end } = name;
    cursor.report({ kind: 'not-loadable', code: 'unknown-chain', message, span: { start, end }, help: 'make it with its new name' });
  }
  const chains = [...table.chains.values()];
  table.chains.clear();
  for (const one of chains) {
    if (one === chain) one.name = to;
    table.chains.set(one.name.text, one);
  }
  return true;
}
