/** JSON of `diff`, schema chainwalk/diff/v1: types and the one place that builds them. Scripts rely on it: fields are added only. */

import type { Bounds } from '../../connection/bounds.ts';
import { othersThan } from '../../connection/bounds.ts';
import type { Outcome } from '../../connection/journey.ts';
import type { KernelViews } from '../../connection/kernelView.ts';
import type { ChangedClass, ChangedSide } from '../../diff/classes.ts';
import type { Sides } from '../../diff/question.ts';
import type { Diff } from '../../diff/rules.ts';
import type { RulesetsDiff } from '../../diff/rulesets.ts';
import { levelOf, type Severity, type Usual } from '../../diff/severity.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import type { Family } from '../../packet/address.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { toPacketJson } from '../../packet/packetJson.ts';
import { type BackendDifference, LEVEL_OF_DIFFERENCE } from '../../pods/backendDifferences.ts';
import type { DiffCause } from '../../pods/changeCauses.ts';
import type { Level } from '../../prove/proof/claim.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import type { TraceAfter } from './after.ts';
import type { TraceConversation } from './connection.ts';
import { toTrace } from './trace.ts';
import { type KernelKeys, toTracedKernel } from './tracedKernel.ts';
import { type TraceFate, type TraceRule, toTraceRule } from './walk.ts';

/** What was compared: rules with rules, or a pod with itself. */
export interface DiffAnswer extends Pick<Bounds, 'lookedUpApart'> {
  readonly diffs: readonly Diff[];
  readonly files: Sides<string>;
  readonly profile?: string | undefined;
  readonly notes: readonly string[];
  readonly assumptions?: readonly Assumption[];
  /** the packets of the application, each up to its first end */
  readonly firstLeg?: boolean;
  /** those of both sides, in words */
  readonly hosts: readonly string[];
  /** only packets of a requested set */
  readonly narrowed?: boolean;
  readonly onlyThere?: RulesetsDiff['onlyThere'];
  readonly causes?: ReadonlyMap<ChangedClass, readonly DiffCause[]>;
  readonly kernels?: KernelViews;
  readonly differenceOf?: ((change: ChangedClass) => BackendDifference | undefined) | undefined;
  readonly differenceOfUnclear?: ((family: Family) => BackendDifference | undefined) | undefined;
  readonly unseen?: readonly BackendDifference[];
}

export interface DiffReport {
  readonly schema: 'chainwalk/diff/v1';
  /** proved for every packet, or for what `firstLegOnly` says */
  readonly equivalent: boolean;
  /** only the packets of the application were compared, each up to its first end: between a sidecar and ambient mode */
  readonly firstLegOnly: boolean;
  readonly families: readonly Family[];
  /** how far `equivalent` is proved, and that no other packet changes, in words */
  readonly bounds: string;
  /** of two hosts: what arrives by an interface that one of them alone has, in words; absent: they have the same */
  readonly notCompared?: string;
  readonly profile: string | null;
  /** the most serious first */
  readonly changes: readonly DiffChange[];
  /** packets for which it depends on something that is not modelled, or is too hard, whether they change */
  readonly undecided: readonly DiffDoubt[];
  readonly assumptions: readonly Assumption[];
  readonly notes: readonly string[];
  /** between Istio's rules of iptables and of nftables: what sets them apart that no compared packet shows; absent: nothing */
  readonly unseen?: readonly BackendDifference[];
}

export interface DiffChange {
  readonly family: 'ipv4' | 'ipv6';
  /** the class in words */
  readonly packets: string;
  readonly severity: Severity;
  /** whether anybody sends such packets in practice */
  readonly usual: Usual;
  readonly level: Level;
  readonly example: PacketJson;
  readonly base: DiffSide;
  readonly head: DiffSide;
  /** the settings by which the example is treated differently; absent for rules */
  readonly cause?: readonly CauseJson[];
  /** between Istio's rules of iptables and of nftables: the page of `explain` on what sets them apart here; absent: it is not known */
  readonly difference?: BackendDifference;
}

export interface CauseJson {
  readonly what: string;
  /** null: nothing is said there */
  readonly base: CauseSideJson | null;
  readonly head: CauseSideJson | null;
}

export interface CauseSideJson {
  readonly value: string;
  /** null: not in the files */
  readonly file: string | null;
  readonly line: number | null;
}

export interface DiffSide extends KernelKeys {
  readonly outcome: Outcome;
  /** all that chance leaves open, when it is more than one */
  readonly outcomes?: readonly Outcome[];
  /** of the first leg */
  readonly fate: TraceFate;
  readonly after: TraceAfter;
  /** that the example opens, as in a trace: absent when it opens none */
  readonly connection?: Pick<TraceConversation, 'completes' | 'reason'>;
  /** decides where the two sides part; null: no rule, the policy or the end of a chain */
  readonly rule: TraceRule | null;
}

