/** What a rule is, whatever it is spelled like: understood once, however often `-D` and `-C` compare it. */
import { expect, it } from 'vitest';
import { ruleMeaning } from '../../src/ruleset/ruleMeaning.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';

const TEXT = '*filter\n:A - [0:0]\n-A INPUT -p tcp --dport 80 -j A\n-A INPUT -p tcp -m tcp --dport http -j A\n-A INPUT -j B\nCOMMIT\n';

it('is the same for two spellings, and read once', () => {
  const [table] = parseRules({ file: 'test', text: TEXT }).rulesets[0]?.tables ?? [];
  const rules = table?.chains.find(({ name }) => name.text === 'INPUT')?.rules ?? [];
  if (table === undefined || rules.length < 3) throw new Error('the text has three rules');
  const meaning = ruleMeaning({});
  const [first, second, third] = rules.map((rule) => meaning(rule, { table, family: 4 }));
  expect(first).toEqual(['-p tcp -m tcp --dport 80 -j A']);
  expect(second).toEqual(first);
  expect(third).toBeUndefined();
  for (const [rule, known] of [[rules[0], first] as const, [rules[1], second] as const])
    if (rule !== undefined) expect(meaning(rule, { table, family: 4 })).toBe(known);
});
