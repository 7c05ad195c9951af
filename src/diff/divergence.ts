/** Where two journeys of one packet part, by what the simulator saw. */
import type { Journey, Path } from '../connection/journey.ts';
import { picksOfWalk } from '../connection/rangeChoices.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { WalkStep } from '../simulate/trace.ts';
import { effectKey } from './effectKey.ts';

/** What is compared of a journey, see diffEnds.ts; all its possible ends. */
export function observed({ paths }: Journey): string {
  return [...new Set(paths.map(endOfPath))].sort().join('\n');
}

export function endOfPath({ outcome, legs }: Path): string {
  const walk = legs[0]?.walk;
  if (walk === undefined) return outcome;
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
  const ends = { base: new Set(base.paths.map(endOfPath)), head: new Set(head.paths.map(endOfPath)) };
  const ours = base.paths.find((path) => !ends.head.has(endOfPath(path)));
  const theirs = head.paths.find((path) => !ends.base.has(endOfPath(path)));
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
const KEYS: readonly ((steps: readonly TableStep[]) => string)[] = [
  (steps) => steps.filter(isFinal).map(doing).join(),
  (steps) =>
    steps
      .map(doing)
      .filter((does) => does !== '')
      .join(),
  (steps) => steps.map(wording).join('\n'),
];

function partingTables(ours: Path | undefined, theirs: Path | undefined): Parting | undefined {
  const [left, right] = [tablesOf(ours), tablesOf(theirs)];
  const count = Math.max(left.length, right.length);
  for (const [how, keyOf] of KEYS.entries()) {
    for (let at = 0; at < count; at++) {
      const [one, other] = [left[at] ?? NO_TABLE, right[at] ?? NO_TABLE];
      if (one.name === other.name && keyOf(one.steps) === keyOf(other.steps)) continue;
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
  /** leg, hook and table */
  readonly name: string;
  readonly steps: readonly TableStep[];
}

const NO_TABLE: WalkedTable = { name: '', steps: [] };

function tablesOf(path: Path | undefined): readonly WalkedTable[] {
  const found = new Map<string, TableStep[]>();
  for (const [leg, { walk }] of (path?.legs ?? []).entries()) {
    for (const step of walk.steps) {
      if (step.kind !== 'rule' && step.kind !== 'policy') continue;
      const name = `${leg} ${step.hook} ${step.kind === 'rule' ? step.rule.table : step.table}`;
      found.set(name, [...(found.get(name) ?? []), step]);
    }
  }
  return [...found].map(([name, steps]) => ({ name, steps }));
}

/** It ends the walk, or sends the packet somewhere else. */
function isFinal(step: TableStep): boolean {
  if (step.kind === 'policy') return step.verdict === 'DROP';
  return ['drop', 'reject', 'nat', 'divert', 'unmodelled'].includes(step.rule.effect.kind);
}

/** What it does, whatever rule says it; nothing for rules that only lead to others. */
function doing(step: TableStep): string {
  if (step.kind === 'policy') return step.verdict === 'DROP' ? 'drop' : '';
  const { effect } = step.rule;
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
  const final = rules.find(isFinal);
  const ending = rules.findLast(({ verdict }) => verdict !== 'JUMP' && verdict !== 'GOTO' && verdict !== 'CONTINUE');
  return (final ?? ending ?? steps.slice(alike).find((step) => step.kind === 'rule'))?.rule;
}
