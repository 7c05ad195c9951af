/** Changed rules that only such packets of connections meet as are not walked from hook to hook (see walkedPart); each table by itself is asked whether it treats packets of connections that are there already as before, whatever they
 *  look like. Where it does, they are treated as before too; where it does not, and no connection shows a difference before, it is open. */

import { type Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import { point } from '../lib/intervals.ts';
import type { Effect } from '../netfilter/effect.ts';
import { does, isIdleRule } from '../netfilter/everyEffect.ts';
import { ALWAYS, and, inSet, type MatchExpr, or } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import { CT_STATES } from '../packet/packet.ts';
import { calledChains } from '../prove/deadRules/deadRules.ts';
import type { BaseChain, Chain, Rule, Table } from '../ruleset/ruleset.ts';
import { baseIn, basesOf, isBeforeLookup, tableNames } from '../ruleset/stages.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { inOwnSpace, type Space } from '../symbolic/space/space.ts';
import { anyStates } from '../symbolic/walk/anyState.ts';
import { encode } from '../symbolic/walk/encode.ts';
import type { PacketClass } from '../symbolic/walk/state.ts';
import { whatDecided } from '../symbolic/walk/state.ts';
import type { EndedClass } from '../symbolic/walk/tableWalk.ts';
import { walkAlone } from '../symbolic/walk/usedRules.ts';
import type { Alignment } from './align.ts';
import type { UnclearClass } from './classes.ts';
import { effectKey } from './effectKey.ts';
import type { DiffQuestion, Sides } from './question.ts';
import { walkedPart } from './walkedPart.ts';

export const LATER = inSet(
  'ctstate',
  (['ESTABLISHED', 'RELATED'] as const).map((state) => point(CT_STATES.indexOf(state))),
);
const PACKETS =
  'packets of connections that are there already, of another kind than those that are compared: other ICMP errors, protocols, flags or lengths';
/** Before the lookup a packet has no connection yet, and whether it comes through is the same for a first one: there it is asked which rule says
 *  how its connection is found: zones, and what is not tracked; a jump may lead there. */
const FINDING: readonly Effect['kind'][] = ['conntrack', 'jump', 'goto'];
const DECIDING: readonly Effect['kind'][] = ['conntrack', 'divert'];
/** They report a packet to user space or a log, and that is all. */
const TELLING: ReadonlySet<string | undefined> = new Set([
  undefined,
  'LOG',
  'NFLOG',
  'ULOG',
  'AUDIT',
  'TRACE',
  'LED',
  'IDLETIMER',
  'RATEEST',
  'CHECKSUM',
]);

type Question = DiffQuestion & { readonly budget: Budget };

/** `shown`: rules by which connections are treated differently before that. */
export function laterPackets(question: Question, aligned: Alignment, shown: ReadonlySet<Rule>): readonly UnclearClass[] {
  const silent = (rule: Rule, name: 'base' | 'head'): boolean => !shown.has(rule) && isCalled(question[name].tables.get(rule.table), rule);
  const rules = {
    base: [...aligned.base].filter((rule) => silent(rule, 'base')),
    head: [...aligned.head].filter((rule) => silent(rule, 'head')),
  };
  return [...notCompared(rules), ...tableNames([question.base, question.head]).flatMap((name) => inTable(question, name, rules))];
}

function isCalled(table: Table | undefined, rule: Rule): boolean {
  return table !== undefined && calledChains(table).has(rule.chain);
}

/** What targets do to a packet beside its way, which no walk shows. */
function notCompared(rules: Sides<readonly Rule[]>): readonly UnclearClass[] {
  const of = (ok: (rule: Rule) => boolean, packets: string, reason: string): readonly UnclearClass[] => {
    const found = { base: rules.base.filter(ok), head: rules.head.filter(ok) };
    return found.base.length + found.head.length === 0 ? [] : [{ level: 'error', packets, reason, rules: found }];
  };
  return [
    ...of(
      (rule) => isIdleRule(rule) && !TELLING.has(rule.target),
      'any packet',
      'targets changed that do something beside the way of a packet, which is not compared',
    ),
  ];
}

function inTable(question: Question, name: string, rules: Sides<readonly Rule[]>): readonly UnclearClass[] {
  const empty: Table = { name, chains: new Map() };
  const tables = { base: question.base.tables.get(name) ?? empty, head: question.head.tables.get(name) ?? empty };
  const bases = basesOfBoth(tables);
  const isEarly = bases.every(isBeforeLookup);
  const isAsked = (rule: Rule): boolean => rule.table === name && (!isEarly || does(rule, ...FINDING));
  const own = { base: rules.base.filter(isAsked), head: rules.head.filter(isAsked) };
  if (bases.length === 0 || own.base.length + own.head.length === 0) return [];
  const { host, base, budget } = question;
  try {
    return inOwnSpace(base.family, { host, budget }, (space) => compareTables(space, tables, own));
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return [{ level: 'error', packets: PACKETS, reason: budgetReason(error), rules: own }];
  }
}

function compareTables(space: Space, tables: Sides<Table>, rules: Sides<readonly Rule[]>): readonly UnclearClass[] {
  const { manager } = space;
  const classesAt = anyStates(space, both(tables));
  const concerned: Sides<Set<Rule>> = { base: new Set(), head: new Set() };
  let breaks = false;
  for (const at of basesOfBoth(tables)) {
    const [unseen, connected] = classesAt(at.base.hook);
    const isEarly = isBeforeLookup(at);
    const start = isEarly ? unseen : connected;
    if (start === undefined) continue;
    const matching = (rule: Rule): Bdd => encode(space, start.env, steadyPart(rule.match)).may;
    const changed = manager.any([...rules.base, ...rules.head].map(matching));
    const compared = encode(space, start.env, walkedPart(space.family, { ...rules, isSeen: !isEarly })).must;
    const later = manager.minus(manager.all([start.set, changed, ...(isEarly ? [] : [encode(space, start.env, LATER).may])]), compared);
    if (later === EMPTY) continue;
    const walked = (table: Table) =>
      treatments(walkAlone({ space, table, base: baseIn(table, at) }, [{ ...start, set: later }], isEarly ? ['conntrack'] : undefined));
    const sides = { base: walked(tables.base), head: walked(tables.head) };
    const gone = manager.any(sides.base.map((one) => onlyHere(space, one, sides.head)));
    const come = manager.any(sides.head.map((one) => onlyHere(space, one, sides.base)));
    const differ = manager.or(gone, come);
    if (differ === EMPTY) continue;
    breaks ||= sides.head.some(({ set, says }) => !says.startsWith('on ') && manager.and(set, come) !== EMPTY);
    for (const side of ['base', 'head'] as const)
      for (const rule of rules[side]) if (manager.and(matching(rule), differ) !== EMPTY) concerned[side].add(rule);
  }
  if (concerned.base.size + concerned.head.size === 0) return [];
  const reason = 'rules that they may meet changed, by which no connection is treated differently as far as it is followed';
  const found = { base: [...concerned.base], head: [...concerned.head] };
  return [{ level: breaks ? 'error' : 'warning', packets: PACKETS, reason, rules: found }];
}

/** What the rules of both sides ask about. */
export function both({ base, head }: Sides<Table>): Table {
  const named = (table: Table, side: string) => [...table.chains].map(([name, chain]): [string, Chain] => [`${side} ${name}`, chain]);
  return { name: base.name, chains: new Map([...named(base, 'base'), ...named(head, 'head')]) };
}

/** Base chains of either side to which later packets of connections come: NAT is done for the first. */
export function basesOfBoth({ base, head }: Sides<Table>): readonly BaseChain[] {
  const here = basesOf(base);
  const more = basesOf(head).filter(({ name }) => !here.some((one) => one.name === name));
  return [...here, ...more].filter((chain) => chain.base.kind !== 'nat');
}

/** What becomes of some packets in a table. */
interface Treatment {
  readonly set: Bdd;
  readonly says: string;
  readonly env: PacketClass['env'];
}

function treatments({ accepted, ended }: { readonly accepted: readonly PacketClass[]; readonly ended: readonly EndedClass[] }) {
  const on = accepted.map((one): Treatment => {
    const { set, env } = one;
    const did = whatDecided(one);
    const taken = did !== undefined && DECIDING.includes(did.kind) ? effectKey(did) : '';
    return { set, says: `on ${taken} ${env.state} ${env.zone}`, env };
  });
  const off = ended.map((one): Treatment => {
    const { set, env, end, decided } = one;
    const did = whatDecided(one);
    const how = did?.kind === 'reject' ? did.with : end === 'undecided' ? (decided?.text ?? '') : '';
    return { set, says: `${end} ${how}`, env };
  });
  return [...on, ...off];
}

const WRITTEN = ['mark', 'connmark', 'ttl', 'tos', 'flags'] as const;

/** Packets that nothing on the other side treats so. */
function onlyHere({ manager }: Space, one: Treatment, others: readonly Treatment[]): Bdd {
  let left = one.set;
  for (const other of others) {
    if (left === EMPTY) return EMPTY;
    if (other.says !== one.says) continue;
    let alike = manager.and(left, other.set);
    if (one.says.startsWith('on '))
      for (const field of WRITTEN)
        for (const [bit, own] of one.env[field].entries()) alike = manager.minus(alike, manager.xor(own, other.env[field][bit] ?? own));
    left = manager.minus(left, alike);
  }
  return left;
}

const UNSTEADY: ReadonlySet<Field> = new Set(['mark', 'connmark', 'ttl', 'tos', 'flags']);

/** The condition without what an earlier rule of the table may have changed: it holds for more packets, never for fewer. */
function steadyPart(expr: MatchExpr): MatchExpr {
  if (expr.kind === 'and') return and(...expr.of.map(steadyPart));
  if (expr.kind === 'or') return or(...expr.of.map(steadyPart));
  const leaf = expr.kind === 'not' ? expr.of : expr;
  if (leaf.kind === 'and' || leaf.kind === 'or' || leaf.kind === 'not') return ALWAYS;
  if (leaf.kind === 'tuple') return leaf.fields.some((field) => UNSTEADY.has(field)) ? ALWAYS : expr;
  return 'field' in leaf && UNSTEADY.has(leaf.field) ? ALWAYS : expr;
}
