/** `fixes` of the library's `verify`: as the command line finds them, and only when asked. */
import { expect, it } from 'vitest';
import { parse, verify } from '../../src/api/library/index.ts';
import { readFixture } from '../support/fixtures.ts';

const RULES = parse(readFixture('article').text, { file: 'article.rules' });

it('edits that are proved come with each error that they fix', () => {
  const { findings } = verify(RULES, { fixes: true, only: ['no-redirect-loop'] });
  expect(findings).toMatchObject([
    { verdict: 'violated', fix: { file: 'article.rules', mends: ['no-redirect-loop'], edits: [{ kind: 'move', line: 18 }] } },
  ]);
});

it('without the option none is looked for, and it is a flag', () => {
  expect(verify(RULES, { only: ['no-redirect-loop'] }).findings.some(({ fix }) => fix !== undefined)).toBe(false);
  expect(() => verify(RULES, { fixes: 'yes' as unknown as boolean })).toThrow('fixes');
});
