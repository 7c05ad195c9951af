/** What the axes of a table are, and what packets at a hook can be. */
import type { HookName } from '../../netfilter/hooks.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { ADDR_TYPES, TYPE_FIELDS, WAYS_BACK } from '../../packet/fields.ts';
import { CT_STATES } from '../../packet/packet.ts';
import type { Table } from '../../ruleset/ruleset.ts';
import { askedFields } from '../space/nameParts.ts';
import { INTERFACES_AT } from '../walk/anyState.ts';
import type { Axes, BoxRanges, Presence } from './convert.ts';
import { needs, wholeBox } from './convert.ts';
import { axisOf } from './domain.ts';

const PRESENCES: readonly Presence[] = ['connection', 'process', 'hasMac', 'hasSk', 'hasIif', 'hasOif'];

export function axesOf(family: Family, table: Table): Axes {
  const asked = new Set<Field>(askedFields(table));
  const conditions: MatchExpr[] = [...table.chains.values()].flatMap(({ rules }) => rules.map(({ match }) => match));
  const used = new Set<Presence>();
  for (const field of [...asked]) {
    for (const [need, intervals] of needs(field, family)) {
      if ((PRESENCES as readonly string[]).includes(need)) used.add(need as Presence);
      else {
        asked.add(need as Field);
        conditions.push({ kind: 'in', field: need as Field, intervals });
      }
    }
  }
  if (used.has('process')) asked.add('socket');
  const yesOrNo = { parts: 2, rangesOf: () => [[1, 1] as const] };
  const fields = [...asked].map((field) => [field, axisOf(field, family, conditions)] as const);
  const all = [...fields, ...[...used].map((presence) => [presence, yesOrNo] as const)];
  return { family, at: new Map(all.map(([name], index) => [name, index])), axes: all.map(([, axis]) => axis) };
}

/** As anyStates: what packets at a hook can be. */
export function startBoxes(axes: Axes, hook: HookName): readonly BoxRanges[] {
  const { iif, oif } = INTERFACES_AT[hook];
  const owned = hook === 'OUTPUT' || hook === 'POSTROUTING';
  const fixed = wholeBox(axes);
  const limit = (name: Field | Presence, lo: number, hi: number, box: BoxRanges = fixed): void => {
    const at = axes.at.get(name);
    if (at !== undefined) box.set([lo, hi], at * 2);
  };
  if (iif !== 'maybe') limit('hasIif', iif === 'yes' ? 1 : 0, iif === 'yes' ? 1 : 0);
  limit('hasOif', oif === 'yes' ? 1 : 0, oif === 'yes' ? 1 : 0);
  const most = (field: Field, last: number): void => {
    const range = axes.axes[axes.at.get(field) ?? -1]?.rangesOf([{ lo: 0, hi: last }])[0];
    if (range !== undefined) limit(field, 0, range[1]);
  };
  most('ctstate', CT_STATES.length - 1);
  for (const field of TYPE_FIELDS) most(field, ADDR_TYPES.length - 1);
  for (const field of ['wayBack', 'wayBackMarked', 'wayBackBound', 'wayBackBoundMarked', 'wayBackMade'] as const)
    most(field, WAYS_BACK.length - 1);
  const without = Int32Array.from(fixed);
  limit('socket', 0, 0, without);
  limit('process', 0, 0, without);
  if (!owned || !axes.at.has('socket')) return [without];
  const withSocket = Int32Array.from(fixed);
  limit('socket', 1, 1, withSocket);
  if (iif === 'maybe') limit('hasIif', 0, 0, withSocket);
  return [without, withSocket];
}
