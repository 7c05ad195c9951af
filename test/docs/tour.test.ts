/** What `npm start` shows. */
import { describe, expect, it } from 'vitest';
import { NEXT, shown, TOUR } from '../../fixtures/examples/tour.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { REPOSITORY, wordsOf } from './pages.ts';

describe('npm start', () => {
  it.each(TOUR)('$question', async (stop) => {
    const { out, err, code } = await chainwalk(stop.argv, { files: REPOSITORY });
    expect([err, code]).toEqual(['', stop === TOUR.at(-1) ? 1 : 0]);
    expect(out.split('\n').length).toBeLessThanOrEqual(32);
    expect(wordsOf(shown(stop))).toEqual(['chainwalk', ...stop.argv]);
  });
  it.each(NEXT)('%s', async (line) => {
    const { err, code } = await chainwalk(wordsOf(line).slice(2), { files: REPOSITORY });
    expect(err).toBe('');
    expect(code).toBeLessThan(2);
  });
});
