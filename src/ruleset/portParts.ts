/** Where a port out of a range makes a difference: the kernel may pick any, so ports that some later rule or listener tells apart are several
 *  ways. */

import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import { firstOfEachClass } from '../lib/toldApart.ts';
import { NAT_PRIORITY } from '../netfilter/baseChain.ts';
import type { PortRange } from '../netfilter/effect.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { eachLeaf, type MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';
import { basesOf, meetsAnswersBeforeNat } from './stages.ts';

export interface PickedPort {
  readonly range: PortRange;
  readonly manip: 'src' | 'dst';
  readonly hook: HookName;
  readonly oif: string | undefined;
  /** ports of listeners */
  readonly listeners: readonly number[];
}

/** What may be picked, one for all that nothing tells apart. */
export interface PickedParts<N> {
  readonly firsts: readonly N[];
  /** there are others, of which it is not said what becomes of them */
  readonly more: boolean;
}

export const OTHER_PORT = 'which of more ports than are walked apart the kernel picks';
export const OTHER_ADDRESS = 'which of more addresses than are walked apart the kernel picks';

/** Answers for one hook of one host. */
export type PartsOf = (picked: Pick<PickedPort, 'range' | 'manip' | 'oif'>) => PickedParts<number>;

/** Each is a way of its own. */
const MAX_PARTS = 64;

/** With the lowest port of each part of the range. */
export function portParts(ruleset: Ruleset, { range, manip, hook, oif, listeners }: PickedPort): PickedParts<number> {
  const { lo, hi } = range;
  const heard = manip === 'dst' ? [...new Set(listeners)].filter((port) => lo <= port && port <= hi) : [];
  return PARTS(ruleset, `${lo} ${hi} ${manip} ${isMetAgain(manip, { hook, oif }) ? '' : hook} ${heard.join()}`);
}

/** After its source is rewritten a packet meets all rules again only when it comes back over lo. */
export function isMetAgain(manip: 'src' | 'dst', { hook, oif }: Pick<PickedPort, 'hook' | 'oif'>): boolean {
  return manip === 'dst' || (hook === 'POSTROUTING' && oif === 'lo');
}

/** Chains of the table that may see what NAT at this hook has made of a packet. */
export function chainsBehindNat({ chains }: Table, at: HookName): readonly Chain[] {
  const all = [...chains.values()];
  const isBehind = ({ base }: Chain): boolean =>
    base !== undefined && base.hook === at && base.kind !== 'nat' && base.priority >= (NAT_PRIORITY[at] ?? 0);
  const behind = all.filter((chain) => isBehind(chain) && chain.rules.length > 0);
  return behind.length === 0 ? [] : [...behind, ...all.filter(({ base }) => base === undefined)];
}

const PARTS = memoize((ruleset: Ruleset, key: string): PickedParts<number> => {
  const [lo = 0, hi = 0] = key.split(' ').map(Number);
  const [manip, hook, heard = ''] = key.split(' ').slice(2);
  const way = manip === 'src' ? 'src' : 'dst';
  const met = hook === '' ? metAgain(ruleset, way) : metBehind(ruleset, `${way} ${hook}`);
  const ports = heard === '' ? [] : heard.split(',').map((port) => [{ lo: Number(port), hi: Number(port) }]);
  const firsts = firstOfEachClass({ lo, hi }, [...met, ...metByAnswers(ruleset, way), ...ports], MAX_PARTS);
  return { firsts: firsts.slice(0, MAX_PARTS), more: firsts.length > MAX_PARTS };
});

type Told = readonly IntervalSet<number>[];

const ASKED: Readonly<Record<'src' | 'dst', ReadonlySet<Field>>> = {
  src: new Set<Field>(['sport', 'ctrepldport']),
  dst: new Set<Field>(['dport', 'ctreplsport']),
};

/** What answers show of the picked port, before NAT turns them back. */
const ANSWERED: Readonly<Record<'src' | 'dst', Field>> = { src: 'dport', dst: 'sport' };

const metByAnswers = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): Told => {
  const found: IntervalSet<number>[] = [];
  for (const table of tables.values()) {
    const asked: readonly Field[] = [
      manip === 'src' ? 'ctrepldport' : 'ctreplsport',
      ...(meetsAnswersBeforeNat(table, manip) ? [ANSWERED[manip]] : []),
    ];
    addTold(found, [...table.chains.values()], (field) => asked.includes(field));
  }
  return found;
});

const metAgain = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): Told => {
  const found: IntervalSet<number>[] = [];
  for (const table of tables.values()) {
    // a connection whose source is rewritten has been through the chains of nat
    if (manip === 'src' && basesOf(table).every(({ base }) => base.kind === 'nat')) continue;
    addTold(found, [...table.chains.values()], (field) => ASKED[manip].has(field));
  }
  return found;
});

const metBehind = memoize(({ tables }: Ruleset, key: string): Told => {
  const [manip, hook] = key.split(' ') as ['src' | 'dst', HookName];
  const found: IntervalSet<number>[] = [];
  for (const table of tables.values()) addTold(found, chainsBehindNat(table, hook), (field) => ASKED[manip].has(field));
  return found;
});

function addTold(found: IntervalSet<number>[], chains: readonly Chain[], isAsked: (field: Field) => boolean): void {
  for (const { rules } of chains) for (const match of rules.flatMap(everyMatch)) addSets(found, match, isAsked);
}

function addSets(found: IntervalSet<number>[], match: MatchExpr, isAsked: (field: Field) => boolean): void {
  eachLeaf(match, (leaf) => {
    if (leaf.kind === 'in' && isAsked(leaf.field)) found.push(leaf.intervals as IntervalSet<number>);
    else if (leaf.kind === 'masked' && isAsked(leaf.field)) found.push(portsOf(Number(leaf.value), Number(leaf.mask)));
    // rows are taken one by one
    else if (leaf.kind === 'tuple')
      for (const row of leaf.rows)
        for (const [at, intervals] of row.entries()) if (isAsked(leaf.fields[at] as Field)) found.push(intervals as IntervalSet<number>);
  });
}

const LAST_PORT = 0xffff;

function portsOf(value: number, mask: number): IntervalSet<number> {
  const found: Interval<number>[] = [];
  let lo: number | undefined;
  for (let port = 0; port <= LAST_PORT + 1; port++) {
    const isIn = port <= LAST_PORT && (port & mask) === value;
    if (isIn && lo === undefined) lo = port;
    if (isIn || lo === undefined) continue;
    found.push({ lo, hi: port - 1 });
    lo = undefined;
  }
  return found;
}
