/** test/kernel/loads.test.ts gives the same rulesets to iptables. */
import { describe, expect, test } from 'vitest';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { LOAD_CASES, TRACKING } from './loads.ts';

function read(text: string): ReturnType<typeof resolve> {
  const { rulesets, diagnostics } = parseRules({ file: 'loads', text }, { family: 4 });
  const [node] = rulesets;
  if (node === undefined) return { diagnostics };
  const resolved = resolve(node);
  return { ...resolved, diagnostics: [...diagnostics, ...resolved.diagnostics] };
}

describe('load checks', () => {
  test.each(LOAD_CASES)('$name', ({ text, loads }) => {
    const { ruleset, diagnostics } = read(text);
    const messages = diagnostics.map(({ kind, message }) => `${kind} ${message}`);
    expect(diagnostics.some(isError), messages.join('; ')).toBe(loads === 'neither');
    expect(ruleset !== undefined || loads === 'neither').toBe(true);
    const other = loads === 'nft' ? 'legacy' : 'nft';
    if (loads === 'nft' || loads === 'legacy') expect(messages.join('; ')).toMatch(`iptables-${other}`);
  });
});

test.each([
  ['-m socket', true],
  ['-p tcp -j TPROXY --on-port 5', true],
  ['-m conntrack --ctstate NEW', true],
  ['-j LOG', false],
])('`%s` makes the kernel put fragments together: %s', (rule, reassembles) => {
  expect(read(`*mangle\n-N U\n-A U ${rule}\nCOMMIT\n`).ruleset?.usesDefrag).toBe(reassembles);
});

describe('usesConntrack', () => {
  test.each(TRACKING)('%s: `%s`: %s', (table, rule, tracks) => {
    const { ruleset } = read(`*${table}\n-N U\n-A U ${rule}\nCOMMIT\n`);
    expect(ruleset?.usesConntrack).toBe(tracks);
  });
});
