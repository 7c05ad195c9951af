/** The simulator about hosts without rules: the facts of test/kernel/hosts/hostCases.ts. */
import { expect, test } from 'vitest';
import { ourEnds } from '../kernel/hosts/ends.ts';
import { HOST_CASES } from '../kernel/hosts/hostCases.ts';

test.each(HOST_CASES.map((one) => [one.name, one] as const))('%s', (_, { host, sends }) => {
  for (const [send, ...ends] of sends)
    expect([JSON.stringify(send), ourEnds(host, send)?.toSorted()]).toEqual([JSON.stringify(send), ends.toSorted()]);
});
