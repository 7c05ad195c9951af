import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REVIEW_FORMAT_NAMES } from '../../../src/report/formats/names.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { readFixture } from '../../support/fixtures.ts';

it('explain has a page for every format of a review', () => {
  expect(PAGES.filter(({ group }) => group === 'format').map(({ id }) => id)).toEqual(REVIEW_FORMAT_NAMES);
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
