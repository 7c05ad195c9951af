/** Changed rules that only such packets of connections meet as are not walked from hook to hook (see walkedPart); each table by itself is asked whether it treats packets of connections that are there already as before, whatever they
 *  look like. Where it does, they are treated as before too; where it does not, and no connection shows a difference before, it is open. */

import { type Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import { point } from '../lib/intervals.ts';
import type { Effect } from '../netfilter/effect.ts';
import { effectKey } from '../netfilter/effectKey.ts';
import { does, isIdleRule } from '../netfilter/everyEffect.ts';
import { ALWAYS, and, inSet, type MatchExpr, matchesNothing, or } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import { CT_STATES } from '../packet/packet.ts';
import { calledChains } from '../prove/deadRules/deadRules.ts';
import { everyRule } from '../ruleset/everyRule.ts';
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts';
import { isBeforeLookup } from '../ruleset/stages.ts';
import { askedLooks } from '../symbolic/connection/looks.ts';
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
import { facingBases, facingTables } from './facingTables.ts';
import type { DiffQuestion, Sides } from './question.ts';
import { type WalkedAt, walkedPart } from './walkedPart.ts';

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
/** They report a packet to user space or a log, and that is all; a map without elements does nothing. */
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
  'vmap',
]);

type Question = DiffQuestion & { readonly budget: Budget };

/** `shown`: rules by which connections are treated differently before that. */
export function laterPackets(question: Question, aligned: Alignment, shown: ReadonlySet<Rule>): readonly UnclearClass[] {
  const silent = (rule: Rule, name: 'base' | 'head'): boolean => !shown.has(rule) && isCalled(question[name].tables.get(rule.table), rule);
  const rules = {
    base: [...aligned.base].filter((rule) => silent(rule, 'base')),
    head: [...aligned.head].filter((rule) => silent(rule, 'head')),
  };
  return [...notCompared(rules), ...facingTables(question).flatMap((tables) => inTables(question, tables, rules))];
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
      (rule) => isIdleRule(rule) && !TELLING.has(rule.target) && !matchesNothing(rule.match),
      'any packet',
      'targets changed that do something beside the way of a packet, which is not compared',
    ),
  ];
}

function inTables(question: Question, tables: Sides<Table>, rules: Sides<readonly Rule[]>): readonly UnclearClass[] {
  const bases = facingBases(tables).flatMap(({ base, head }) => base ?? head ?? []);
  const isEarly = bases.every(isBeforeLookup);
  const asked = (side: 'base' | 'head'): readonly Rule[] =>
    rules[side].filter((rule) => rule.table === tables[side].name && (!isEarly || does(rule, ...FINDING)));
  const own = { base: asked('base'), head: asked('head') };
  if (bases.length === 0 || own.base.length + own.head.length === 0) return [];
  const { host, base, budget } = question;
  try {
    return inOwnSpace(base.family, { host, budget }, (space) => compareTables(space, tables, { ...own, unlike: unlikeOf(question) }));
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return [{ level: 'error', packets: PACKETS, reason: budgetReason(error), rules: own }];
  }
}

/** What sets packets of a connection apart for the rules of either side. */
function unlikeOf({ base, head, host }: Question): ChangedRules['unlike'] {
  const sides = [base, head];
  return {
    asked: new Set(sides.flatMap((ruleset) => [...askedLooks(ruleset, host)])),
    expects: sides.some((ruleset) => everyRule(ruleset).some((rule) => does(rule, 'conntrack', 'unmodelled'))),
  };
}

interface ChangedRules extends Sides<readonly Rule[]> {
  readonly unlike: Omit<WalkedAt, 'isSeen'>;
}

function compareTables(space: Space, tables: Sides<Table>, { unlike, ...rules }: ChangedRules): readonly UnclearClass[] {
  const { manager } = space;
  const classesAt = anyStates(space, both(tables));
  const concerned: Sides<Set<Rule>> = { base: new Set(), head: new Set() };
  let breaks = false;
  for (const facing of facingBases(tables)) {
    const at = facing.base ?? facing.head;
    if (at === undefined) continue;
    const [unseen, connected] = classesAt(at.base.hook);
    const isEarly = isBeforeLookup(at);
    const start = isEarly ? unseen : connected;
    if (start === undefined) continue;
    const matching = (rule: Rule): Bdd => encode(space, start.env, steadyPart(rule.match)).may;
    const changed = manager.any([...rules.base, ...rules.head].map(matching));
    const compared = encode(space, start.env, walkedPart(space.family, { ...unlike, isSeen: !isEarly })).must;
    const later = manager.minus(manager.all([start.set, changed, ...(isEarly ? [] : [encode(space, start.env, LATER).may])]), compared);
    if (later === EMPTY) continue;
    const met: Sides<Map<Rule, Bdd>> = { base: new Map(), head: new Map() };
    const walked = (side: 'base' | 'head') => {
      const visit = (rule: Rule, _: Bdd, matching: Bdd) => met[side].set(rule, manager.or(met[side].get(rule) ?? EMPTY, matching));
      const walk = { space, table: tables[side], base: facing[side], visit };
      return treatments(walkAlone(walk, [{ ...start, set: later }], isEarly ? ['conntrack'] : undefined));
    };
    const sides = { base: walked('base'), head: walked('head') };
    const gone = sides.base.flatMap((one) => onlyHere(space, one, sides.head));
    const come = sides.head.flatMap((one) => onlyHere(space, one, sides.base));
    const differ = [...gone, ...come];
    if (differ.length === 0) continue;
    const meets = (set: Bdd, parts: readonly Bdd[]): boolean => parts.some((part) => manager.and(set, part) !== EMPTY);
    breaks ||= sides.head.some(({ set, says }) => !says.startsWith('on ') && meets(set, come));
    for (const side of ['base', 'head'] as const)
      for (const rule of rules[side]) if (meets(met[side].get(rule) ?? EMPTY, differ)) concerned[side].add(rule);
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

/** Packets that nothing on the other side treats so, in parts: two marks that differ in some bit are a set too large for one diagram. */
function onlyHere({ manager }: Space, one: Treatment, others: readonly Treatment[]): readonly Bdd[] {
  const alike = others.filter(({ says }) => says === one.says);
  const parts: Bdd[] = [];
  let left = one.set;
  for (const [at, other] of alike.entries()) {
    if (left === EMPTY) break;
    const met = manager.and(left, other.set);
    if (met === EMPTY) continue;
    const apart = bitsApart(manager, one, other).map((bit) => manager.and(met, bit));
    const differing = apart.filter((part) => part !== EMPTY);
    // where chance lets a packet go several ways, one of them is enough
    const goesOn = differing.some((part) => alike.slice(at + 1).some(({ set }) => manager.and(set, part) !== EMPTY));
    left = manager.minus(left, goesOn ? differing.reduce((same, part) => manager.minus(same, part), met) : met);
    if (!goesOn) parts.push(...differing);
  }
  return left === EMPTY ? parts : [...parts, left];
}

function bitsApart(manager: Space['manager'], one: Treatment, other: Treatment): readonly Bdd[] {
  if (!one.says.startsWith('on ')) return [];
  return WRITTEN.flatMap((field) =>
    one.env[field].flatMap((bit, at) => {
      const theirs = other.env[field][at] ?? bit;
      return theirs === bit ? [] : [manager.xor(bit, theirs)];
    }),
  );
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
