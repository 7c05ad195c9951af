/** Packets of a connection that no rule can tell apart. They differ in their flags, their length, and in what an ICMP error says; where the
 *  rules ask for none of that, the second of two goes the way of the first. */

import { takesLooseTcp } from '../../host/conntrackSettings.ts';
import type { Host } from '../../host/host.ts';
import { includes } from '../../lib/intervals.ts';
import { memoize } from '../../lib/memo.ts';
import { type PartName, TCP_PARTS } from '../../netfilter/connectionParts.ts';
import { does, effectsOfKind, everyMatch } from '../../netfilter/everyEffect.ts';
import { firstStates } from '../../netfilter/firstState.ts';
import { asksAbout, eachFieldLeaf, type FieldLeaf, masked } from '../../netfilter/matchExpr.ts';
import { type Field, TCP_FLAGS } from '../../packet/fields.ts';
import { IP_HEADER } from '../../packet/usual.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Space } from '../space/space.ts';

type Look = Readonly<Partial<Record<Field, number>>>;

/** The first of these names whose packets look as this one's. */
export function standIn<T extends PartName>({ family, host }: Space, ruleset: Ruleset, { name, among }: StandIn<T>): T {
  const tests = testsOf(ruleset, takesLooseTcp(host));
  if (tests === undefined) return name;
  const lookOf = (one: PartName): string => {
    const { flags = 0, bytes = 0 } = TCP_PARTS[one] ?? {};
    return answersOf(tests, { flags, length: IP_HEADER[family] + bytes });
  };
  const own = lookOf(name);
  return among.find((one) => lookOf(one) === own) ?? name;
}

export interface StandIn<T> {
  readonly name: T;
  readonly among: readonly T[];
}

/** Whether rules see if conntrack is assured of a connection. */
export function seesAssured(ruleset: Ruleset): boolean {
  return asksStatus(ruleset, '');
}

const asksStatus: (ruleset: Ruleset, _all: '') => boolean = memoize((ruleset: Ruleset, _all: ''): boolean => {
  const chains = [...ruleset.tables.values()].flatMap((table) => [...table.chains.values()]);
  return chains.some(({ rules }) => rules.some((rule) => everyMatch(rule).some((match) => asksAbout(match, 'ctstatus'))));
});

/** What the rules see of an ICMP error. */
export function errorLook(ruleset: Ruleset, error: { readonly type: number; readonly code: number }): string {
  const tests = testsOf(ruleset, true);
  return tests === undefined ? `${error.type} ${error.code}` : answersOf(tests, { icmpType: error.type, icmpCode: error.code });
}

/** By what the rules tell packets of one connection apart. */
export function askedLooks(ruleset: Ruleset, host: Host): ReadonlySet<Field> {
  const tests = testsOf(ruleset, takesLooseTcp(host));
  return tests === undefined ? ASKED : new Set(tests.map(({ field }) => field));
}

function answersOf(tests: readonly FieldLeaf[], look: Look): string {
  return tests.map((leaf) => (holds(leaf, look) ? 1 : 0)).join('');
}

function holds(leaf: FieldLeaf, look: Look): boolean {
  const value = look[leaf.field];
  if (value === undefined) return false;
  if (leaf.kind === 'in') return includes(leaf.intervals, value);
  return leaf.kind === 'masked' && (value & Number(leaf.mask)) === Number(leaf.value);
}

const ASKED: ReadonlySet<Field> = new Set<Field>(['flags', 'length', 'icmpType', 'icmpCode']);

/** Each once; undefined: a rule rewrites what they ask for. */
const testsOf: (ruleset: Ruleset, loose: boolean) => readonly FieldLeaf[] | undefined = memoize(
  (ruleset: Ruleset, loose: boolean): readonly FieldLeaf[] | undefined => {
    const found = new Map<string, FieldLeaf>();
    const add = (leaf: FieldLeaf): void => {
      if (ASKED.has(leaf.field)) found.set(keyOf(leaf), leaf);
      // whether a connection is assured shows in the flags of its packets: see isAssured
      if (leaf.field === 'ctstatus') found.set('ctstatus', masked('flags', S, S) as FieldLeaf);
    };
    let rewrites = false;
    for (const { chains } of ruleset.tables.values()) {
      for (const { rules } of chains.values()) {
        for (const rule of rules) {
          for (const match of everyMatch(rule)) eachFieldLeaf(match, add);
          rewrites ||= effectsOfKind(rule, 'setField').some(({ field }) => ASKED.has(field));
          // a reset is not answered by another
          if (does(rule, 'reject')) add(masked('flags', R, R) as FieldLeaf);
          // a packet whose connection is not found is a first one, or INVALID
          if (does(rule, 'conntrack')) for (const { when } of firstStates(ruleset.family, { loose })) eachFieldLeaf(when, add);
        }
      }
    }
    return rewrites ? undefined : [...found.values()];
  },
);

const { S, R } = TCP_FLAGS;

function keyOf(leaf: FieldLeaf): string {
  if (leaf.kind === 'in') return `${leaf.field} ${leaf.intervals.map(({ lo, hi }) => `${lo}-${hi}`).join()}`;
  return leaf.kind === 'masked' ? `${leaf.field} ${leaf.value}/${leaf.mask}` : leaf.kind;
}
