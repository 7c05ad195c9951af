/** Which parts of a packet's state decide what a chain does: packets that agree there are treated alike, and one walk of the chain answers for all. */

import { memoize } from '../../lib/memo.ts';
import type { Effect, Switch } from '../../netfilter/effect.ts';
import { eachEffect } from '../../netfilter/everyEffect.ts';
import { eachFieldOf, eachLeaf } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { chainsFrom, digestOf } from '../../ruleset/chainDigest.ts';
import type { Table } from '../../ruleset/ruleset.ts';
import type { EnvPart } from './stateKeys.ts';

type Part = EnvPart | 'hook';
type AskedParts = ReadonlySet<Part>;

/** Everything that the rules of a chain, and of the chains it calls, ask about. */
export function chainReads(table: Table, chain: string): AskedParts {
  return partsOf(table, chain).reads;
}

/** What decides which of these rules match: as `chainReads`, but for what is only written, which no rule there asks for. A service of
 *  kube-proxy is walked once then, not for packets with its mark and for those without. */
export function chainAsks(table: Table, chain: string): AskedParts {
  return partsOf(table, chain).asks;
}

/** All packets come back from the chain, changed in nothing of these parts: it does no more than write marks and header fields. */
export function leavesAlone(table: Table, chain: string, parts: AskedParts): boolean {
  return comesBack(table, chain) && areApart(partsOf(table, chain).writes, parts);
}

/** Packets to which a rule does no more than that are the same, as far as these parts go, as those that it does not match. */
export function changesNothing(table: Table, effect: Effect, parts: AskedParts): boolean {
  if (effect.kind === 'jump') return leavesAlone(table, effect.chain, parts);
  return (effect.kind === 'setMark' || effect.kind === 'setField') && areApart(effectReads(effect), parts);
}

function areApart(written: Iterable<Part>, parts: AskedParts): boolean {
  for (const part of written) if (part === 'remembered' || parts.has(part)) return false;
  return true;
}

interface PartsOfChain {
  readonly reads: AskedParts;
  readonly asks: AskedParts;
  /** with what the effects read */
  readonly writes: AskedParts;
}

/** Asked of every chain that is called, and most do not. */
const comesBack: (table: Table, chain: string) => boolean = memoize((table: Table, name: string) => {
  const below = new Set([name]);
  // a Set grows while it is walked
  for (const one of below) {
    const { calls, does } = digestOf(table, one);
    if (!does.every((kind) => STAYING.has(kind))) return false;
    for (const { chain } of calls) below.add(chain);
  }
  return true;
});

const STAYING: ReadonlySet<Effect['kind']> = new Set(['continue', 'return', 'jump', 'goto', 'switch', 'setMark', 'setField']);

/** Chains that do and ask the same have one such object: of 50,000 chains of kube-proxy there are some twenty. */
const partsOf: (table: Table, chain: string) => PartsOfChain = memoize((table: Table, name: string) => {
  const asked: Field[] = [];
  const written: (readonly Part[])[] = [];
  for (const chain of chainsFrom(table, [name])) {
    const { asks, does } = digestOf(table, chain);
    for (const field of asks) if (!asked.includes(field)) asked.push(field);
    if (does.every((kind) => READING_NOTHING.has(kind))) continue;
    for (const rule of table.chains.get(chain)?.rules ?? []) {
      eachEffect(rule, (effect) => {
        if (!READING_NOTHING.has(effect.kind)) written.push(effectReads(effect));
      });
    }
  }
  const lists = new Map(written.map((parts) => [parts.join(), parts]));
  const key = `${asked.join()} ${[...lists.keys()].join(' ')}`;
  const known = sameParts.get(table) ?? new Map<string, PartsOfChain>();
  sameParts.set(table, known);
  const parts = known.get(key) ?? partsFrom(asked, [...lists.values()]);
  known.set(key, parts);
  return parts;
});

const sameParts = new WeakMap<Table, Map<string, PartsOfChain>>();

function partsFrom(fields: readonly Field[], written: readonly (readonly Part[])[]): PartsOfChain {
  const reads = new Set<Part>();
  const asks = new Set<Part>();
  for (const field of fields) addAll(asks, FIELD_READS[field]);
  addAll(reads, [...asks, ...written.flat()]);
  for (let size = -1; size < asks.size; ) {
    size = asks.size;
    for (const parts of written) if (parts.some((part) => asks.has(part) || part === 'remembered')) addAll(asks, parts);
  }
  return { reads, asks, writes: new Set(written.flat()) };
}

/** Everything that the branches of a switch ask about. */
export const matchReads: (effect: Switch, _all: '') => ReadonlySet<Part> = memoize((effect: Switch, _all: '') => {
  const parts = new Set<Part>();
  for (const field of matchFields(effect, '')) addAll(parts, FIELD_READS[field]);
  return parts;
});

export const matchFields: (effect: Switch, _all: '') => ReadonlySet<Field> = memoize((effect: Switch, _all: '') => {
  const fields = new Set<Field>();
  const add = (field: Field) => fields.add(field);
  for (const { match } of effect.branches) eachLeaf(match, (leaf) => eachFieldOf(leaf, add));
  return fields;
});

