/** What a claim's findings of both families make of its check. */
import { expect, it } from 'vitest';
import { verifyRulesets } from '../../../src/prove/judge/verifyRules.ts';
import type { Finding } from '../../../src/prove/proof/finding.ts';
import { claimChecks } from '../../../src/report/review/fromVerified.ts';
import { rulesetsOf } from '../../support/rulesets.ts';

const verified = verifyRulesets(rulesetsOf('*filter\n:INPUT ACCEPT\nCOMMIT\n', { family: 4 }));
const finding = (verdict: Finding['verdict'], family: 4 | 6): Finding => ({
  claim: 'no-redirect-loop',
  level: 'error',
  statement: 'It is so.',
  family,
  verdict,
  blame: [],
  reason: `${verdict} ${family}`,
});

it.each([
  ['violated', 'undecided', 'failed', undefined],
  ['violated', 'holds', 'failed', undefined],
  ['violated', 'not-applicable', 'failed', undefined],
  ['undecided', 'holds', 'undecided', undefined],
  ['undecided', 'not-applicable', 'undecided', undefined],
  ['holds', 'not-applicable', 'passed', undefined],
  ['holds', 'holds', 'passed', undefined],
  ['not-applicable', 'not-applicable', 'skipped', 'not-applicable 4; not-applicable 6'],
] as const)('%s and %s: %s', (one, other, verdict, reason) => {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    const [check] = claimChecks({ ...verified, findings: [finding(first, 4), finding(second, 6)] }, 'pod.rules');
    expect([check?.verdict, check?.reason]).toEqual([verdict, reason]);
    const bad = [first, second].filter((each) => each === 'violated' || each === 'undecided');
    expect(check?.problems.map((problem) => problem.verdict)).toEqual(bad.map((each) => (each === 'violated' ? 'failed' : each)));
  }
});
