/** A walk without what decides nothing: jumps are folded into the path of the rule that they lead to, and a chain that was entered in
 *  vain is one thing with its reasons. Read by every drawing of a trace; `trace -v` shows all steps instead. */

import type { Effect } from '../../netfilter/effect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { effectOf, type Verdict, type WalkStep } from '../../simulate/trace.ts';
import { branchesText, calledBy } from './doneStep.ts';

type StepOf<K extends WalkStep['kind']> = Extract<WalkStep, { kind: K }>;
/** What a rule did to the packet. */
export type Deed = StepOf<'nat' | 'mark' | 'field' | 'divert'>;
export type Miss = StepOf<'miss'>;

export type Decision =
  /** `path`: the jumps that led to the rule, and the rule */
  | {
      readonly kind: 'rule';
      readonly hook: HookName;
      readonly path: readonly Rule[];
      readonly rule: Rule;
      /** elements of maps that led to it, and those that it took itself */
      readonly ledBy: readonly string[];
      readonly found: readonly string[];
      readonly verdict: Verdict;
      readonly deeds: readonly Deed[];
    }
  | PassedChain
  | { readonly kind: 'policy'; readonly step: StepOf<'policy'>; readonly misses: readonly Miss[] }
  /** NAT that an earlier packet of the connection decided */
  | { readonly kind: 'deed'; readonly hook: HookName; readonly deed: Deed }
  | { readonly kind: 'route'; readonly step: StepOf<'route'> }
  | { readonly kind: 'conntrack'; readonly step: StepOf<'conntrack'> }
  | { readonly kind: 'choice'; readonly step: StepOf<'choice'> };

/** A chain of which no rule matched. Known of detailed walks only. */
export interface PassedChain {
  readonly kind: 'passed';
  readonly hook: HookName;
  readonly table: string;
  readonly chain: string;
  /** the jumps that led to it; none: a base chain, whose policy accepts */
  readonly path: readonly Rule[];
  readonly misses: readonly Miss[];
}

interface Frame {
  readonly table: string;
  readonly chain: string;
  readonly path: readonly Rule[];
  /** elements of the maps on that way */
  readonly ledBy: readonly string[];
  readonly misses: Miss[];
  matched: boolean;
}

/** In the order of the walk. */
export function decisionsOf(steps: readonly WalkStep[]): readonly Decision[] {
  const decisions: Decision[] = [];
  let frames: Frame[] = [];
  let state = 'NEW';
  /** the chain that the rule stands in; what was entered since is left */
  const frameOf = ({ table, chain }: Rule): Frame => {
    const at = frames.findLastIndex((one) => one.table === table && one.chain === chain);
    frames = at < 0 ? [newFrame(table, chain)] : frames.slice(0, at + 1);
    return frames.at(-1) as Frame;
  };
  for (const [index, step] of steps.entries()) {
    switch (step.kind) {
      case 'hook':
        frames = [];
        break;
      case 'miss':
        frameOf(step.rule).misses.push(step);
        break;
      case 'rule': {
        const frame = frameOf(step.rule);
        frame.matched = true;
        const path = [...frame.path, step.rule];
        const [{ ledBy }, found] = [frame, branchesText(step)];
        const effect = effectOf(step);
        const deeds = deedsAfter(steps, index);
        const { hook, rule, verdict } = step;
        const called = calledBy(step) ?? step.rule.target;
        if ((step.verdict === 'JUMP' || step.verdict === 'GOTO') && called !== undefined) {
          if (deeds.length > 0) decisions.push({ kind: 'rule', hook, path, rule, ledBy, found, verdict, deeds });
          // what a chain is left for by GOTO does not see the packet again
          if (step.verdict === 'GOTO') frames.pop();
          frames.push(newFrame(rule.table, called, { path, ledBy: [...ledBy, ...found] }));
          break;
        }
        const decides = step.verdict !== 'CONTINUE' || deeds.length > 0 || (effect.kind !== 'continue' && !writes(effect.kind));
        if (decides) decisions.push({ kind: 'rule', hook, path, rule, ledBy, found, verdict, deeds });
        break;
      }
      case 'left': {
        const frame = frameOf(step.rule);
        frame.matched = true;
        const deeds = deedsAfter(steps, index);
        const { hook, rule } = step;
        const [{ ledBy }, found] = [frame, branchesText(step)];
        decisions.push({ kind: 'rule', hook, path: [...frame.path, rule], rule, ledBy, found, verdict: 'CONTINUE', deeds });
        break;
      }
      case 'end': {
        const at = frames.findLastIndex(({ chain, table }) => chain === step.chain && table === step.table);
        const frame = frames[at] ?? newFrame(step.table, step.chain);
        if (!frame.matched) decisions.push({ kind: 'passed', hook: step.hook, ...frame });
        if (at >= 0) frames = frames.slice(0, at);
        break;
      }
      case 'policy': {
        const frame = frames.find(({ chain, table, path }) => chain === step.chain && table === step.table && path.length === 0);
        const misses = frame === undefined || frame.matched ? [] : frame.misses;
        if (step.verdict === 'DROP') decisions.push({ kind: 'policy', step, misses });
        else if (misses.length > 0)
          decisions.push({ kind: 'passed', hook: step.hook, table: step.table, chain: step.chain, path: [], misses });
        frames = [];
        break;
      }
      case 'conntrack':
        if (step.state !== state || step.zone !== 0) decisions.push({ kind: 'conntrack', step });
        state = step.state;
        break;
      case 'route':
        decisions.push({ kind: 'route', step });
        break;
      case 'choice': {
        const { rule } = step.choice;
        if (rule !== undefined) frameOf(rule).matched = true;
        decisions.push({ kind: 'choice', step });
        break;
      }
      default:
        if (!isDeed(steps[index - 1]) && !isDone(steps[index - 1])) decisions.push({ kind: 'deed', hook: step.hook, deed: step });
    }
  }
  return decisions;
}

