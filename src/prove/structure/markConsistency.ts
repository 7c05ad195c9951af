/** Marks that are matched and never set, or set and never matched: the two ends of a mechanism that does not work. source: docs/facts/istio.md#tproxy */

import type { Effect } from '../../netfilter/effect.ts';
import { does, effectsOfKind, everyEffect, everyMatch } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { hexMark } from '../../packet/notation.ts';
import { type ChainDigest, digestOf } from '../../ruleset/chainDigest.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { isOwnProxy } from '../proof/ownScopes.ts';
import { blaming } from './ofRules.ts';

export const markConsistency: Claim = {
  id: 'mark-consistency',
  level: 'warning',
  statement: 'Every mark that a rule matches is set somewhere, and every mark that a rule sets is matched or routed by.',
  judge: (context) => {
    const rules = rulesWithMarks(context.ruleset);
    const set = settings(context, rules);
    const asked = [
      ...rules.flatMap((rule) =>
        everyMatch(rule)
          .flatMap(questions)
          .map((bits) => ({ ...bits, rule })),
      ),
      ...routed(context),
    ];
    const neverSet = asked.flatMap(({ on, value, mask, rule }) => {
      if (rule === undefined || value === 0 || set.some((one) => one.on === on && canGive(one, value, mask))) return [];
      // a process can set SO_MARK, or another program write rules of its own; a mesh's rules are all here
      const byOthers = on === 'packet' && (context.profile === undefined || isOwnProxy(context.profile));
      const why = `matches the ${NAMES[on]} ${hexMark(value)}, which nothing here sets`;
      return [byOthers ? { rule, why: `${why}; a process may (SO_MARK)`, level: 'info' as const } : { rule, why }];
    });
    const neverAsked = set.flatMap(({ on, bits, value, rule }) => {
      if (rule === undefined || bits === 0 || isCopied(rules, on) || asked.some((one) => one.on === on && (one.mask & bits) !== 0))
        return [];
      return [{ rule, why: `sets the ${NAMES[on]} ${hexMark(value)}, which nothing here matches` }];
    });
    const opaque = rules.filter((rule) => does(rule, 'unmodelled'));
    const found = [...neverSet, ...neverAsked];
    if (opaque.length === 0 || found.length === 0) return blaming(found);
    const why = 'a target that is not modelled may set marks, or read them';
    return { violations: [], doubts: [{ set: EMPTY, rules: [...found.map(({ rule }) => rule), ...opaque], why }] };
  },
};

/** Of the chains that some mark is asked for, set or copied in. */
function rulesWithMarks({ tables }: Ruleset): readonly Rule[] {
  return [...tables.values()].flatMap((table) =>
    [...table.chains.values()].filter(({ name }) => concernsMarks(digestOf(table, name))).flatMap(({ rules }) => rules),
  );
}

function concernsMarks({ asks, does: did }: ChainDigest): boolean {
  return asks.some((field) => field === 'mark' || field === 'connmark') || did.some((kind) => OF_MARKS.has(kind));
}

const OF_MARKS: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>(['setMark', 'copyMark', 'divert', 'unmodelled']);

type Kind = 'packet' | 'connection';
const NAMES: Readonly<Record<Kind, string>> = { packet: 'mark', connection: 'connection mark' };

interface Setting {
  readonly on: Kind;
  /** the bits that it sets, and to what */
  readonly bits: number;
  readonly value: number;
  /** undefined: not a rule, but a process */
  readonly rule: Rule | undefined;
}

function settings({ profile, declared, host }: ProofContext, rules: readonly Rule[]): readonly Setting[] {
  const own = rules.flatMap((rule) =>
    everyEffect(rule).flatMap((effect): readonly Setting[] => {
      if (effect.kind !== 'setMark' && effect.kind !== 'divert') return [];
      const bits = (~effect.keep | effect.xor) >>> 0;
      return [{ on: effect.kind === 'divert' ? 'packet' : effect.on, bits, value: effect.xor >>> 0, rule }];
    }),
  );
  const emitted = (profile?.listeners ?? []).flatMap(({ emits, transparent }) => [emits?.mark ?? 0, transparent?.mark ?? 0]);
  const sockets = host.listeners.flatMap(({ sends, mark }) => [sends?.mark ?? 0, mark ?? 0]);
  const byProxy = [...emitted, ...sockets, declared.proxyMark?.value ?? 0].filter((mark) => mark !== 0);
  const direct = [...own, ...byProxy.map((value): Setting => ({ on: 'packet', bits: 0xffff_ffff, value, rule: undefined }))];
  const copied = rules
    .flatMap((rule) => effectsOfKind(rule, 'copyMark'))
    .flatMap(({ from, fromMask }): readonly Setting[] => {
      const on = from === 'packet' ? 'connection' : 'packet';
      return direct.flatMap((one) => (one.on === from ? [{ ...one, on, bits: (one.bits & fromMask) >>> 0, rule: undefined }] : []));
    });
  return [...direct, ...copied];
}

/** Sets all of the wanted bits that are not 0, as they are wanted. */
function canGive({ bits, value }: Setting, wanted: number, mask: number): boolean {
  return (value & mask & bits) >>> 0 === (wanted & bits) >>> 0 && (wanted & ~bits) >>> 0 === 0;
}

function isCopied(rules: readonly Rule[], on: Kind): boolean {
  return rules.some((rule) => effectsOfKind(rule, 'copyMark').some(({ from }) => from === on));
}

interface Question {
  readonly on: Kind;
  readonly value: number;
  readonly mask: number;
}

function questions(match: MatchExpr): readonly Question[] {
  if (match.kind === 'and' || match.kind === 'or') return match.of.flatMap(questions);
  if (match.kind === 'not') return questions(match.of);
  if (!('field' in match) || (match.field !== 'mark' && match.field !== 'connmark')) return [];
  const on = match.field === 'mark' ? 'packet' : 'connection';
  if (match.kind === 'masked') return [{ on, value: Number(match.value), mask: Number(match.mask) }];
  return match.kind === 'in' ? match.intervals.map(({ lo }) => ({ on, value: Number(lo), mask: 0xffff_ffff })) : [];
}

/** `ip rule ... fwmark` */
function routed({ host }: ProofContext): readonly (Question & { readonly rule: Rule | undefined })[] {
  return host.rules.flatMap(({ mark }) => (mark === undefined ? [] : [{ on: 'packet' as const, ...mark, rule: undefined }]));
}
