/** What REJECT answers, on its way: the rules that the simulator says the answer meets, and those that it met in the kernel. */
import { afterAll, describe, expect, test } from 'vitest';
import { accountOfWalk, rowOfKernel } from '../../src/kernel/compared/account.ts';
import { walkOfAnswerCase } from './cases/answerQuestion.ts';
import { ANSWER_CASES } from './cases/answers.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { questionOf } from './question.ts';

/** Policies do not count: the legacy backend tells those of tables that the rules do not mention, too. */
const rulesOnly = (rows: readonly string[]) => rows.filter((row) => !/:policy /.test(row));

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  test.each(ANSWER_CASES)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const { packet, host, walk } = walkOfAnswerCase(one);
    const rules = packet.family === 4 ? { v4: one.rules } : { v6: one.rules };
    const [answer] = await oracle.ask({ ...questionOf(host, rules, [packet]), kernel_replies: true });
    const met = answer?.generated?.map(({ trace }) => rulesOnly(trace.map(rowOfKernel))) ?? [];
    const sent = walk.answer?.steps.some(({ kind }) => kind === 'hook') ? [walk.answer] : [];
    expect(met).toEqual(sent.map((one) => rulesOnly(accountOfWalk(one).rows)));
  });
});
