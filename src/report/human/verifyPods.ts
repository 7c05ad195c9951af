/** Verdicts on pods for people: what is wrong with the pod comes before what is wrong with its rules; pods that are treated alike stand together. */

import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { inOtherFile } from '../../pods/familiesOfPod.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { fileLine } from '../text/location.ts';
import { PLAIN } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';
import { findingLines } from './enrol.ts';
import { sameLines } from './sameLines.ts';
import { isDetailed, type PodParts, podParts, type VerifyStyle } from './verify.ts';

export interface PodsStyle extends Omit<VerifyStyle, 'failing'> {
  /** `failing` of each: a warning about one pod fails no other */
  readonly failingOf?: (pod: VerifiedPod) => number;
}

export function humanVerifyPods(pods: readonly VerifiedPod[], { failingOf = () => 0, ...style }: PodsStyle): string {
  const most = style.detailed === true ? Number.POSITIVE_INFINITY : undefined;
  const alike = alikePods();
  const groups = groupBy(pods, (pod) => `${failingOf(pod)} ${alike(pod)}`);
  const said = [...groups.values()].map(([first, ...others]) => {
    const { verdict, rest } = onePodParts(first, { ...style, failing: failingOf(first) });
    return [...verdict, ...sameLines(others.map(nameOfPod), style, most), ...rest].join('\n');
  });
  return said.join('\n\n\n');
}

export function nameOfPod({ pod: { namespace, name } }: { readonly pod: Pick<VerifiedPod['pod'], 'namespace' | 'name'> }): string {
  return `${namespace}/${name}`;
}

/** About its own fields and settings, without those that are suppressed. */
export function openFindings({ findings, muted }: VerifiedPod): VerifiedPod['findings'] {
  return findings.filter((finding) => muted?.has(finding) !== true);
}

/** What is said of a pod, before and after the names of those that are alike. */
export function onePodParts(pod: VerifiedPod, style: VerifyStyle): PodParts {
  const own = openFindings(pod);
  const detailed = isDetailed(pod.verified, style);
  const shown = detailed ? own : own.filter(({ level }) => level !== 'info');
  const about = [...findingLines(shown, style), ...(detailed ? mutedLines(pod, style) : [])];
  const folded = { hints: own.length - shown.length, suppressed: detailed ? 0 : (pod.muted?.size ?? 0) };
  const { verdict, rest } = podParts(pod.verified, style, { own, folded });
  return { verdict, rest: [...(about.length === 0 ? [] : ['', ...about]), ...rest] };
}

/** A text for each pod, equal for those of which the same is said but for names and places. */
export function alikePods(): (pod: VerifiedPod) => string {
  /** of rules that were proved once */
  const known = new WeakMap<Verified['findings'], string>();
  return ({ verified, findings, muted }) => {
    const words = known.get(verified.findings) ?? wordsOfRules(verified);
    // without findings nothing is shared but the reason
    if (verified.findings.length > 0) known.set(verified.findings, words);
    return JSON.stringify([
      words,
      findings.map((finding) => [finding.claim, finding.message, muted?.get(finding)?.reason]),
      [...(verified.causes?.values() ?? [])].flatMap(({ settings }) => settings.map(({ setting, value }) => [setting, value])),
      verified.findings.length > 0 || verified.notes,
    ]);
  };
}

/** What is said of its rules, whatever the pod is called and whatever causes it. */
function wordsOfRules({ causes: _, ...verified }: Verified): string {
  const rulesets = verified.rulesets.map((ruleset) => ({ ...ruleset, source: { ...ruleset.source, file: 'RULES' } }));
  const nameless = { ...inOtherFile(verified, rulesets), notes: [] };
  const { verdict, rest } = podParts(nameless, { paint: PLAIN, width: UNBROKEN, detailed: true });
  return [...verdict, ...rest].join('\n');
}

const UNBROKEN = 1 << 20;

/** Claims about its fields and settings; those about its rules are listed with these. */
function mutedLines({ muted }: VerifiedPod, { width }: VerifyStyle): readonly string[] {
  return [...(muted ?? [])].map(([{ claim, place }, { reason }]) => {
    const at = fileLine(place.source.file, positionOf(place).line);
    return `  ${paragraph({ text: `suppressed: ${claim} ${at}: ${printable(reason)}`, width: width - 2, hang: 4 })}`;
  });
}
