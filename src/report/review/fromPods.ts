/** Verdicts on pods as subjects of a review: claims about their fields and settings, then those about their rules. */

import type { PodFinding } from '../../injection/podChecks/check.ts';
import { groupBy } from '../../lib/groupBy.ts';
import type { VerifiedPod } from '../../pods/verifiedPod.ts';
import { PAGES } from '../generated/pages.ts';
import { fingerprintOf, withOwnFingerprints } from './fingerprint.ts';
import { claimChecks } from './fromVerified.ts';
import type { Check, Problem, ReviewLocation, Subject } from './review.ts';

export function reviewedPod({ pod, verified, findings, muted }: VerifiedPod): Subject {
  const name = `${pod.kind} ${pod.namespace}/${pod.name}`;
  const aboutRules = claimChecks(verified, name).map((check) => placedInManifest(check, pod.place));
  const checks = [...fieldChecks(findings, { subject: name, ...(muted !== undefined && { muted }) }), ...aboutRules];
  const { bounds, assumptions } = verified;
  return { kind: 'pod', name, file: pod.place.source.file, bounds, assumptions, checks };
}

/** Only those that do not hold are known. */
function fieldChecks(findings: readonly PodFinding[], context: Context): readonly Check[] {
  const claims = groupBy(findings, ({ claim }) => claim);
  return [...claims].map(([id, group]) => {
    const page = PAGES.find((one) => one.id === id);
    const title = page?.title ?? id;
    return {
      id,
      statement: `${title.charAt(0).toUpperCase()}${title.slice(1)}.`,
      verdict: 'failed',
      problems: withOwnFingerprints(group.map((finding) => toProblem(finding, context))),
    };
  });
}

interface Context extends Pick<VerifiedPod, 'muted'> {
  readonly subject: string;
}

function toProblem(finding: PodFinding, { subject, muted }: Context): Problem {
  const { claim: id, level, message, help, place, isUnjudged } = finding;
  const by = muted?.get(finding);
  const remedy = help ?? PAGES.find((page) => page.id === id)?.todo;
  return {
    id,
    level,
    verdict: 'failed',
    message,
    place,
    acceptAt: place,
    blame: [],
    ...(remedy !== undefined && { remedy }),
    ...(isUnjudged && { isUnjudged }),
    ...(by !== undefined && { muted: by }),
    fingerprint: fingerprintOf({ id, subject, verdict: 'failed', says: message }),
  };
}

/** Rendered rules are not edited: the pod's place stands for them. */
function placedInManifest(check: Check, place: ReviewLocation): Check {
  return { ...check, problems: check.problems.map((problem) => (problem.place?.source.rendered ? { ...problem, place } : problem)) };
}
