/** What a person types in a hurry: the first answer helps. */
import { describe, expect, it, test } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const TABLE = '*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 80 -j DROP\nCOMMIT\n';
const files = { 'p.rules': TABLE };

describe('find', () => {
  it.each(['dropped', 'DROPPED', 'Dropped'])('--outcome %s', async (outcome) => {
    const { out, code } = await chainwalk(['find', 'p.rules', '--where', 'out tcp', '--outcome', outcome], { files });
    expect(code).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('DROPPED: only these packets of the set (proved for');
  });

  test('--outcome DROP', async () => {
    const { err, code } = await chainwalk(['find', 'p.rules', '--outcome', 'DROP'], { files });
    expect([code, err.includes('did you mean `dropped`?')]).toEqual([2, true]);
  });

  test('LOST has its reason', async () => {
    const { out } = await chainwalk(['find', 'p.rules', '--where', 'out tcp -> 203.0.113.9:443', '--outcome', 'lost'], { files });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(': loopback-source, `chainwalk explain loopback-source`');
    const own = ['find', 'p.rules', '--where', 'out tcp 10.244.0.5 -> 203.0.113.9:443', '--outcome', 'lost'];
    expect((await chainwalk(own, { files })).code).toBe(0);
  });
});

test('a set given to trace is asked with an outcome that can be', async () => {
  expect((await chainwalk(['trace', 'p.rules', 'in tcp -> :15021'], { files })).err).toContain('--outcome captured-in');
});

test('fix is an option of verify', async () => {
  expect((await chainwalk(['fix', 'p.rules'], { files })).err).toContain('did you mean `verify --fix`?');
});
