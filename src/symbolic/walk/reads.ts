/** Which parts of a packet's state decide what a chain does: packets that agree there are treated alike, and one walk of the chain answers for all. */

import { memoize } from '../../lib/memo.ts';
import type { Effect, Switch } from '../../netfilter/effect.ts';
import { eachEffect } from '../../netfilter/everyEffect.ts';
import { eachLeaf } from '../../netfilter/matchExpr.ts';
import type { Field } from '../../packet/fields.ts';
import { chainsFrom, digestOf } from '../../ruleset/chainDigest.ts';
import type { Table } from '../../ruleset/ruleset.ts';
import type { EnvPart } from './stateKeys.ts';

type Part = EnvPart | 'hook';

/** Everything that the rules of a chain, and of the chains it calls, ask about. */
export const chainReads: (table: Table, chain: string) => ReadonlySet<Part> = memoize((table: Table, name: string) => {
  const { asked, written } = partsIn(table, name);
  for (const parts of written) addAll(asked, parts);
  return asked;
});

/** What decides which of these rules match: as `chainReads`, but for what is only written, which no rule there asks for. A service of
 *  kube-proxy is walked once then, not for packets with its mark and for those without. */
export const chainAsks: (table: Table, chain: string) => ReadonlySet<Part> = memoize((table: Table, name: string) => {
  const { asked, written } = partsIn(table, name);
  for (let size = -1; size < asked.size; ) {
    size = asked.size;
    for (const parts of written) if (parts.some((part) => asked.has(part) || part === 'remembered')) addAll(asked, parts);
  }
  return asked;
});

/** All packets come back from the chain, changed in nothing of these parts: it does no more than write marks and header fields. */
export function leavesAlone(table: Table, chain: string, parts: ReadonlySet<Part>): boolean {
  if (!comesBack(table, chain)) return false;
  return partsIn(table, chain).written.every((some) => some.every((part) => part !== 'remembered' && !parts.has(part)));
}

const comesBack: (table: Table, chain: string) => boolean = memoize((table: Table, name: string) =>
  chainsFrom(table, [name]).every((chain) => digestOf(table, chain).does.every((kind) => STAYING.has(kind))),
);

const STAYING: ReadonlySet<Effect['kind']> = new Set(['continue', 'return', 'jump', 'goto', 'switch', 'setMark', 'setField']);

interface PartsOfChain {
  readonly asked: Set<Part>;
  /** by effect, with what the effect reads */
  readonly written: readonly (readonly Part[])[];
}

function partsIn(table: Table, name: string): PartsOfChain {
  const asked = new Set<Part>();
  const written: (readonly Part[])[] = [];
  for (const chain of chainsFrom(table, [name])) {
    const { asks, does } = digestOf(table, chain);
    for (const field of asks) addAll(asked, FIELD_READS[field]);
    if (!does.some((kind) => !READING_NOTHING.has(kind))) continue;
    for (const rule of table.chains.get(chain)?.rules ?? []) {
      eachEffect(rule, (effect) => {
        if (!READING_NOTHING.has(effect.kind)) written.push(effectReads(effect));
      });
    }
  }
  return { asked, written };
}

/** Everything that the branches of a switch ask about. */
export const matchReads: (effect: Switch, _all: '') => ReadonlySet<Part> = memoize((effect: Switch, _all: '') => {
  const parts = new Set<Part>();
  for (const field of matchFields(effect, '')) addAll(parts, FIELD_READS[field]);
  return parts;
});

export const matchFields: (effect: Switch, _all: '') => ReadonlySet<Field> = memoize((effect: Switch, _all: '') => {
  const fields = new Set<Field>();
  for (const { match } of effect.branches) {
    eachLeaf(match, (leaf) => {
      if (leaf.kind === 'tuple') for (const field of leaf.fields) fields.add(field);
      else if ('field' in leaf) fields.add(leaf.field);
    });
  }
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
  ctstatus: [...CONNECTION, 'confirmed', 'state', 'flags', 'entry'],
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
