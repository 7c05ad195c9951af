/** The facts about the kernel of test/kernel/cases, in the simulator: without a kernel, they hold simulate/ and host/ to what was measured. */
import { expect, test } from 'vitest';
import { accountOfWalk } from '../../src/kernel/compared/account.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { checkCase, questionOfCase } from '../kernel/cases/check.ts';
import type { KernelCase } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

export function testInSimulator(cases: readonly KernelCase[]): void {
  test.each(cases)('$name', (one) => {
    const question = questionOfCase(one);
    const ruleset = rulesetOf(one.rules, { family: question.family });
    const walks = question.packets.map((packet) => simulate({ ruleset, packet, host: hostOf(question.host) }).walks);
    for (const ways of walks) expect(ways).toHaveLength(1);
    checkCase(
      one,
      question,
      walks.flatMap((ways) => ways.map(accountOfWalk)),
    );
  });
}
