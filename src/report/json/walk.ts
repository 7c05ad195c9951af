/** One packet on one leg as JSON: its steps and its fate. */

import { endpointText } from '../../packet/notation.ts';
import { type PacketJson, toPacketJson } from '../../packet/packetJson.ts';
import type { Counters } from '../../ruleset/counters.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Choice, DoneStep, Fate, Unanswered, Verdict, Walk, WalkStep } from '../../simulate/trace.ts';
import { branchesText, calledBy } from '../text/doneStep.ts';
import { sawJson } from '../text/observedValues.ts';
import { type TraceAfter, toAfter } from './after.ts';
import { type AnsweredRules, countersIn } from './answeredRules.ts';

export interface TraceWalk {
  readonly packet: PacketJson;
  readonly steps: readonly TraceStep[];
  readonly fate: TraceFate;
  readonly after: TraceAfter;
}

export interface TraceRule {
  readonly table: string;
  readonly chain: string;
  /** 1-based position in its chain */
  readonly rule: number;
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** what the kernel had counted when the dump was printed; absent: the text has no counters */
  readonly counters?: Counters;
}

export interface TraceChoice {
  readonly why: Choice['why'];
  readonly what: string;
  readonly taken: string;
  readonly probability?: number;
  readonly rule?: TraceRule;
}

export type TraceStep =
  | { readonly kind: 'hook'; readonly hook: string; readonly iif?: string; readonly oif?: string }
  | ({
      readonly kind: 'rule';
      readonly hook: string;
      readonly verdict: Verdict;
      readonly target?: string;
      /** what was found in its maps, in order */
      readonly found?: readonly string[];
    } & TraceRule)
  /** it did something, and was left before its end: the next rule ran */
  | ({ readonly kind: 'left'; readonly hook: string; readonly found?: readonly string[] } & TraceRule)
  | ({
      readonly kind: 'miss';
      readonly hook: string;
      readonly clause: string;
      readonly saw: Readonly<Record<string, number | string | null>>;
    } & TraceRule)
  | {
      readonly kind: 'policy';
      readonly hook: string;
      readonly table: string;
      readonly chain: string;
      readonly verdict: 'ACCEPT' | 'DROP';
    }
  | { readonly kind: 'end'; readonly hook: string; readonly table: string; readonly chain: string }
  | { readonly kind: 'conntrack'; readonly hook: string; readonly state: string; readonly zone: number }
  | {
      readonly kind: 'nat';
      readonly hook: string;
      readonly manip: 'src' | 'dst';
      readonly from: string;
      readonly to: string;
      /** where the kernel picks one of several, `1024-65535`: the port of `to` stands for all of them */
      readonly ports?: string;
    }
  | { readonly kind: 'mark'; readonly hook: string; readonly on: 'packet' | 'connection'; readonly value: number }
  | { readonly kind: 'field'; readonly hook: string; readonly field: 'tos' | 'ttl' | 'flags'; readonly value: number }
  | { readonly kind: 'route'; readonly again: boolean; readonly local: boolean; readonly table: string; readonly oif?: string }
  | { readonly kind: 'divert'; readonly hook: string; readonly port: number; readonly found: boolean }
  | { readonly kind: 'choice'; readonly hook: string; readonly choice: TraceChoice };

export type TraceFate =
  | { readonly kind: 'delivered'; readonly process?: string; readonly listener?: number; readonly transparent?: true }
  | { readonly kind: 'sent'; readonly oif: string }
  | { readonly kind: 'forwarded'; readonly oif: string; readonly bridged?: true }
  | { readonly kind: 'dropped'; readonly by?: TraceRule; readonly unanswered?: TraceUnanswered }
  | { readonly kind: 'rejected'; readonly with: string; readonly by: TraceRule }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'undecided'; readonly reasons: readonly TraceChoice[] };

/** Where the answer of the REJECT rule ends: by a rule, by the policy of a table, or outside the rules. */
export interface TraceUnanswered {
  readonly hook?: string;
  readonly rule?: TraceRule;
  readonly policy?: string;
  readonly reason?: string;
}

export function toWalk(walk: Walk, from: AnsweredRules): TraceWalk {
  return {
    packet: toPacketJson(walk.packet),
    steps: walk.steps.map((step) => toStep(step, from)),
    fate: toFate(walk.fate, from.file),
    after: toAfter(walk),
  };
}

export function toTraceRule(rule: Rule, file: string): TraceRule {
  return { table: rule.table, chain: rule.chain, rule: rule.number, text: rule.text, file: rule.elsewhere?.file ?? file, line: rule.line };
}

function toStep(step: WalkStep, from: AnsweredRules): TraceStep {
  const { file } = from;
  switch (step.kind) {
    case 'rule': {
      const { hook, rule, verdict } = step;
      const target = rule.target ?? calledBy(step);
      return {
        kind: 'rule',
        hook,
        ...toTraceRule(rule, file),
        ...countersIn(rule, from),
        verdict,
        ...(target !== undefined && { target }),
        ...foundIn(step),
      };
    }
    case 'left':
      return { kind: 'left', hook: step.hook, ...toTraceRule(step.rule, file), ...countersIn(step.rule, from), ...foundIn(step) };
    case 'miss': {
      const { hook, rule, clause, saw } = step;
      return { kind: 'miss', hook, ...toTraceRule(rule, file), ...countersIn(rule, from), clause: clause.text, saw: sawJson(saw) };
    }
    case 'nat': {
      const { ports, ...one } = step;
      const any = ports === undefined ? {} : { ports: `${ports.lo}-${ports.hi}` };
      return { ...one, from: endpointText(step.from), to: endpointText(step.to), ...any };
    }
    case 'choice':
      return { kind: 'choice', hook: step.hook, choice: toTraceChoice(step.choice, file) };
    default:
      return step;
  }
}

function foundIn(step: DoneStep): { readonly found?: readonly string[] } {
  return step.taken === undefined ? {} : { found: branchesText(step) };
}

export function toTraceChoice({ why, what, taken, probability, rule }: Choice, file: string): TraceChoice {
  const by = rule === undefined ? {} : { rule: toTraceRule(rule, file) };
  return { why, what, taken, ...(probability !== undefined && { probability }), ...by };
}

function toFate(fate: Fate, file: string): TraceFate {
  switch (fate.kind) {
    case 'delivered':
      return {
        kind: 'delivered',
        ...(fate.process !== undefined && { process: fate.process }),
        ...(fate.listener !== undefined && { listener: fate.listener }),
        ...(fate.transparent && { transparent: true }),
      };
    case 'dropped':
      return {
        kind: 'dropped',
        ...(fate.by !== undefined && { by: toTraceRule(fate.by, file) }),
        ...(fate.unanswered !== undefined && { unanswered: toUnanswered(fate.unanswered, file) }),
      };
    case 'rejected':
      return { kind: 'rejected', with: fate.with, by: toTraceRule(fate.by, file) };
    case 'undecided':
      return { kind: 'undecided', reasons: fate.reasons.map((reason) => toTraceChoice(reason, file)) };
    default:
      return fate;
  }
}

function toUnanswered({ hook, by, table, reason }: Unanswered, file: string): TraceUnanswered {
  return {
    ...(hook !== undefined && { hook }),
    ...(by !== undefined && { rule: toTraceRule(by, file) }),
    ...(table !== undefined && { policy: `${table} ${hook}` }),
    ...(reason !== undefined && { reason }),
  };
}
