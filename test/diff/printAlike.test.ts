/** Beside the texts of both, for dumps with a few lines edited, for scripts, and for lines that are spelled otherwise alone. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { rulesTexts } from '../../src/api/arbitraries/index.ts';
import { printAlike } from '../../src/diff/printAlike.ts';
import { printAll } from '../../src/ruleset/print.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { rulesetOf } from '../support/rulesets.ts';

type Edit = (line: string) => string;

const EDITS: readonly Edit[] = [
  (line) => line,
  (line) => line.replace('-p tcp ', '-p 6 '),
  (line) => line.replace('-j ', '--jump '),
  (line) => line.replace(/ -s (\S+)/, ' --source $1'),
  (line) => line.replace(/--dport \d+/, '--dport 4321'),
  (line) => line.replace(/ -s \S+/, ' -s 192.0.2.77/32'),
  (line) => line.replace(/-j ACCEPT$/, '-j DROP'),
  (line) => line.replace(/^-A \S+ /, '$&-m comment --comment "a \\" b" '),
];

function expectAgreement(base: Ruleset, head: Ruleset): boolean {
  const alike = printAlike(base, head);
  expect(alike).toBe(printAll([base]) === printAll([head]));
  return alike;
}

it('says what the texts of both say', () => {
  const seen = { alike: 0, apart: 0 };
  const edits = fc.array(fc.record({ at: fc.nat({ max: 30 }), edit: fc.constantFrom(...EDITS), twice: fc.boolean() }), { maxLength: 3 });
  fc.assert(
    fc.property(rulesTexts({ family: 4 }), edits, (text, changes) => {
      const lines = text.split('\n');
      for (const { at, edit, twice } of changes) {
        const rules = lines.flatMap((line, index) => (line.startsWith('-A ') ? [index] : []));
        const index = rules[at % Math.max(1, rules.length)];
        if (index === undefined) continue;
        const line = edit(lines[index] as string);
        lines.splice(index, 1, ...(twice ? [line, line] : [line]));
      }
      const alike = expectAgreement(rulesetOf(text, { family: 4 }), rulesetOf(lines.join('\n'), { family: 4 }));
      seen[alike ? 'alike' : 'apart']++;
    }),
  );
  expect(Math.min(seen.alike, seen.apart)).toBeGreaterThan(5);
});

it.each([
  ['lines in other places', '-A INPUT -p tcp -j DROP\n-A INPUT -j ACCEPT', '-A INPUT -j ACCEPT\n-A INPUT -p tcp -j DROP'],
  ['other spelling', '-A INPUT -p tcp -j DROP', '-A INPUT -p 6 -j DROP'],
  ['a chain more', '-A INPUT -j ACCEPT', '-A INPUT -j ACCEPT\n:more - [0:0]'],
])('%s', (_, base, head) => {
  const of = (rules: string) => rulesetOf(`*filter\n:INPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`, { family: 4 });
  expectAgreement(of(base), of(head));
});

it('takes commands of a script for what they print', () => {
  const dump = rulesetOf('*filter\n-A INPUT -s 10.0.0.1/32 -j DROP\nCOMMIT\n', { family: 4 });
  const script = rulesetOf('A=10.0.0.1\niptables -A INPUT -s "$A" -j DROP\n', { family: 4 });
  expect(expectAgreement(dump, script)).toBe(true);
});
