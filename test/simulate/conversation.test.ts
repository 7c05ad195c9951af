/** Connections that go on or do not: the edits of test/kernel/cases/connections.ts, which real sockets have played. */
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { converse } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { CONNECTION_EDITS, OPENINGS, rulesOf, SIDECAR_HOST } from '../kernel/cases/connections.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const host = hostOf(SIDECAR_HOST);

function endOf(rules: string, text: string): string {
  const ruleset = rulesetOf(rules, { family: 4 });
  const packet = packetOf(text, host);
  const [first] = simulate({ ruleset, packet, host }).walks;
  if (first === undefined) throw new Error('no walk');
  const found = converse({ ruleset, host, first, budget: new Budget(), whole: true });
  expect(found.length).toBe(1);
  const last = found[0]?.parts.at(-1);
  return found[0]?.end === 'stalls' ? `${last?.name} ${last?.walk.fate.kind}` : (found[0]?.end ?? '');
}

describe('a connection', () => {
  it.each(CONNECTION_EDITS.map((one) => [one.edits.map(({ rule }) => rule).join('; ') || 'no edit', one] as const))('%s', (_, one) => {
    expect(OPENINGS.map((opening) => endOf(rulesOf(one), opening))).toEqual(one.ends);
  });
  it('of a protocol without answers, or to a port where nothing listens, goes one way', () => {
    const rules = rulesOf({ edits: [] });
    expect(endOf(rules, 'out esp -> 10.0.0.9')).toBe('one-way');
    expect(endOf(rules, 'in icmp 10.244.0.1 -> 10.244.0.5')).toBe('completes');
  });
});
