/** A case as a question, and its facts held against what became of each packet. */
import { expect } from 'vitest';
import type { Account } from '../../../src/kernel/compared/account.ts';
import { familyOf } from '../../../src/packet/address.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import type { HostJson } from '../question.ts';
import type { KernelCase } from './kernelCase.ts';
import { USUAL } from './kernelCase.ts';

export interface CaseQuestion {
  readonly host: HostJson;
  readonly texts: readonly string[];
  readonly packets: readonly ReturnType<typeof packetOf>[];
  readonly family: 4 | 6;
}

export function questionOfCase({ host = {}, ends = {}, meets = {}, misses = {} }: KernelCase): CaseQuestion {
  const whole = { ...USUAL, ...host };
  const texts = [...new Set([ends, meets, misses].flatMap((one) => Object.keys(one)))];
  const packets = texts.map((text) => packetOf(text, hostOf(whole)));
  const [first] = packets;
  if (first === undefined) throw new Error('a case has packets');
  return { host: whole, texts, packets, family: familyOf(first.dst) };
}

export function checkCase(one: KernelCase, { texts }: CaseQuestion, accounts: readonly Account[]): void {
  for (const [index, text] of texts.entries()) {
    const { rows: whole, end } = accounts[index] as Account;
    const rows = whole.map((row) => row.replace(/ -[io] \S+/g, ''));
    const expected = one.ends?.[text];
    if (expected !== undefined) expect(`${text}: ${end.replace(/ mark 0$/, '')}`).toBe(`${text}: ${expected}`);
    for (const row of one.meets?.[text] ?? []) expect(rows, text).toContain(row);
    for (const row of one.misses?.[text] ?? []) expect(rows, text).not.toContain(row);
  }
}
