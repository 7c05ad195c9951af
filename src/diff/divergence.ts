/** Where two journeys of one packet part, by what the simulator saw. */
import type { Journey, Path } from '../connection/journey.ts';
import { picksOfWalk } from '../connection/rangeChoices.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { WalkStep } from '../simulate/trace.ts';

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

/** Where the two journeys part, the rule of each side that ended the table there. */
export function decidingPair(base: Journey, head: Journey): readonly [Rule | undefined, Rule | undefined] {
  const left = partingLegs(base, head);
  if (left === undefined) return [undefined, undefined];
  const [ours, theirs] = left;
  const at = ours.findIndex((step, index) => stepKey(step) !== stepKey(theirs[index]));
  const from = at < 0 ? ours.length : at;
  return [decidingRule(ours.slice(from)), decidingRule(theirs.slice(from))];
}

/** The steps that matter of the first leg that differs, on two paths that part as late as may be. */
function partingLegs(base: Journey, head: Journey): readonly [readonly TableStep[], readonly TableStep[]] | undefined {
  const ends = { base: new Set(base.paths.map(endOfPath)), head: new Set(head.paths.map(endOfPath)) };
  const ours = base.paths.find((path) => !ends.head.has(endOfPath(path)));
  const theirs = head.paths.find((path) => !ends.base.has(endOfPath(path)));
  const pairs =
    ours !== undefined
      ? head.paths.map((path) => [stepsOf(ours), stepsOf(path)] as const)
      : base.paths.map((path) => [stepsOf(path), stepsOf(theirs)] as const);
  const apart = pairs.flatMap(([left, right]) => {
    const leg = left.findIndex((steps, index) => keysOf(steps) !== keysOf(right[index] ?? []));
    const [one, other] = [left[leg] ?? [], right[leg] ?? []];
    return leg < 0 ? [] : [{ one, other, late: leg * 1000 + one.findIndex((step, index) => stepKey(step) !== stepKey(other[index])) }];
  });
  const [latest] = apart.sort((a, b) => b.late - a.late);
  return latest === undefined ? undefined : [latest.one, latest.other];
}

function stepsOf(path: Path | undefined): readonly (readonly TableStep[])[] {
  return path?.legs.map(({ walk }) => walk.steps.filter(isTableStep)) ?? [];
}

function keysOf(steps: readonly TableStep[]): string {
  return steps.map(stepKey).join('\n');
}

type TableStep = Extract<WalkStep, { kind: 'rule' | 'policy' }>;

function isTableStep(step: WalkStep): step is TableStep {
  return step.kind === 'policy' || (step.kind === 'rule' && step.rule.effect.kind !== 'continue');
}

function stepKey(step: TableStep | undefined): string {
  if (step === undefined) return '';
  return step.kind === 'rule' ? `${step.hook} ${step.rule.table} ${step.rule.text}` : `${step.hook} ${step.table} ${step.verdict}`;
}

/** The rule that ends the table in which the steps begin; without one, the first that does anything there. */
function decidingRule(steps: readonly TableStep[]): Rule | undefined {
  const [first] = steps;
  const here = steps.flatMap((step) => (step.kind === 'rule' && first !== undefined && tableOf(step) === tableOf(first) ? [step] : []));
  const ending = here.findLast(({ verdict }) => verdict !== 'JUMP' && verdict !== 'GOTO' && verdict !== 'CONTINUE');
  return (ending ?? here[0])?.rule;
}

function tableOf(step: TableStep): string {
  return `${step.hook} ${step.kind === 'rule' ? step.rule.table : step.table}`;
}
