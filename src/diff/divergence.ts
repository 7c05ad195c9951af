/** Where two journeys of one packet part, by what the simulator saw. */

import type { Journey, Leg, Path } from '../connection/journey.ts';
import { picksOfWalk } from '../connection/rangeChoices.ts';
import { CLOSING, ERRORS_ABOUT, type PartName } from '../netfilter/connectionParts.ts';
import { effectKey } from '../netfilter/effectKey.ts';
import { does } from '../netfilter/everyEffect.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Conversation } from '../simulate/conversation.ts';
import { effectOf, type Walk, type WalkStep } from '../simulate/trace.ts';

/** What is compared of a journey, see diffEnds.ts; all its possible ends. */
export function observed({ paths }: Journey): string {
  return [...new Set(paths.flatMap(endsOfPath))].sort().join('\n');
}

/** More than one, when the connection can stall in more than one way. */
export function endsOfPath(path: Path): readonly string[] {
  const { outcome, legs } = path;
  const [leg] = legs;
  if (leg === undefined) return [outcome];
  const stalls = stallsOf(path);
  const lost = [...new Set(waysOf(leg).map((way) => lostAsides(way).join()))];
  const says = stalls.map((how) => `${outcome} ${how}`);
  // a TCP connection that stalls is nobody's
  if (stalls.length > 0 && leg.walk.packet.proto === PROTO.tcp) return says;
  const ends = (stalls.length === 0 ? [outcome] : says).map((one) => endOfWalk(one, leg.walk));
  // where no connection opens, nothing of it is lost either
  return lost.every((parts) => parts === '') ? ends : ends.flatMap((end) => lost.map((parts) => `${end} ${parts}`));
}

function waysOf({ connection }: Pick<Leg, 'connection'>): readonly Conversation[] {
  return connection?.ways ?? [];
}

/** Errors and closing packets that do not arrive, and how they end. */
function lostAsides({ parts }: Conversation): readonly string[] {
  return parts.flatMap(({ name, arrives, walk }) => (arrives || !ASIDES.includes(name) ? [] : [`${name} ${howOf(walk.fate)}`]));
}

const ASIDES: readonly PartName[] = [...ERRORS_ABOUT, ...CLOSING].map(({ name }) => name);

/** Errors and closing were walked, as far as there are any: there were not too many ways. */
export function isWhole({ paths }: Journey): boolean {
  return paths.every(
    ({ legs: [leg] }) => leg?.connection?.ways.some(({ parts }) => parts.some(({ name }) => ASIDES.includes(name))) !== false,
  );
}

/** Which packet of the connection does not come, and how it ends; empty where it does not stall. */
export function stallsOf({ outcome, legs: [leg] }: Path): readonly string[] {
  const ways = outcome === 'stalled' ? (leg?.connection?.ways ?? []) : [];
  return ways.flatMap(({ parts }) => parts.slice(-1).map(({ name, walk }) => `${name} ${howOf(walk.fate)}`));
}

/** Of a later packet that does not come; why the kernel itself discards it is not compared. */
function howOf(fate: Walk['fate']): string {
  if (fate.kind === 'rejected') return `rejected ${fate.with}`;
  return fate.kind === 'sent' || fate.kind === 'forwarded' ? `${fate.kind} ${fate.oif}` : fate.kind;
}

/** Of the first packet. */
function endOfWalk(outcome: string, walk: Walk): string {
  const { fate, after } = walk;
  const picks = picksOfWalk(walk);
  const tuple = `${picks.src ? '' : after.src} ${picks.sport ? '' : after.sport} ${picks.dst ? '' : after.dst} ${picks.dport ? '' : after.dport} ${picks.says}`;
  switch (fate.kind) {
    case 'delivered':
      return `${outcome} ${fate.process ?? ''} ${picks.dport ? '' : (fate.listener ?? '')} ${tuple}`;
    case 'sent':
    case 'forwarded':
      return `${outcome} ${fate.oif} ${tuple}`;
    case 'rejected':
      return `${outcome} ${fate.with}`;
    default:
      return outcome;
  }
}

/** The rule of each side that decides: of the first table that does something else with the packet. */
export function decidingPair(base: Journey, head: Journey): readonly [Rule | undefined, Rule | undefined] {
  const apart = pathsApart(base, head).flatMap(([ours, theirs]) => {
    const found = partingTables(ours, theirs);
    return found === undefined ? [] : [found];
  });
  const [latest] = apart.toSorted((a, b) => a.how - b.how || b.late - a.late);
  return latest === undefined
    ? [undefined, undefined]
    : [decidingRule(latest.ours, latest.alike), decidingRule(latest.theirs, latest.alike)];
}

/** A way that only one side has, beside each of the other's: they part as late as may be. */
function pathsApart(base: Journey, head: Journey): readonly (readonly [Path | undefined, Path | undefined])[] {
  const ends = { base: new Set(base.paths.flatMap(endsOfPath)), head: new Set(head.paths.flatMap(endsOfPath)) };
  const ours = base.paths.find((path) => endsOfPath(path).some((end) => !ends.head.has(end)));
  const theirs = head.paths.find((path) => endsOfPath(path).some((end) => !ends.base.has(end)));
  return ours !== undefined ? head.paths.map((path) => [ours, path] as const) : base.paths.map((path) => [path, theirs] as const);
}

interface Parting {
  readonly ours: readonly TableStep[];
  readonly theirs: readonly TableStep[];
  /** index of what differs in `KEYS`: the first one that differs anywhere counts */
  readonly how: number;
  /** with how many steps both begin */
  readonly alike: number;
  /** a later place of the walks is a greater number */
  readonly late: number;
}

