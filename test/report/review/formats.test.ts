import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OUTPUTS } from '../../../src/cli/argv/options.ts';
import { FORMATS } from '../../../src/cli/review/outputs.ts';
import { REVIEW_FORMATS } from '../../../src/report/formats/review.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { readFixture } from '../../support/fixtures.ts';

it('explain has a page for every format of a review', () => {
  expect(PAGES.filter(({ group }) => group === 'format').map(({ id }) => id)).toEqual(REVIEW_FORMATS.map(({ name }) => name));
});

it('the names that the command line knows are those of the formats', () => {
  expect(FORMATS).toEqual(['human', 'json', ...REVIEW_FORMATS.map(({ name }) => name)]);
  for (const { name } of REVIEW_FORMATS) expect(OUTPUTS.says).toContain(name);
});

it('the README shows the comment that is printed', async () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const file = 'fixtures/article.rules';
  const argv = ['verify', '--only', 'no-redirect-loop', file, '-o', 'markdown'];
  const { out } = await chainwalk(argv, { files: { [file]: readFixture('article').text } });
  expect(readme).toContain(
    `\n<details><summary><code>chainwalk ${argv.join(' ')}</code>, as GitHub shows it</summary>\n\n${out.trimEnd()}\n\n</details>\n`,
  );
});
