/** What is known about a packet at a place on its way without walking there: the fields that no rule before can have changed. */

import { NAT_PRIORITY } from '../netfilter/baseChain.ts';
import { does } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { askingOnly, unmodelled } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import { mayChangePackets } from '../ruleset/chainsCalled.ts';
import { rulesOfTable } from '../ruleset/everyRule.ts';
import type { BaseChain, Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { basesOf, chainsAt } from '../ruleset/stages.ts';
import type { Space } from '../symbolic/space/space.ts';
import type { Env } from '../symbolic/walk/state.ts';
import { startEnv } from '../symbolic/walk/state.ts';

/** A base chain, for packets that go one way. */
export interface TraversalPoint {
  readonly hook: HookName;
  readonly table: Table;
  readonly chain: BaseChain;
  /** where the packets arrive; undefined: they are sent here */
  readonly iif: string | undefined;
  /** some rule may change addresses; some rule may change the mark; some rule may change a header */
  readonly changes: { readonly addresses: boolean; readonly marks: boolean; readonly headers: boolean };
}

export function placesOf(ruleset: Ruleset, iif: string | undefined): readonly TraversalPoint[] {
  const changes = changesOf(ruleset);
  return (iif === undefined ? SENT : ARRIVED).flatMap((hook) =>
    chainsAt(ruleset, hook).map(({ table, chain }): TraversalPoint => ({ hook, table, chain, iif, changes })),
  );
}

const SENT: readonly HookName[] = ['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT'];
const ARRIVED: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'];

function changesOf({ tables }: Ruleset): TraversalPoint['changes'] {
  const changing = [...tables.values()].map((table) => ({ table, rules: changingRules(table) })).filter(({ rules }) => rules.length > 0);
  return {
    addresses: changing.some(({ table }) => basesOf(table).some(({ base }) => base.kind === 'nat')),
    marks: changing.length > 0,
    headers: changing.some(({ rules }) => rules.some((rule) => does(rule, 'setField', 'unmodelled'))),
  };
}

function changingRules(table: Table): readonly Rule[] {
  return rulesOfTable(table).filter((rule) => mayChangePackets(rule, table));
}

/** For the fields that `knownPart` leaves. */
export function envAt(space: Space, { hook, iif }: TraversalPoint): Env {
  const owned = iif === undefined && (hook === 'OUTPUT' || hook === 'POSTROUTING');
  return startEnv(space, { iif: owned ? undefined : (iif ?? 'lo'), owned });
}

/** The condition as far as it asks about known fields; the rest may hold or not. */
export function knownPart(expr: MatchExpr, place: TraversalPoint): MatchExpr {
  return askingOnly(expr, (field) => isKnown(field, place), unmodelled('may have changed on the way'));
}

export const NEVER_CHANGED: ReadonlySet<Field> = new Set<Field>([
  'proto',
  'icmpType',
  'icmpCode',
  'length',
  'fragOffset',
  'mac',
  'spi',
  'socket',
  'uid',
  'gid',
  'iif',
]);
const ADDRESSES: ReadonlySet<Field> = new Set<Field>(['src', 'dst', 'sport', 'dport', 'srcType', 'dstType', 'srcTypeFrom', 'dstTypeFrom']);

/** The field is what it was at the start, or, for `iif` and the sender, what the hook says. */
export function isKnown(field: Field, place: TraversalPoint): boolean {
  const { hook, changes } = place;
  if (NEVER_CHANGED.has(field)) return true;
  if (field === 'mark') return !changes.marks;
  if (field === 'flags' || field === 'tos') return !changes.headers;
  if (field === 'ttl') return !changes.headers && hook !== 'FORWARD' && hook !== 'POSTROUTING';
  return ADDRESSES.has(field) && (!changes.addresses || isBeforeNat(place));
}

/** A packet sees the nat table of OUTPUT or PREROUTING once, and is rewritten there first. */
function isBeforeNat({ hook, chain: { base }, iif }: TraversalPoint): boolean {
  const isNat = base.kind === 'nat';
  const early = isNat || base.priority < (NAT_PRIORITY[hook] ?? 0);
  if (hook === 'OUTPUT') return early;
  return hook === 'PREROUTING' && (iif !== undefined ? early : isNat);
}
