/** The values just inside and just outside of every value and range that rules match on. */

import type { Interval } from '../../lib/intervals.ts';
import type { Effect } from '../../netfilter/effect.ts';
import { everyEffect, everyMatch } from '../../netfilter/everyEffect.ts';
import { eachFieldLeaf, type MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { FIELDS, type Field, type FieldValue } from '../../packet/fields.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';

/** By field, in the order of the rules. A field that no rule asks about is not in it. */
export type Boundaries = ReadonlyMap<Field, ReadonlySet<FieldValue>>;

export function boundariesOf({ family, tables }: Ruleset): Boundaries {
  const found = new Map<Field, Set<FieldValue>>();
  const add = (field: Field, values: readonly FieldValue[]): void => {
    const as = STARTS_AS[field] ?? field;
    const known = found.get(as) ?? new Set();
    found.set(as, known);
    for (const value of values) known.add(value);
  };
  for (const { chains } of tables.values())
    for (const { rules } of chains.values())
      for (const rule of rules) {
        for (const match of everyMatch(rule)) for (const [field, values] of edgesOf(match, family)) add(field, values);
        for (const effect of everyEffect(rule)) for (const [field, values] of aimsOf(effect)) add(field, values);
      }
  return found;
}

/** What a connection's fields are on its first packet. */
const STARTS_AS: Readonly<Partial<Record<Field, Field>>> = {
  ctproto: 'proto',
  ctorigsrc: 'src',
  ctorigdst: 'dst',
  ctorigsport: 'sport',
  ctorigdport: 'dport',
  ctreplsrc: 'dst',
  ctrepldst: 'src',
  ctreplsport: 'dport',
  ctrepldport: 'sport',
};

type Edges = readonly (readonly [Field, readonly FieldValue[]])[];

/** A value on each side of every edge, field by field. */
export function edgesOf(expr: MatchExpr, family: Family): Edges {
  const found: [Field, readonly FieldValue[]][] = [];
  eachFieldLeaf(expr, (leaf) => {
    const last = lastOf(leaf.field, family);
    if (leaf.kind === 'in') found.push([leaf.field, leaf.intervals.flatMap((interval) => aroundInterval(interval, last))]);
    if (leaf.kind !== 'masked' || last === undefined) return;
    const [wanted, asked] = [BigInt(leaf.value), BigInt(leaf.mask)];
    const around = [wanted, wanted | (last & ~asked), wanted ^ (asked & -asked)];
    found.push([leaf.field, around.map((one) => like(leaf.value, one))]);
  });
  return found;
}

/** Values that an effect gives to a packet: a packet that has them already may meet the rule twice. */
function aimsOf(effect: Effect): Edges {
  switch (effect.kind) {
    case 'nat':
      return [
        ...(effect.to.kind === 'addresses' ? [['dst', [effect.to.lo, effect.to.hi]] as const] : []),
        ...(effect.ports === undefined ? [] : [['dport', [effect.ports.lo, effect.ports.hi]] as const]),
      ];
    case 'divert':
      return [
        ['dport', [effect.port]],
        ['mark', [effect.xor]],
      ];
    case 'setMark':
      return effect.on === 'packet' ? [['mark', [effect.xor]]] : [];
    default:
      return [];
  }
}

function aroundInterval({ lo, hi }: Interval<FieldValue>, last: bigint | undefined): readonly FieldValue[] {
  if (typeof lo === 'string' || typeof hi === 'string' || last === undefined) return [lo];
  const around = [BigInt(lo), BigInt(hi), BigInt(lo) - 1n, BigInt(hi) + 1n];
  return [...new Set(around)].filter((value) => value >= 0n && value <= last).map((value) => like(lo, value));
}

function like(sample: number | bigint, value: bigint): number | bigint {
  return typeof sample === 'bigint' ? value : Number(value);
}

/** The greatest value; undefined for names. */
function lastOf(field: Field, family: Family): bigint | undefined {
  const { type } = FIELDS[field];
  if (type === 'name') return undefined;
  return (1n << BigInt(type === 'address' ? (family === 4 ? 32 : 128) : type)) - 1n;
}
