/** A decision as a trace of named steps: the first one that hits decides. */
import type { Located } from '../../kubernetes/yaml/node.ts';
import type { Facts } from './facts.ts';

export type StageName = 'injection' | 'annotations' | 'init container' | 'multus' | 'cni plugin' | 'ambient agent';

/** One question of a stage. Steps are data: the table of them is the documentation. */
export interface CaptureStep {
  readonly id: string;
  /** in the words of a yes-or-no question */
  readonly asks: string;
  /** where Istio, Kubernetes or Multus does it */
  readonly source: string;
  readonly test: (facts: Facts) => StepAnswer;
}

export interface Stage {
  readonly name: StageName;
  readonly steps: readonly CaptureStep[];
}

/** on: not decided here; pass: the stage is done, the next one decides; skip: no rules; block: the pod does not start. */
export type StepAnswer =
  | { readonly kind: 'on' | 'pass' | 'skip'; readonly because: string; readonly at?: Located<unknown> }
  | { readonly kind: 'block'; readonly because: string; readonly at?: Located<unknown>; readonly problems: readonly StepProblem[] };

/** Why a pod does not start: a text at a place. */
export interface StepProblem {
  readonly message: string;
  readonly help?: string;
  readonly at: Located<unknown>;
}

export interface Taken {
  readonly stage: StageName;
  readonly step: CaptureStep;
  readonly answer: StepAnswer;
}

export type CaptureVerdict = 'captured' | 'skipped' | 'blocked';

export interface CaptureDecision {
  readonly verdict: CaptureVerdict;
  /** the steps that were taken, in order; the last one decided */
  readonly taken: readonly Taken[];
}

/** A stage whose steps all go on is passed as well; a pod that passes all stages is captured. */
export function decide(stages: readonly Stage[], facts: Facts): CaptureDecision {
  const taken: Taken[] = [];
  for (const { name, steps } of stages) {
    for (const step of steps) {
      const answer = step.test(facts);
      taken.push({ stage: name, step, answer });
      if (answer.kind === 'skip') return { verdict: 'skipped', taken };
      if (answer.kind === 'block') return { verdict: 'blocked', taken };
      if (answer.kind === 'pass') break;
    }
  }
  return { verdict: 'captured', taken };
}

type Words = readonly [because: string, at?: Located<unknown> | undefined];
const answer =
  <K extends 'on' | 'pass' | 'skip'>(kind: K) =>
  (...[because, place]: Words): StepAnswer => ({ kind, because, ...(place === undefined ? {} : { at: place }) });

export const on = answer('on');
export const pass = answer('pass');
export const skipStep = answer('skip');

/** The first problem is the reason. */
export function block(problems: readonly [StepProblem, ...StepProblem[]]): StepAnswer {
  return { kind: 'block', because: problems[0].message, at: problems[0].at, problems };
}
