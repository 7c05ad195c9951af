import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/api/library/index.ts';
import { podsOf } from '../../../src/pods/familiesOfPod.ts';
import { verifyRulesets } from '../../../src/prove/judge/verifyRules.ts';
import { withOwnFingerprints } from '../../../src/report/review/fingerprint.ts';
import { rulesSubjects } from '../../../src/report/review/fromVerified.ts';
import { problemsOf } from '../../../src/report/review/problems.ts';
import { readFixture } from '../../support/fixtures.ts';
import { problem, review } from './handmadeReview.ts';

const ARTICLE = readFixture('article').text;

function fingerprints(text: string, file = 'net/pod.rules'): readonly string[] {
  const { rulesets } = parse(text, { file });
  const subjects = rulesSubjects(podsOf(rulesets).map((pod) => verifyRulesets(pod)));
  return problemsOf(review(subjects)).map(({ problem: { id, fingerprint } }) => `${id} ${fingerprint}`);
}

describe('fingerprints', { timeout: 60_000 }, () => {
  const known = fingerprints(ARTICLE);

  it('name every problem of a text, and no two alike', () => {
    expect(known.length).toBeGreaterThan(10);
    expect(new Set(known).size).toBe(known.length);
    for (const one of known) expect(one).toMatch(/^[\w-]+ [0-9a-f]{32}$/);
  });

  it('stay when lines move, when counters count, and when comments change', () => {
    const moved = ARTICLE.replace('*nat', '# one\n\n# two\n*nat').replaceAll(/\[\d+:\d+\]/g, '[77:8]');
    expect(moved).not.toBe(ARTICLE);
    expect(fingerprints(moved)).toEqual(known);
  });

  it('stay when a rule is added that the packet does not meet', () => {
    const more = ARTICLE.replace('COMMIT', '-A ISTIO_INBOUND -p tcp -m tcp --dport 9 -m ttl --ttl-eq 7 -j RETURN\nCOMMIT');
    const loops = (of: readonly string[]) => of.filter((one) => one.startsWith('no-redirect-loop'));
    expect(loops(fingerprints(more))).toEqual(loops(known));
  });

  it('are those of the path in the repository, however it is written', () => {
    expect(fingerprints(ARTICLE, './net//pod.rules')).toEqual(known);
    expect(fingerprints(ARTICLE, 'net\\pod.rules')).toEqual(known);
  });

  it('differ from file to file', () => {
    const other = fingerprints(ARTICLE, 'net/other.rules');
    expect(other.filter((one) => known.includes(one))).toEqual([]);
  });

  it('count what cannot be distinguished otherwise', () => {
    const same = withOwnFingerprints([problem(), problem(), problem({}, { fingerprint: 'other' }), problem()]);
    const first = problem().fingerprint;
    expect(same.map(({ fingerprint }) => fingerprint)).toEqual([first, `${first}:2`, 'other', `${first}:3`]);
  });
});
