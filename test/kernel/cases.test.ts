/** Every fact of cases/, on the kernel where there is one; test/facts has them in the simulator. */
import { afterAll, describe, test } from 'vitest';
import { accountOfAnswer } from '../../src/kernel/compared/account.ts';
import { KERNEL_CASES } from './cases/all.ts';
import { checkCase, questionOfCase } from './cases/check.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { questionOf } from './question.ts';

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  test.each(KERNEL_CASES)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const question = questionOfCase(one);
    const rules = question.family === 4 ? { v4: one.rules } : { v6: one.rules };
    const answers = await oracle.ask(questionOf(question.host, rules, question.packets));
    const here = { ...one, ends: { ...one.ends, ...one.endsOn?.[backend] } };
    checkCase(here, question, answers.map(accountOfAnswer));
  });
});
