/** Every fact about nftables of cases/, on the kernel where there is one. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import { checkCase } from '../cases/check.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { questionOf } from '../question.ts';
import { NFT_CASES } from './cases/all.ts';
import { questionOfNft, rulesOf } from './cases/check.ts';
import { KERNEL_ONLY_CASES } from './cases/known.ts';
import { LOAD_CASES } from './cases/loads.ts';

describe.runIf(kernelHere()).each(['nft', 'legacy'] as const)('nftables, iptables beside it of the %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  const asked = [...NFT_CASES, ...KERNEL_ONLY_CASES].filter(({ rules = '', backends = ['nft', ...(rules === '' ? [] : ['legacy'])] }) =>
    backends.includes(backend),
  );
  test.each(asked)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const question = questionOfNft(one);
    const answers = await oracle.ask(questionOf(question.host, rulesOf(one, question), question.packets));
    checkCase({ rules: '', ...one }, question, answers.map(accountOfAnswer));
  });
});

describe.runIf(kernelHere())('nft', () => {
  test.each(LOAD_CASES)('$name: $loads', ({ nft, loads }) => {
    const { status, stderr } = spawnSync('unshare', ['-n', 'nft', '-f', '-'], { input: nft, encoding: 'utf8' });
    expect(`${status === 0} ${stderr}`).toMatch(new RegExp(`^${loads}`));
  });
});