/** What a table does with a packet that decides where it ends; what it does that others can see; by which rules. Rules that are
 *  written differently, and marks and zones on which no end depends, decide nothing. */
const KEYS: readonly ((table: WalkedTable) => string)[] = [
  ({ steps, isLater }) =>
    steps
      .filter((step) => isFinal(step) || (isLater && isFinding(step)))
      .map(doing)
      .join(),
  ({ steps }) =>
    steps
      .map(doing)
      .filter((does) => does !== '')
      .join(),
  ({ steps }) => steps.map(wording).join('\n'),
];

function partingTables(ours: Path | undefined, theirs: Path | undefined): Parting | undefined {
  // of a connection that stalls nothing is passed on
  const stalls = [ours, theirs].some((path) => path?.outcome === 'stalled');
  const pairs = inOrder(tablesOf(ours, stalls), tablesOf(theirs, stalls));
  for (const [how, keyOf] of KEYS.entries()) {
    for (const [at, [one, other]] of pairs.entries()) {
      if (keyOf(one) === keyOf(other)) continue;
      const alike = sameStart(one.steps, other.steps);
      return { ours: one.steps, theirs: other.steps, how, alike, late: at * MOST_STEPS + alike };
    }
  }
  return undefined;
}

const MOST_STEPS = 100_000;

/** How many rules both have gone by before they part. */
function sameStart(ours: readonly TableStep[], theirs: readonly TableStep[]): number {
  const at = ours.findIndex((step, index) => {
    const other = theirs[index];
    return other === undefined || wording(step) !== wording(other);
  });
  return at < 0 ? ours.length : at;
}

type TableStep = Extract<WalkStep, { kind: 'rule' | 'policy' }>;

interface WalkedTable {
  /** leg, packet, hook and table */
  readonly name: string;
  /** not the first of its connection */
  readonly isLater: boolean;
  readonly steps: readonly TableStep[];
}

function tablesOf(path: Path | undefined, firstLegAlone: boolean): readonly WalkedTable[] {
  const found = new Map<string, TableStep[]>();
  for (const [leg, { walk, connection }] of (path?.legs ?? []).slice(0, firstLegAlone ? 1 : undefined).entries()) {
    const ways = connection?.ways ?? [];
    const way = ways.find(({ end }) => end === 'stalls') ?? ways.find((one) => lostAsides(one).length > 0) ?? ways[0];
    const later = leg === 0 ? (way?.parts.slice(1) ?? []) : [];
    for (const { name: packet, walk: one } of [{ name: 'first', walk }, ...later]) {
      for (const step of one.steps) {
        if (step.kind !== 'rule' && step.kind !== 'policy') continue;
        const name = `${leg} ${packet} ${step.hook} ${step.kind === 'rule' ? step.rule.table : step.table}`;
        found.set(name, [...(found.get(name) ?? []), step]);
      }
    }
  }
  return [...found].map(([name, steps]) => ({ name, isLater: name.split(' ')[1] !== 'first', steps }));
}

/** Tables of both walks side by side; where only one has rules for the packet, the other does nothing there. */
function inOrder(ours: readonly WalkedTable[], theirs: readonly WalkedTable[]): readonly (readonly [WalkedTable, WalkedTable])[] {
  const pairs: (readonly [WalkedTable, WalkedTable])[] = [];
  const left = [...theirs];
  for (const one of ours) {
    const at = left.findIndex(({ name }) => name === one.name);
    for (const other of left.splice(0, Math.max(at, 0))) pairs.push([{ ...other, steps: [] }, other]);
    pairs.push([one, at < 0 ? { ...one, steps: [] } : (left.shift() ?? one)]);
  }
  return [...pairs, ...left.map((other) => [{ ...other, steps: [] }, other] as const)];
}

/** It ends the walk, or sends the packet somewhere else. */
function isFinal(step: TableStep): boolean {
  if (step.kind === 'policy') return step.verdict === 'DROP';
  return ['drop', 'reject', 'nat', 'divert', 'unmodelled'].includes(effectOf(step).kind);
}

/** It says where the connection of a later packet is looked for. */
function isFinding(step: TableStep): boolean {
  return step.kind === 'rule' && does(step.rule, 'conntrack');
}

/** What it does, whatever rule says it; nothing for rules that only lead to others. */
function doing(step: TableStep): string {
  if (step.kind === 'policy') return step.verdict === 'DROP' ? 'drop' : '';
  const effect = effectOf(step);
  if (['jump', 'goto', 'return', 'continue', 'accept'].includes(effect.kind)) return '';
  return effectKey(effect);
}

function wording(step: TableStep): string {
  return step.kind === 'rule' ? step.rule.text : step.verdict;
}

/** The rule that decides a table: what is final there, or else what ended it; without one, the first that the other side does not
 *  go by. Undefined: a policy, or the end of a chain. */
function decidingRule(steps: readonly TableStep[], alike: number): Rule | undefined {
  const rules = steps.flatMap((step) => (step.kind === 'rule' ? [step] : []));
  const final = rules.find(isFinal) ?? rules.find(isFinding);
  const ending = rules.findLast(({ verdict }) => verdict !== 'JUMP' && verdict !== 'GOTO' && verdict !== 'CONTINUE');
  return (final ?? ending ?? steps.slice(alike).find((step) => step.kind === 'rule'))?.rule;
}
