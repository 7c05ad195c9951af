/** Verdicts on pods for people: what is wrong with the pod comes before what is wrong with its rules; pods that are treated alike stand together. */

import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { fileLine } from '../text/location.ts';
import { positionOf } from '../text/positions.ts';
import { findingLines } from './enrol.ts';
import { sameLines } from './sameLines.ts';
import { humanPod, isDetailed, type VerifyStyle } from './verify.ts';

export function humanVerifyPods(pods: readonly VerifiedPod[], style: VerifyStyle): string {
  const groups = new Map<Verified['findings'], Map<string, VerifiedPod[]>>();
  for (const one of pods) {
    // equal rules share their findings; without any they share nothing but the reason
    const alike = groups.get(one.verified.findings) ?? new Map<string, VerifiedPod[]>();
    groups.set(one.verified.findings, alike);
    const key = JSON.stringify([
      one.findings.map((finding) => [finding.claim, finding.message, one.muted?.get(finding)?.reason]),
      [...(one.verified.causes?.values() ?? [])].flatMap(({ settings }) => settings.map(({ setting, value }) => [setting, value])),
      one.verified.findings.length > 0 || one.verified.notes,
    ]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((alike) => [...alike.values()].map((group) => humanGroup(group, style))).join('\n\n\n');
}

function humanGroup([first, ...others]: readonly VerifiedPod[], style: VerifyStyle): string {
  if (first === undefined) return '';
  const own = first.findings.filter((finding) => first.muted?.has(finding) !== true);
  const detailed = isDetailed(first.verified, style);
  const shown = detailed ? own : own.filter(({ level }) => level !== 'info');
  const about = [...findingLines(shown, style), ...(detailed ? mutedLines(first, style) : [])];
  const names = others.map(({ pod }) => `${pod.namespace}/${pod.name}`);
  const lines = [...sameLines(names, style), ...(about.length === 0 ? [] : ['', ...about])];
  const folded = { hints: own.length - shown.length, suppressed: detailed ? 0 : (first.muted?.size ?? 0) };
  return humanPod(first.verified, style, { own, lines, folded });
}

/** Claims about its fields and settings; those about its rules are listed with these. */
function mutedLines({ muted }: VerifiedPod, { width }: VerifyStyle): readonly string[] {
  return [...(muted ?? [])].map(([{ claim, place }, { reason }]) => {
    const at = fileLine(place.source.file, positionOf(place).line);
    return `  ${paragraph({ text: `suppressed: ${claim} ${at}: ${printable(reason)}`, width: width - 2, hang: 4 })}`;
  });
}