export interface DiffDoubt {
  readonly family: 'ipv4' | 'ipv6';
  readonly packets: string;
  readonly reason: string;
  readonly rules: { readonly base: readonly TraceRule[]; readonly head: readonly TraceRule[] };
  /** as of a change */
  readonly difference?: BackendDifference;
}

export function diffBounds({
  diffs,
  hosts,
  narrowed,
  firstLeg,
  onlyThere,
  lookedUpApart,
}: Pick<DiffAnswer, 'diffs' | 'hosts' | 'narrowed' | 'firstLeg' | 'onlyThere' | 'lookedUpApart'>): Bounds {
  const families = diffs.map(({ family }) => family);
  return {
    families,
    unjudged: othersThan(families),
    hosts: [...new Set(hosts)],
    ...(narrowed === true && { narrowed }),
    ofConnections: 'whole',
    ...(lookedUpApart === true && { lookedUpApart }),
    ...(firstLeg === true && { ofApplication: true }),
    ...(onlyThere !== undefined && {
      apart: [...onlyThere.base.map((name) => `${name} of the base`), ...onlyThere.head.map((name) => `${name} of the head`)],
    }),
  };
}

/** The words after `proved for`. */
export function comparedText(bounds: Bounds): string {
  const apart = apartText(bounds);
  return `${boundsText(bounds)}${unjudgedText(bounds, 'compared')}${apart === undefined ? '' : `; ${apart}`}`;
}

/** Of two hosts. */
export function apartText({ apart = [] }: Bounds): string | undefined {
  return apart.length === 0 ? undefined : `what arrives by ${apart.join(', ')} alone is not compared`;
}

export function toDiffReport(answer: DiffAnswer): DiffReport {
  const {
    diffs,
    files,
    profile,
    notes,
    assumptions = [],
    causes,
    firstLeg = false,
    kernels,
    differenceOf,
    differenceOfUnclear,
    unseen = [],
  } = answer;
  const changes = diffs.flatMap((diff) =>
    diff.changes.map((change): DiffChange => {
      const { severity, usual, example, base, head } = change;
      const cause = causes?.get(change);
      const difference = differenceOf?.(change);
      return {
        family: nameOf(diff),
        // words that nobody has read are not looked for yet
        get packets() {
          return change.packets;
        },
        severity,
        usual,
        level: difference === undefined ? levelOf(change) : LEVEL_OF_DIFFERENCE[difference],
        example: toPacketJson(example),
        base: { ...toSide(base, files.base), ...toTracedKernel(kernels?.get(base.journey)) },
        head: { ...toSide(head, files.head), ...toTracedKernel(kernels?.get(head.journey)) },
        ...(cause !== undefined && { cause: cause.map(toCause) }),
        ...(difference !== undefined && { difference }),
      };
    }),
  );
  const undecided = diffs.flatMap((diff) =>
    diff.undecided.map(({ packets, reason, rules }): DiffDoubt => {
      const named = (of: readonly Rule[], file: string) => of.map((rule) => toTraceRule(rule, file));
      const sides = { base: named(rules.base, files.base), head: named(rules.head, files.head) };
      const difference = differenceOfUnclear?.(diff.family);
      return { family: nameOf(diff), packets, reason, rules: sides, ...(difference !== undefined && { difference }) };
    }),
  );
  const bounds = diffBounds(answer);
  const notCompared = apartText(bounds);
  return {
    schema: 'chainwalk/diff/v1',
    equivalent: changes.length === 0 && undecided.length === 0,
    firstLegOnly: firstLeg,
    families: diffs.map(({ family }) => family),
    bounds: comparedText(bounds),
    ...(notCompared !== undefined && { notCompared }),
    profile: profile ?? null,
    changes,
    undecided,
    assumptions,
    notes,
    ...(unseen.length > 0 && { unseen }),
  };
}

function nameOf({ family }: Diff): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

export function toCause({ what, base, head }: DiffCause): CauseJson {
  const side = (one: DiffCause['base']): CauseSideJson | null => {
    if (one === undefined) return null;
    const { value, place } = one;
    return { value, file: place?.source.file ?? null, line: place === undefined ? null : lineAt(place) };
  };
  return { what, base: side(base), head: side(head) };
}

export function lineAt({ source: { text }, span: { start } }: NonNullable<NonNullable<DiffCause['base']>['place']>): number {
  return text.slice(0, start).split('\n').length;
}

function withoutPackets({ completes, reason }: TraceConversation): NonNullable<DiffSide['connection']> {
  return { completes, ...(reason !== undefined && { reason }) };
}

function toSide({ journey, outcomes, path, rule }: ChangedSide, file: string): DiffSide {
  const [leg] = toTrace({ journey: { ...journey, paths: [path] }, file, defaults: [] }).legs;
  return {
    outcome: journey.outcome,
    ...(outcomes.length > 1 && { outcomes }),
    fate: leg?.fate ?? { kind: 'undecided', reasons: [] },
    after: leg?.after as TraceAfter,
    ...(leg?.connection !== undefined && { connection: withoutPackets(leg.connection) }),
    rule: rule === undefined ? null : toTraceRule(rule, file),
  };
}
