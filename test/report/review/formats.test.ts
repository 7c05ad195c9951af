import { expect, it } from 'vitest';
import { REVIEW_FORMAT_NAMES } from '../../../src/report/formats/names.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';

it('explain has a page for every format of a review', () => {
  expect(PAGES.filter(({ group }) => group === 'format').map(({ id }) => id)).toEqual(REVIEW_FORMAT_NAMES);
});
