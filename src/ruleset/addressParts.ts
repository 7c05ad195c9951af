/** Where an address out of a range makes a difference. The kernel may pick any: of a short range each is one way, of a longer one those that a
 *  later rule, a route or a listener tells apart. */

import { typeIntervals } from '../host/addrType.ts';
import type { Host } from '../host/host.ts';
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import { firstOfEachClass } from '../lib/toldApart.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { eachLeaf, type Leaf } from '../netfilter/matchExpr.ts';
import type { Address, Prefix } from '../packet/address.ts';
import { familyOf, prefixRange } from '../packet/address.ts';
import type { Field } from '../packet/fields.ts';
import { chainsBehindNat, isMetAgain, type PickedParts } from './portParts.ts';
import type { Chain, Ruleset } from './ruleset.ts';
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
export type AddressesOf = (picked: Omit<PickedAddress, 'hook'>) => PickedParts<Address>;

/** Longer ranges are walked part by part. */
const SHORT = 16;
/** Each is a way of its own. */
const MAX_PARTS = 64;

export function isLong({ lo, hi }: AddressParts): boolean {
  return BigInt(hi) - BigInt(lo) >= BigInt(SHORT);
}

export function addressParts(ruleset: Ruleset, host: Host, { range, manip, hook, oif }: PickedAddress): PickedParts<Address> {
  const { lo, hi } = range;
  if (!isLong(range))
    return { firsts: Array.from({ length: Number(BigInt(hi) - BigInt(lo)) + 1 }, (_, index) => plus(lo, index)), more: false };
  const again = isMetAgain(manip, { hook, oif });
  const met = again ? metAgain(ruleset, manip) : metBehind(ruleset, `${manip} ${hook}`);
  const told = [met, metByAnswers(ruleset, manip)];
  const sets = [...told.flatMap((one) => one.sets), ...(again ? ofHost(host, ruleset.family) : [])];
  const firsts = firstOfEachClass(range as Interval<number>, sets as readonly IntervalSet<number>[], MAX_PARTS);
  return { firsts: firsts.slice(0, MAX_PARTS), more: firsts.length > MAX_PARTS || told.some(({ isOpen }) => isOpen) };
}

interface Told {
  readonly sets: IntervalSet<Address>[];
  /** some condition reads bits that are no prefix: addresses of one part may differ in them */
  isOpen: boolean;
}

const ASKED: Readonly<Record<'src' | 'dst', ReadonlySet<Field>>> = {
  src: new Set<Field>(['src', 'ctrepldst']),
  dst: new Set<Field>(['dst', 'ctreplsrc']),
};

/** What answers show of the picked address, before NAT turns them back. */
const metByAnswers = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): Told => {
  const told: Told = { sets: [], isOpen: false };
  for (const table of tables.values()) {
    const own: readonly Field[] = meetsAnswersBeforeNat(table, manip) ? [manip === 'src' ? 'dst' : 'src'] : [];
    const asked: readonly Field[] = [manip === 'src' ? 'ctrepldst' : 'ctreplsrc', ...own];
    addTold(told, [...table.chains.values()], (field) => asked.includes(field));
  }
  return told;
});

const metAgain = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): Told => {
  const told: Told = { sets: [], isOpen: false };
  for (const table of tables.values()) addTold(told, [...table.chains.values()], (field) => ASKED[manip].has(field));
  return told;
});

const metBehind = memoize(({ tables }: Ruleset, key: string): Told => {
  const [manip, hook] = key.split(' ') as ['src' | 'dst', HookName];
  const told: Told = { sets: [], isOpen: false };
  for (const table of tables.values()) addTold(told, chainsBehindNat(table, hook), (field) => ASKED[manip].has(field));
  return told;
});

function addTold(told: Told, chains: readonly Chain[], isAsked: (field: Field) => boolean): void {
  for (const { rules } of chains) for (const match of rules.flatMap(everyMatch)) eachLeaf(match, (leaf) => addLeaf(told, leaf, isAsked));
}

function addLeaf(told: Told, leaf: Leaf, isAsked: (field: Field) => boolean): void {
  if (leaf.kind === 'in' && isAsked(leaf.field)) told.sets.push(leaf.intervals as IntervalSet<Address>);
  else if (leaf.kind === 'masked' && isAsked(leaf.field)) {
    const range = rangeOf(leaf);
    if (range === undefined) told.isOpen = true;
    else told.sets.push([range]);
  } else if (leaf.kind === 'tuple')
    for (const row of leaf.rows)
      for (const [at, intervals] of row.entries()) if (isAsked(leaf.fields[at] as Field)) told.sets.push(intervals as IntervalSet<Address>);
}

/** Of the first bits alone; undefined: of others. */
function rangeOf({ value, mask }: Extract<Leaf, { kind: 'masked' }>): Interval<Address> | undefined {
  const others = typeof mask === 'bigint' ? (1n << 128n) - 1n - mask : ~mask >>> 0;
  const isPrefix = (BigInt(others) & (BigInt(others) + 1n)) === 0n;
  return isPrefix ? { lo: value, hi: plus(value, others) } : undefined;
}

/** Routes, address types, listeners and own addresses. */
const ofHost = memoize((host: Host, family: 4 | 6): readonly IntervalSet<Address>[] => {
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
  return [...routed, ...typed, ...taken, ...own].map((range) => [range]);
});

function plus(address: Address, count: number | bigint): Address {
  return typeof address === 'bigint' ? address + BigInt(count) : address + Number(count);
}
