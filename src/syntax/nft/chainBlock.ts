/** `chain ... { ... }`: where a base chain is hooked, its policy, its rules. */
import { captures } from '../generated/nft.ts';
import type { NftBaseNode, NftName } from './ast.ts';
import { type NamedBlock, readHandle, readLines } from './blocks.ts';
import { endLine, type NftCursor, nextWord, skipUnread, takeLineOrSay, takeOrSkip } from './cursor.ts';
import { isDefinition, namesIn, readDefinition, sayInclude } from './definitions.ts';
import { nftLikenessOf, shapedLine } from './lineShapes.ts';
import { allParts, findPart, nameAt, partAt, partsIn, spanAt, textAt, unquotedNft } from './matched.ts';
import { readRule, textIn } from './statements.ts';
import type { NftChainState, NftTableState } from './world.ts';

export function nftChainOf(table: NftTableState, name: NftName, start: number): NftChainState {
  const known = table.chains.get(name.text);
  if (known !== undefined) return known;
  const made = { name, rules: [], start, end: name.end };
  table.chains.set(name.text, made);
  return made;
}

export function readChainBlock(cursor: NftCursor, { table, name, start }: NamedBlock): void {
  const known = table.chains.get(name.text);
  const chain = nftChainOf(table, name, start);
  const handle = readHandle(cursor);
  if (handle !== undefined) chain.handle = handle;
  cursor.scopes.unshift(new Map());
  const block: ChainBlock = { chain, isKnown: known !== undefined };
  readLines(cursor, name, () => readChainLine(cursor, block));
  cursor.scopes.shift();
  sayWithoutBase(cursor, block);
  // as of `packedList`: most chains have few rules, and one block
  if (known === undefined) chain.rules = chain.rules.slice();
}

interface ChainBlock {
  readonly chain: NftChainState;
  /** an earlier block or command has made it */
  readonly isKnown: boolean;
  /** what this block says; nft takes both before the line `type ...` as well */
  policy?: NftName;
  flags?: readonly NftName[];
}

function readChainLine(cursor: NftCursor, block: ChainBlock): void {
  const { chain, isKnown } = block;
  const word = nextWord(cursor);
  if (word === 'type') readBase(cursor, block);
  else if (word === 'policy') readPolicy(cursor, block);
  else if (word === 'comment') readComment(cursor, chain, isKnown);
  else if (word === 'flags') readFlags(cursor, block);
  else if (isDefinition(word)) readDefinition(cursor);
  else if (word === 'include') sayInclude(cursor);
  else readRuleLine(cursor, chain);
}

function readRuleLine(cursor: NftCursor, chain: NftChainState): void {
  const line = shapedLine(cursor.s.text, { start: cursor.at, end: cursor.end });
  if (!takeLineOrSay(cursor, 'rule', line)) {
    skipUnread(cursor);
    return;
  }
  const like = line && nftLikenessOf(cursor.shapes.rule, line);
  chain.rules.push(readRule(cursor, like));
  endLine(cursor);
}

function readBase(cursor: NftCursor, block: ChainBlock): void {
  const { chain, isKnown } = block;
  if (!takeOrSkip(cursor, 'chainBase')) return;
  const [whole = 0] = allParts(cursor);
  const parts = partsIn(cursor, whole);
  const [type = 0, hook = 0] = [findPart(cursor, parts, 'baseType'), findPart(cursor, parts, 'baseHook')];
  const before = chain.base;
  const policy = block.policy ?? before?.policy;
  const base: NftBaseNode = {
    type: nameAt(cursor, type),
    hook: nameAt(cursor, hook),
    devices: parts.flatMap((part) => devicesIn(cursor, part)),
    priority: readPriority(cursor, parts),
    flags: block.flags ?? before?.flags ?? [],
    ...(policy !== undefined && { policy }),
    ...spanAt(cursor, whole),
  };
  // JSON of nft leaves devices out
  if (cursor.place === undefined && isOfDevices(base.hook.text) && base.devices.length === 0) {
    const { start, end } = base;
    const message = `a chain at hook ${base.hook.text} needs \`device\` or \`devices\``;
    cursor.report({ kind: 'not-loadable', code: 'missing-option', message, span: { start, end } });
  }
  if (isKnown && !isHookedAs(before, base)) {
    const message = `chain \`${chain.name.text}\` is there already, and not hooked so`;
    const { start, end } = base;
    cursor.report({ kind: 'not-loadable', code: 'chain-exists', message, span: { start, end }, help: 'delete it before' });
  } else chain.base = base;
  endLine(cursor);
}

