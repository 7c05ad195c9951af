/** Where an address out of a range makes a difference. The kernel may pick any: of a short range each is one way, of a longer one each part
 *  that a later rule, a route or a listener distinguishes. */

import { typeIntervals } from '../host/addrType.ts';
import type { Host } from '../host/host.ts';
import { memoize } from '../lib/memo.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { eachFieldLeaf, type FieldLeaf } from '../netfilter/matchExpr.ts';
import type { Address, Prefix } from '../packet/address.ts';
import { familyOf, prefixRange } from '../packet/address.ts';
import type { Field } from '../packet/fields.ts';
import type { Ruleset } from './ruleset.ts';
import { meetsAnswersBeforeNat } from './stages.ts';

export interface AddressParts {
  readonly lo: Address;
  readonly hi: Address;
}

export interface PickedAddress {
  readonly range: AddressParts;
  readonly manip: 'src' | 'dst';
  readonly hook: HookName;
  readonly oif: string | undefined;
}

/** Answers for one hook of one host. */
export type AddressesOf = (picked: Omit<PickedAddress, 'hook'>) => readonly Address[];

/** Longer ranges are walked part by part. */
const SHORT = 16;
/** More parts are not distinguished: the first ones stand for the rest. */
const MAX_PARTS = 64;

export function isLong({ lo, hi }: AddressParts): boolean {
  return BigInt(hi) - BigInt(lo) >= BigInt(SHORT);
}

export function addressParts(ruleset: Ruleset, host: Host, { range, manip, hook, oif }: PickedAddress): readonly Address[] {
  const { lo, hi } = range;
  if (!isLong(range)) return Array.from({ length: Number(BigInt(hi) - BigInt(lo)) + 1 }, (_, index) => plus(lo, index));
  // after its source is rewritten a packet meets rules again only when it comes back over lo; its answers meet those before NAT
  const again = manip === 'dst' || (hook === 'POSTROUTING' && oif === 'lo');
  const ends = [...(again ? [...askedEnds(ruleset, manip), ...hostEnds(host, ruleset.family)] : []), ...endsOfAnswers(ruleset, manip)];
  const inside = new Set(ends.filter((address) => lo < address && address <= hi));
  return [lo, ...[...inside].sort((a, b) => (a < b ? -1 : 1))].slice(0, MAX_PARTS);
}

const ASKED: Readonly<Record<'src' | 'dst', ReadonlySet<Field>>> = {
  src: new Set<Field>(['src', 'ctrepldst']),
  dst: new Set<Field>(['dst', 'ctreplsrc']),
};

/** What answers show of the picked address, before NAT turns them back. */
const endsOfAnswers = memoize(({ tables, family }: Ruleset, manip: 'src' | 'dst'): readonly Address[] => {
  const ends: Address[] = [];
  for (const table of tables.values()) {
    const { chains } = table;
    const own: readonly Field[] = meetsAnswersBeforeNat(table, manip) ? [manip === 'src' ? 'dst' : 'src'] : [];
    const asked: readonly Field[] = [manip === 'src' ? 'ctrepldst' : 'ctreplsrc', ...own];
    const collect = (leaf: FieldLeaf): void => {
      if (leaf.kind !== 'in' || !asked.includes(leaf.field)) return;
      for (const { lo: first, hi: last } of leaf.intervals) ends.push(...endsOf({ lo: first as Address, hi: last as Address }));
    };
    for (const { rules } of chains.values()) for (const match of rules.flatMap(everyMatch)) eachFieldLeaf(match, collect);
  }
  return ends.filter((address) => (typeof address === 'number') === (family === 4));
});

/** First addresses of what rules ask about, and first ones after it. */
const askedEnds = memoize(({ tables, family }: Ruleset, manip: 'src' | 'dst'): readonly Address[] => {
  const ends: Address[] = [];
  const collect = (leaf: FieldLeaf): void => {
    if (leaf.kind !== 'in' || !ASKED[manip].has(leaf.field)) return;
    for (const { lo, hi } of leaf.intervals) ends.push(...endsOf({ lo: lo as Address, hi: hi as Address }));
  };
  for (const { chains } of tables.values())
    for (const { rules } of chains.values()) for (const match of rules.flatMap(everyMatch)) eachFieldLeaf(match, collect);
  return ends.filter((address) => (typeof address === 'number') === (family === 4));
});

/** Where routes, address types and listeners begin and end. */
const hostEnds = memoize((host: Host, family: 4 | 6): readonly Address[] => {
  const prefixes: readonly (Prefix | undefined)[] = [
    ...host.routes.map(({ to }) => to),
    ...host.rules.flatMap(({ from, to }) => [from, to]),
    ...host.interfaces.flatMap(({ addresses }) => addresses),
  ];
  const routed = prefixes.flatMap((prefix) => (prefix === undefined || familyOf(prefix.address) !== family ? [] : [prefixRange(prefix)]));
  const typed = typeIntervals(host, family).flatMap(({ addresses }) => addresses as readonly AddressParts[]);
  const taken = host.listeners.flatMap(({ address }) =>
    address === undefined || familyOf(address) !== family ? [] : [{ lo: address, hi: address }],
  );
  const own = host.interfaces.flatMap(({ addresses }) =>
    addresses.flatMap(({ address }) => (familyOf(address) === family ? [{ lo: address, hi: address }] : [])),
  );
  return [...routed, ...typed, ...taken, ...own].flatMap(endsOf);
});

function endsOf({ lo, hi }: AddressParts): readonly Address[] {
  return [lo, plus(hi, 1)];
}

function plus(address: Address, count: number): Address {
  return typeof address === 'bigint' ? address + BigInt(count) : address + count;
}
