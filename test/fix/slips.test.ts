/** Healthy rules of every mesh with one slip each: whatever is offered as a fix leaves less broken, and captures what the healthy ones do.
 *  CHAINWALK_SLIPS tries more of them. */
import { expect, it } from 'vitest';
import { chooseSetting } from '../../src/connection/setting.ts';
import { diffRulesets } from '../../src/diff/rulesets.ts';
import { brokenBySlip } from './brokenBySlip.ts';
import { errorsIn, fixesIn, fixtureText, verifiedText } from './fixesIn.ts';

/** With a seed of which the slip breaks something, and a fix is known. */
const SLIPS: Readonly<Record<string, number>> = { 'istio-cni': 1, linkerd: 4, kuma: 1 };
const MORE = Number(process.env.CHAINWALK_SLIPS ?? 1);

/** Ordinary packets that the first text captures and the second does not. */
function escaped(healthy: string, fixed: string): readonly string[] {
  const [base, head] = [healthy, fixed].map((text) => verifiedText(text, { only: ['no-redirect-loop'] }).rulesets);
  const { host, profile } = chooseSetting({ rulesets: base ?? [], given: {} });
  const { diffs } = diffRulesets(base ?? [], head ?? [], { host, ...(profile && { profile }) });
  const lost = diffs.flatMap(({ changes }) => changes.filter(({ severity, usual }) => severity === 'bypass' && usual === 'ordinary'));
  return lost.map(({ packets }) => packets);
}

it.each(Object.entries(SLIPS))('%s', (name, first) => {
  const healthy = fixtureText(name);
  let offered = 0;
  for (let seed = first; seed < first + MORE; seed++) {
    const { text, what } = brokenBySlip(healthy, seed);
    const before = errorsIn(verifiedText(text));
    for (const fix of fixesIn(text)) {
      const after = errorsIn(verifiedText(fix.text));
      expect(after.length, what).toBeLessThan(before.length);
      expect(
        after.filter((one) => !before.includes(one)),
        what,
      ).toEqual([]);
      if (after.length === 0) expect(escaped(healthy, fix.text), what).toEqual([]);
      offered++;
    }
  }
  expect(offered).toBeGreaterThan(0);
});
