/** A review is made for those who asked for a format that shows it. */
import { expect, test } from 'vitest';
import { writeReport } from '../../src/cli/review/write.ts';
import { kept } from '../../src/lib/kept.ts';
import { memoryIo, memorySink } from './memoryIo.ts';

test('no review is made where a command says all in its own words, and one for several formats', async () => {
  let made = 0;
  const review = kept(() => {
    made++;
    return { subjects: [], diagnostics: [], notes: [] };
  });
  const call = {
    io: memoryIo({ setting: {}, out: memorySink(false), err: memorySink(false), written: {} }),
    input: { args: [], options: {}, version: '1' },
  };
  const own = { human: () => 'fine', json: () => '{}' };
  await writeReport(call, { review, outputs: [{ format: 'human' }, { format: 'json', file: 'a' }], own, strict: false });
  expect(made).toBe(0);
  await writeReport(call, {
    review,
    outputs: [
      { format: 'sarif', file: 'b' },
      { format: 'junit', file: 'c' },
    ],
    own,
    strict: false,
  });
  expect(made).toBe(1);
});