function isOfDevices(hook: string): boolean {
  return hook === 'ingress' || hook === 'egress';
}

/** fact: a chain that is there takes neither a hook nor another one */
function isHookedAs(before: NftBaseNode | undefined, { type, hook, priority }: NftBaseNode): boolean {
  if (before === undefined) return false;
  return before.type.text === type.text && before.hook.text === hook.text && priorityOf(before.priority) === priorityOf(priority);
}

const STANDARD: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 };

function priorityOf({ name, offset }: NftBaseNode['priority']): number {
  return offset + (name === undefined ? 0 : (STANDARD[name] ?? 0));
}

function devicesIn(cursor: NftCursor, part: number): readonly NftName[] {
  const isDevice = partAt(cursor, part) === captures.device;
  if (!isDevice && partAt(cursor, part) !== captures.variable) return [];
  const span = spanAt(cursor, part);
  return namesIn(cursor, isDevice ? part + 3 : part).map((text) => ({ text: unquotedNft(text), ...span }));
}

function readPriority(cursor: NftCursor, parts: readonly number[]): NftBaseNode['priority'] {
  const name = findPart(cursor, parts, 'priorityName');
  const number = findPart(cursor, parts, 'priorityNumber');
  const offset = number === undefined ? 0 : Number(textAt(cursor, number).replaceAll(/[\s+\\]/g, ''));
  const [first = 0, last = first] = [name ?? number, number];
  const span = { start: spanAt(cursor, first).start, end: spanAt(cursor, last).end };
  if (name === undefined) return { offset, ...span };
  const { text } = textIn(cursor, name);
  return /^-?\d+$/.test(text) ? { offset: Number(text) + offset, ...span } : { name: text, offset, ...span };
}

/** nft takes it before the line `type ...` as well. nftables src/parser_bison.y chain_block, policy_spec */
function readPolicy(cursor: NftCursor, block: ChainBlock): void {
  if (!takeOrSkip(cursor, 'chainPolicy')) return;
  const { chain } = block;
  const [part = 0] = allParts(cursor);
  const [variable] = partsIn(cursor, part);
  const policy = variable === undefined ? nameAt(cursor, part) : textIn(cursor, part);
  if (block.policy !== undefined)
    cursor.report({ kind: 'malformed', code: 'bad-policy', message: 'there is a policy already', span: policy });
  block.policy = policy;
  if (chain.base !== undefined) chain.base = { ...chain.base, policy };
  endLine(cursor);
}

function sayWithoutBase(cursor: NftCursor, { chain, policy }: ChainBlock): void {
  if (policy === undefined || chain.base !== undefined) return;
  const message = `chain \`${chain.name.text}\` has no policy: it is not a base chain`;
  const help = 'write its `type ... hook ... priority ...`';
  cursor.report({ kind: 'not-loadable', code: 'bad-policy', message, span: policy, help });
}

function readComment(cursor: NftCursor, chain: NftChainState, isKnown: boolean): void {
  if (!takeOrSkip(cursor, 'lineComment')) return;
  const said = textIn(cursor, 0);
  if (chain.comment !== undefined && !isKnown)
    cursor.report({ kind: 'malformed', code: 'bad-argument', message: 'there is a comment already', span: said });
  chain.comment = said;
  endLine(cursor);
}

function readFlags(cursor: NftCursor, block: ChainBlock): void {
  if (!takeOrSkip(cursor, 'flags')) return;
  const flags = allParts(cursor).map((part) => textIn(cursor, part));
  for (const { text, start, end } of flags.filter((flag) => flag.text !== 'offload'))
    cursor.report({ kind: 'malformed', code: 'bad-value', message: `\`${text}\` is not a flag of a chain`, span: { start, end } });
  const { chain } = block;
  if (chain.base === undefined) block.flags = flags;
  else chain.base = { ...chain.base, flags };
  endLine(cursor);
}
