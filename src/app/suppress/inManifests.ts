/** Comments in manifests: those about a line stand at what breaks a claim there, those about the file at every finding of its pods. */
import type { PodFinding } from '../../injection/podChecks/check.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { Muted } from '../../prove/proof/suppressions.ts';
import type { ReviewLocation } from '../../report/review/review.ts';
import { positionOf } from '../../report/text/positions.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { commentWarnings, type Suppressions, suppressionsIn } from './comments.ts';

export interface PodMuter {
  readonly mute: (pod: VerifiedPod) => VerifiedPod;
  /** about the comments, once all pods are muted */
  readonly warnings: () => readonly Diagnostic[];
}

/** `sources`: those with pods; `asked`: whether a claim was checked at all. */
export function podMuter(sources: Iterable<Source>, asked: ReadonlySet<string>): PodMuter {
  const comments = new Map([...new Set(sources)].map((source) => [source, suppressionsIn(source.text)]));
  const used = new Set<Muted>();
  return {
    mute: (pod) => muteOne(pod, comments.get(pod.pod.place.source), used),
    warnings: () => [...comments].flatMap(([source, suppressions]) => commentWarnings(source, suppressions, { used, asked })),
  };
}

function muteOne(pod: VerifiedPod, comments: Suppressions | undefined, used: Set<Muted>): VerifiedPod {
  if (comments === undefined || comments.found.length === 0) return pod;
  const mute = (claim: string, places: readonly ReviewLocation[]): Muted | undefined => {
    const lines = places.filter(({ source }) => source === pod.pod.place.source).map((place) => positionOf(place).line);
    const by = comments.found.find((one) => one.claims.includes(claim) && (one.line === undefined || lines.includes(one.line)))?.muted;
    if (by !== undefined) used.add(by);
    return by;
  };
  const muted = new Map<PodFinding, Muted>();
  for (const finding of pod.findings) {
    const by = mute(finding.claim, [finding.place]);
    if (by !== undefined) muted.set(finding, by);
  }
  return { ...pod, verified: mutedFindings(pod.verified, mute), ...(muted.size > 0 && { muted }) };
}

/** The setting that causes a finding stands for it. */
function mutedFindings(verified: Verified, mute: (claim: string, places: readonly ReviewLocation[]) => Muted | undefined): Verified {
  const changed = new Map<Finding, Finding>();
  for (const finding of verified.findings) {
    const isOpen = finding.muted === undefined && (finding.verdict === 'violated' || finding.verdict === 'undecided');
    const places = verified.causes?.get(finding)?.settings.map(({ place }) => place) ?? [];
    const by = isOpen ? mute(finding.claim, places) : undefined;
    if (by !== undefined) changed.set(finding, { ...finding, muted: by });
  }
  if (changed.size === 0) return verified;
  const causes = new Map([...(verified.causes ?? [])].map(([finding, cause]) => [changed.get(finding) ?? finding, cause]));
  return { ...verified, findings: verified.findings.map((finding) => changed.get(finding) ?? finding), causes };
}
