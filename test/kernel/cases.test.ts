/** Every fact of cases/, in the simulator, and on the kernel where there is one. */
import { afterAll, describe, expect, test } from 'vitest';
import { familyOf } from '../../src/packet/address.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { KERNEL_CASES } from './cases/all.ts';
import type { KernelCase } from './cases/kernelCase.ts';
import { USUAL } from './cases/kernelCase.ts';
import type { Account } from './compare.ts';
import { accountOfAnswer, accountOfWalk } from './compare.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';
import { questionOf } from './question.ts';

interface Asked {
  readonly host: HostJson;
  readonly texts: readonly string[];
  readonly packets: readonly ReturnType<typeof packetOf>[];
  readonly family: 4 | 6;
}

function asked({ host = {}, ends = {}, meets = {}, misses = {} }: KernelCase): Asked {
  const whole = { ...USUAL, ...host };
  const texts = [...new Set([ends, meets, misses].flatMap((one) => Object.keys(one)))];
  const packets = texts.map((text) => packetOf(text, hostOf(whole)));
  const [first] = packets;
  if (first === undefined) throw new Error('a case has packets');
  return { host: whole, texts, packets, family: familyOf(first.dst) };
}

function check(one: KernelCase, { texts }: Asked, accounts: readonly Account[]): void {
  for (const [index, text] of texts.entries()) {
    const { rows: whole, end } = accounts[index] as Account;
    const rows = whole.map((row) => row.replace(/ -[io] \S+/g, ''));
    const expected = one.ends?.[text];
    if (expected !== undefined) expect(`${text}: ${end.replace(/ mark 0$/, '')}`).toBe(`${text}: ${expected}`);
    for (const row of one.meets?.[text] ?? []) expect(rows, text).toContain(row);
    for (const row of one.misses?.[text] ?? []) expect(rows, text).not.toContain(row);
  }
}

describe('simulator', () => {
  test.each(KERNEL_CASES)('$name', (one) => {
    const all = asked(one);
    const ruleset = rulesetOf(one.rules, { family: all.family });
    const walks = all.packets.map((packet) => simulate({ ruleset, packet, host: hostOf(all.host) }).walks);
    for (const ways of walks) expect(ways).toHaveLength(1);
    check(
      one,
      all,
      walks.flatMap((ways) => ways.map(accountOfWalk)),
    );
  });
});

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  test.each(KERNEL_CASES)('$name', async (one) => {
    oracle ??= openOracle(backend);
    const all = asked(one);
    const rules = all.family === 4 ? { v4: one.rules } : { v6: one.rules };
    const answers = await oracle.ask(questionOf(all.host, rules, all.packets));
    const here = { ...one, ends: { ...one.ends, ...one.endsOn?.[backend] } };
    check(here, all, answers.map(accountOfAnswer));
  });
});
