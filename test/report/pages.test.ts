/** The pages of `explain` as Markdown beside what they explain: what the reader of one takes and refuses. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageIn } from '../../bundle/readPage.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { PAGE_GROUPS } from '../../src/report/pages/page.ts';

const PAGE = `# a-claim: what it says

## What it means

Two lines
are one.

## Why it happens

Because.

## For example

\`\`\`
*nat
COMMIT
\`\`\`

## How to see it

* \`iptables-save\`: a line
* \`\` echo \`date\` \`\`: another

## What to do

Nothing.
`;

const read = (text: string) => pageIn(text, { group: 'claim', file: 'a.md' });

describe('a page', () => {
  it('has a name, a sentence and its parts', () =>
    expect(read(PAGE)).toEqual({
      id: 'a-claim',
      group: 'claim',
      title: 'what it says',
      means: 'Two lines are one.',
      why: 'Because.',
      example: ['*nat', 'COMMIT'],
      see: [
        { run: 'iptables-save', look: 'a line' },
        { run: 'echo `date`', look: 'another' },
      ],
      todo: 'Nothing.',
    }));

  it.each([
    ['a part is missing', PAGE.replace('## Why it happens', '## What it means')],
    ['a part is not known', PAGE.replace('## Why it happens', '## Why')],
    ['a part is empty', PAGE.replace('Because.', '')],
    ['there is no sentence', PAGE.replace(': what it says', '')],
    ['an example is prose', PAGE.replaceAll('```', '')],
    ['a command has no words', PAGE.replace(': a line', '')],
  ])('is refused where %s', (_, text) => expect(() => read(text)).toThrow(/^a\.md: /));
});

it('every group has pages, and no two pages have one name', () => {
  expect(new Set(PAGES.map(({ group }) => group))).toEqual(new Set(PAGE_GROUPS));
  expect(new Set(PAGES.map(({ id }) => id)).size).toBe(PAGES.length);
});

it('the page of a claim about rules stands beside its code', () => {
  const camel = (id: string) => id.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const beside = ['claims', 'structure'].map((folder) => `${import.meta.dirname}/../../src/prove/${folder}`);
  const claims = PAGES.filter(({ group, id }) => group === 'claim' && beside.some((folder) => existsSync(`${folder}/${camel(id)}.ts`)));
  expect(claims.length).toBeGreaterThan(20);
  expect(claims.filter(({ id }) => !beside.some((folder) => existsSync(`${folder}/${camel(id)}.md`)))).toEqual([]);
});