function addAll(parts: Set<Part>, more: readonly Part[]): void {
  for (const part of more) parts.add(part);
}

/** conntrack has seen the packet, or a template waits for it */
const SEEN: readonly Part[] = ['original', 'tracked', 'state'];
const CONNECTION: readonly Part[] = ['original', 'direction', 'sent', 'src', 'dst', 'sport', 'dport', 'about', 'quotes'];
const SOURCE_TYPE: readonly Part[] = ['src', 'iif', 'oif'];
const DESTINATION_TYPE: readonly Part[] = ['dst', 'iif', 'oif'];
const BOTH_TYPE: readonly Part[] = ['src', 'dst', 'iif', 'oif'];

const FIELD_READS: Readonly<Record<Field, readonly Part[]>> = {
  proto: [],
  length: [],
  tos: ['tos'],
  fragOffset: [],
  flags: ['flags', 'fragments'],
  icmpType: ['fragments'],
  icmpCode: ['fragments'],
  mac: [],
  spi: ['fragments'],
  src: ['src'],
  dst: ['dst'],
  sport: ['sport', 'fragments'],
  dport: ['dport', 'fragments'],
  ttl: ['ttl'],
  mark: ['mark'],
  iif: ['iif'],
  oif: ['oif'],
  socket: ['owned'],
  uid: ['owned', 'diverted', 'ownerUnsaid'],
  gid: ['owned', 'diverted', 'ownerUnsaid'],
  ctstate: ['state', 'tracked', 'direction'],
  connmark: ['connmark', 'remembered', ...SEEN],
  ctzone: ['zone', 'replyZone', ...SEEN],
  ctorigzone: ['zone', ...SEEN],
  ctreplzone: ['replyZone', ...SEEN],
  ctstatus: [...CONNECTION, 'confirmed', 'state', 'flags', 'entry', 'second'],
  ctdir: CONNECTION,
  ctproto: CONNECTION,
  ctorigsrc: CONNECTION,
  ctorigdst: CONNECTION,
  ctreplsrc: CONNECTION,
  ctrepldst: CONNECTION,
  ctorigsport: CONNECTION,
  ctorigdport: CONNECTION,
  ctreplsport: CONNECTION,
  ctrepldport: CONNECTION,
  srcType: SOURCE_TYPE,
  srcTypeIn: SOURCE_TYPE,
  srcTypeOut: SOURCE_TYPE,
  srcTypeFrom: BOTH_TYPE,
  srcTypeFromIn: BOTH_TYPE,
  dstType: DESTINATION_TYPE,
  dstTypeIn: DESTINATION_TYPE,
  dstTypeOut: DESTINATION_TYPE,
  dstTypeFrom: BOTH_TYPE,
  dstTypeFromIn: BOTH_TYPE,
  wayBack: ['src', 'dst', 'iif', 'oif', 'diverted'],
  wayBackMarked: ['src', 'dst', 'iif', 'oif', 'mark', 'diverted'],
  wayBackBound: ['src', 'dst', 'iif', 'oif', 'diverted'],
  wayBackBoundMarked: ['src', 'dst', 'iif', 'oif', 'mark', 'diverted'],
  wayBackMade: ['src', 'dst', 'iif', 'diverted'],
  sk: ['diverted', 'src', 'sport', 'dst', 'dport', 'original', 'direction', 'state', 'about', 'quotes', 'sockets'],
};

const READING_NOTHING: ReadonlySet<Effect['kind']> = new Set([
  'accept',
  'drop',
  'return',
  'continue',
  'jump',
  'goto',
  'switch',
  'unmodelled',
]);

/** What an effect writes is read too, where it keeps some of the old value. */
function effectReads(effect: Effect): readonly Part[] {
  switch (effect.kind) {
    case 'setMark':
      return effect.on === 'packet' ? ['mark'] : ['connmark', 'remembered', ...SEEN];
    case 'copyMark':
      return ['mark', 'connmark', 'remembered', ...SEEN];
    case 'setField':
      return [effect.field];
    case 'conntrack':
      return ['tracked', 'state', 'direction', 'original', 'zone', 'replyZone', 'remembered', 'connmark'];
    case 'nat':
      return ['src', 'dst', 'sport', 'dport', ...NAT_READS[effect.to.kind]];
    case 'divert':
      return ['src', 'sport', 'dst', 'dport', 'mark', 'iif', 'diverted', 'sockets'];
    case 'reject':
      return ['src', 'flags', ...DESTINATION_TYPE];
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
    case 'jump':
    case 'goto':
    case 'switch':
    case 'unmodelled':
      return [];
  }
}

const NAT_READS = {
  keep: [],
  addresses: [],
  'this-host': ['hook', 'iif'],
  'out-interface': ['oif', 'way'],
  prefix: ['hook'],
} as const satisfies Readonly<Record<string, readonly Part[]>>;