type Way = Pick<Frame, 'path' | 'ledBy'>;

function newFrame(table: string, chain: string, way: Way = { path: [], ledBy: [] }): Frame {
  return { table, chain, ...way, misses: [], matched: false };
}

/** The steps right after a rule are what it did. */
function deedsAfter(steps: readonly WalkStep[], at: number): readonly Deed[] {
  const deeds: Deed[] = [];
  for (let next = steps[at + 1]; isDeed(next); next = steps[at + 1 + deeds.length]) deeds.push(next);
  return deeds;
}

function isDeed(step: WalkStep | undefined): step is Deed {
  return step?.kind === 'nat' || step?.kind === 'mark' || step?.kind === 'field' || step?.kind === 'divert';
}

function isDone(step: WalkStep | undefined): boolean {
  return step?.kind === 'rule' || step?.kind === 'left';
}

/** Its step says what it wrote; without one it wrote nothing. */
function writes(kind: Effect['kind']): boolean {
  return kind === 'setMark' || kind === 'copyMark' || kind === 'setField';
}

/** `none of its 3 rules matched: rules 1-2 match on tcp (protocol is udp), ...`: at most `most` reasons. */
export function missesText(misses: readonly Miss[], sawText: (miss: Miss) => string, most = 2): string {
  if (misses.length === 0) return 'it has no rules';
  const groups = new Map<string, { readonly numbers: number[]; readonly first: Miss }>();
  for (const miss of misses) {
    const key = miss.clause.text;
    const group = groups.get(key) ?? { numbers: [], first: miss };
    groups.set(key, group);
    group.numbers.push(miss.rule.number);
  }
  const all = [...groups.values()];
  const shown = all.slice(0, all.length === most + 1 ? most + 1 : most).map(({ numbers, first }) => {
    const rules = numbers.length === 1 ? `rule ${numbers[0]} matches` : `rules ${rangesText(numbers)} match`;
    return `${rules} on ${conditionText(first.clause.text)} (${sawText(first)})`;
  });
  const more = all.length > shown.length ? ', ...' : '';
  return `${misses.length === 1 ? 'its only rule does not match' : `none of its ${misses.length} rules matched`}: ${shown.join(', ')}${more}`;
}

/** `tcp` for `-p tcp`: the words of the packet notation. */
export function conditionText(clause: string): string {
  return /^-p (\S+)$/.exec(clause)?.[1] ?? clause;
}

/** `1-3, 7` */
function rangesText(numbers: readonly number[]): string {
  const runs: { lo: number; hi: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last.hi + 1) last.hi = number;
    else runs.push({ lo: number, hi: number });
  }
  const shown = runs.slice(0, 3).map(({ lo, hi }) => (lo === hi ? `${lo}` : `${lo}-${hi}`));
  return `${shown.join(', ')}${runs.length > 3 ? ' ...' : ''}`;
}
