/** `add rule`, `insert rule`, `replace rule`, `delete rule`. fact: an index counts from 0; `position` is an old word for `handle` */

import { captures } from '../generated/nft.ts';
import type { NftFamily, NftRuleNode } from './ast.ts';
import { type NftCursor, take, takeOrSay } from './cursor.ts';
import { noteEarly } from './definedLater.ts';
import { knownChain, knownTable } from './known.ts';
import { allParts, findPart, partAt, spanAt, textAt } from './matched.ts';
import { readName, readRule } from './statements.ts';
import { tableNameIn } from './tableBlock.ts';
import { type NftChainState, type NftWorld, nftTableKey } from './world.ts';

/** `add ip t c accept` and `ip t c accept` add a rule too. Words that name no table are those of another command. */
export function namesRule(cursor: NftCursor, world: NftWorld): boolean {
  const { at } = cursor;
  take(cursor, 'addAhead');
  const start = cursor.at;
  const isNamed = take(cursor, 'itemName') && isTableNamed(cursor, world);
  cursor.at = isNamed ? start : at;
  return isNamed;
}

function isTableNamed(cursor: NftCursor, world: NftWorld): boolean {
  const parts = allParts(cursor);
  const family = findPart(cursor, parts, 'family');
  const name = parts.find((part) => partAt(cursor, part) === captures.identifier) ?? 0;
  return world.has(nftTableKey(family === undefined ? 'ip' : (textAt(cursor, family) as NftFamily), textAt(cursor, name)));
}

/** False: the command cannot be read. */
export function ruleCommand(cursor: NftCursor, world: NftWorld, verb: string): boolean {
  if (!takeOrSay(cursor, 'itemName')) return false;
  const parts = allParts(cursor);
  const named = tableNameIn(cursor, parts);
  const name = readName(cursor, parts.at(-1) ?? 0);
  take(cursor, 'sp');
  const place = readPlace(cursor);
  take(cursor, 'sp');
  const needsRule = verb !== 'delete' && verb !== 'destroy';
  if (needsRule && !takeOrSay(cursor, 'rule')) return false;
  const rule = needsRule ? readAdded(cursor) : undefined;
  const table = knownTable(cursor, world, named);
  const chain = table === undefined ? undefined : knownChain(cursor, table, name);
  if (chain === undefined) return true;
  if (place === undefined && (verb === 'replace' || rule === undefined)) {
    const message = `\`${verb} rule\` needs the handle of the rule`;
    cursor.report({ kind: 'malformed', code: 'missing-option', message, span: name, help: '`nft -a list ruleset` shows handles' });
    return true;
  }
  const at = place === undefined ? undefined : indexOf(cursor, chain, place);
  if (place !== undefined && at === undefined) return true;
  if (table !== undefined && rule !== undefined) noteEarly(cursor, table, rule);
  if (rule === undefined) chain.rules.splice(at ?? 0, 1);
  else putRule(chain.rules, { rule, verb, at });
  return true;
}

/** What comes with a place of its own is an object of a listing in JSON. */
function readAdded(cursor: NftCursor): NftRuleNode {
  const rule = readRule(cursor);
  return cursor.place === undefined ? { ...rule, isAdded: true } : rule;
}

interface Put {
  readonly rule: NftRuleNode;
  readonly verb: string;
  readonly at: number | undefined;
}

function putRule(rules: NftRuleNode[], { rule, verb, at }: Put): void {
  if (verb === 'replace') rules.splice(at ?? 0, 1, rule);
  else if (verb === 'insert') rules.splice(at ?? 0, 0, rule);
  else if (at === undefined) rules.push(rule);
  else rules.splice(at + 1, 0, rule);
}

interface Place {
  readonly word: string;
  readonly number: number;
  readonly span: { readonly start: number; readonly end: number };
}

function readPlace(cursor: NftCursor): Place | undefined {
  if (!take(cursor, 'position')) return undefined;
  const [word = 0, number = 0] = allParts(cursor);
  return { word: textAt(cursor, word), number: Number(textAt(cursor, number)), span: spanAt(cursor, number) };
}

function indexOf(cursor: NftCursor, { name, rules }: NftChainState, { word, number, span }: Place): number | undefined {
  const at = word === 'index' ? number : rules.findIndex(({ handle }) => handle === number);
  if (at >= 0 && at < rules.length) return at;
  const there = rules.length === 1 ? 'one rule' : `${rules.length} rules`;
  const message =
    word === 'index'
      ? `chain \`${name.text}\` has ${there}, and none at index ${number}`
      : `no rule of \`${name.text}\` has handle ${number}`;
  const help = word === 'index' ? 'the first rule has index 0' : 'handles are known from `nft -a list ruleset` in the same text';
  cursor.report({ kind: 'not-loadable', code: 'no-such-rule', message, span, help });
  return undefined;
}
