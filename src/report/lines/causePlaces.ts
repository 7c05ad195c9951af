/** Where the settings stand that cause findings: they differ between pods with the same answer. */
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { VerifyCause, VerifyFinding, VerifyResult } from '../json/verify.ts';
import { positionOf } from '../text/positions.ts';
import type { CausePlace } from './verifyLine.ts';

/** In the order of the findings. */
export function causePlaces({ findings, causes }: Verified): readonly CausePlace[] {
  return findings.flatMap((finding) =>
    (causes?.get(finding)?.settings ?? []).map(({ place }) => ({ file: place.source.file, ...positionOf(place) })),
  );
}

export function causePlacesIn({ findings }: Pick<VerifyResult, 'findings'>): readonly CausePlace[] {
  return findings.flatMap(({ causes = [] }) => causes.map(({ file, line, column }) => ({ file, line, column })));
}

/** The same findings, with causes that stand elsewhere. */
export function withCausePlaces(findings: readonly VerifyFinding[], places: readonly CausePlace[]): readonly VerifyFinding[] {
  let at = 0;
  return findings.map((finding) => {
    if (finding.causes === undefined) return finding;
    const causes = finding.causes.map((one): VerifyCause => ({ ...one, ...places[at++] }));
    const [cause] = causes;
    // keys keep their order
    return { ...finding, ...(cause !== undefined && { cause }), causes };
  });
}

export function withoutCausePlaces(findings: readonly VerifyFinding[]): readonly VerifyFinding[] {
  return withCausePlaces(
    findings,
    causePlacesIn({ findings }).map(() => ({ file: '', line: 0, column: 0 })),
  );
}
