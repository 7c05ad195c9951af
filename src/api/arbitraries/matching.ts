/** Values that packets have together: those that a rule asks for with all of its conditions, and the rules asked for that lead to it. */

import fc from 'fast-check';
import { callsIn } from '../../netfilter/everyEffect.ts';
import { eachFieldLeaf, type MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { Field, FieldValue } from '../../packet/fields.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import { basesOf } from '../../ruleset/stages.ts';
import { domainValues } from './domain.ts';
import type { PacketScene } from './scene.ts';

/** Fields that a packet may be given. */
const GIVEN = [
  'proto',
  'src',
  'dst',
  'sport',
  'dport',
  'flags',
  'icmpType',
  'icmpCode',
  'ttl',
  'tos',
  'length',
  'uid',
  'gid',
  'mark',
  'iif',
] as const;
const OF_SENDERS: readonly Field[] = ['uid', 'gid'];
const SENDING = 'OUTPUT';

/** More ways to rules than these are not looked at. */
const MOST_WAYS = 400;

interface Way {
  readonly dir: 'in' | 'out';
  readonly conditions: readonly MatchExpr[];
}

/** Undefined: no rule of the family can be matched by a packet of these directions. */
export function matchedTogether(scene: PacketScene, family: Family, dirs: PacketScene['dirs']): fc.Arbitrary<PartialPacket> | undefined {
  const own = scene.conditions[family];
  const ways = scene.rulesets
    .filter((one) => one.family === family)
    .flatMap(({ tables }) => [...tables.values()].flatMap(waysIn))
    .filter(({ dir }) => dirs.includes(dir))
    .slice(0, MOST_WAYS);
  const possible = ways.flatMap(
    ({ dir, conditions }) => valuesFor({ family, dir, conditions: [...conditions.flatMap(parts), ...own] }) ?? [],
  );
  return possible.length === 0 ? undefined : fc.oneof({ withCrossShrink: true }, ...possible);
}

/** To each rule of a table, from each of its base chains. */
function waysIn(table: Table): readonly Way[] {
  const ways: Way[] = [];
  const follow = (rules: readonly Rule[], so: Way, within: readonly string[]): void => {
    for (const rule of rules) {
      if (ways.length >= MOST_WAYS) return;
      const here = { ...so, conditions: [...so.conditions, rule.match] };
      ways.push(here);
      for (const { chain } of callsIn(rule)) {
        if (!within.includes(chain)) follow(table.chains.get(chain)?.rules ?? [], here, [...within, chain]);
      }
    }
  };
  for (const {
    base: { hook },
    rules,
    name,
  } of basesOf(table))
    if (hook !== 'POSTROUTING') follow(rules, { dir: hook === SENDING ? 'out' : 'in', conditions: [] }, [name]);
  return ways;
}

function parts(match: MatchExpr): readonly MatchExpr[] {
  return match.kind === 'and' ? match.of.flatMap(parts) : [match];
}

interface Asked extends Way {
  readonly family: Family;
}

/** Undefined: no value of some field meets all that is asked of it. */
function valuesFor({ family, dir, conditions }: Asked): fc.Arbitrary<PartialPacket> | undefined {
  const named = new Set<Field>();
  for (const condition of conditions) eachFieldLeaf(condition, ({ field }) => named.add(field));
  const isThere = (field: Field): boolean => (dir === 'in' ? !OF_SENDERS.includes(field) && field !== 'mark' : field !== 'iif');
  const values: Record<string, fc.Arbitrary<FieldValue>> = {};
  for (const field of GIVEN.filter((one) => named.has(one))) {
    const value = isThere(field) ? domainValues({ field, family, near: [], conditions }) : undefined;
    if (value === undefined) return undefined;
    values[field] = value;
  }
  return fc.record(values).map((drawn) => ({ dir, ...drawn }) as PartialPacket);
}
