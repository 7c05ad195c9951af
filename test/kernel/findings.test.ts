/** The packets of docs/findings.md in the kernel: rule by rule as the simulator says. */
import { afterAll, describe, expect, test } from 'vitest';
import { FINDING_CASES, worldOfFinding } from './cases/findings.ts';
import { questionOfFlow } from './cases/flowQuestion.ts';
import { BACKENDS } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { play } from './playFlow.ts';

describe.runIf(kernelHere()).each(BACKENDS)('findings in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(FINDING_CASES)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const { host, family, rules, ...world } = worldOfFinding(one);
    const { flow } = questionOfFlow({ ...world, host, rules });
    const [played] = await play(oracle, { host, family, rules: { [`v${family}`]: rules } }, [flow]);
    expect(played?.disagreement).toBeUndefined();
    expect(played?.compared).toBe(flow.length);
  });
});
