import { expect, it } from 'vitest';
import { LINE_FORMAT_NAMES, REVIEW_FORMAT_NAMES } from '../../../src/report/formats/names.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';

it('explain has a page for every format of a review and of lines', () => {
  expect(PAGES.filter(({ group }) => group === 'format').map(({ id }) => id)).toEqual([...REVIEW_FORMAT_NAMES, ...LINE_FORMAT_NAMES]);
});
