/** A comparison that is the only one looks for words when they are read: they are the same words. */
import { expect, it } from 'vitest';
import { chooseSetting } from '../../src/connection/setting.ts';
import { diffRulesets } from '../../src/diff/rulesets.ts';
import { kept } from '../../src/lib/kept.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { readFixture } from '../support/fixtures.ts';

const rulesOf = (name: string) => readRules({ file: name, text: readFixture(name).text }).rulesets;

it.each([
  ['istio-sidecar', 'istio-dns'],
  ['istio-dual-stack', 'istio-sidecar'],
  ['istio-sidecar', 'linkerd'],
])('%s and %s', (one, other) => {
  const [base, head] = [rulesOf(one), rulesOf(other)];
  const { host, profile } = chooseSetting({ rulesets: [...base, ...head], given: {} });
  const scene = { host, ...(profile !== undefined && { profile }) };
  const [now, later] = [diffRulesets(base, head, scene), diffRulesets(base, head, { ...scene, wordsLater: true })].map(({ diffs }) =>
    diffs.flatMap(({ changes }) => changes),
  );
  expect(now?.length).toBeGreaterThan(0);
  expect(later?.map(({ packets }) => packets)).toEqual(now?.map(({ packets }) => packets));
  const isMade = (change: object): boolean => Object.getOwnPropertyDescriptor(change, 'packets')?.get === undefined;
  expect([now?.every(isMade), later?.some(isMade)]).toEqual([true, false]);
});

it('what is kept is made once, when it is asked for', () => {
  let made = 0;
  const one = kept(() => ++made);
  expect(made).toBe(0);
  expect([one(), one(), made]).toEqual([1, 1, 1]);
});
