/** An answer that is longer than a text can be is said to be, and is not a bug. */
import { expect, it } from 'vitest';
import { writeReport } from '../../src/cli/review/write.ts';
import { memoryIo, memorySink } from './memoryIo.ts';

const REVIEW = () => ({ subjects: [], diagnostics: [], notes: [] });

it('JSON of too many subjects is an error with what to do instead, and other formats are written', async () => {
  const [out, err] = [memorySink(false), memorySink(false)];
  const call = { io: memoryIo({ setting: {}, out, err, written: {} }), input: { args: [], options: {}, version: '1' } };
  const own = { json: () => 'x'.repeat(2 ** 30), human: () => 'fine' };
  const outputs = [{ format: 'json', file: 'all.json' }, { format: 'human' }];
  expect(await writeReport(call, { review: REVIEW, outputs, own, strict: false })).toBe(false);
  expect(err.text()).toContain('chainwalk: error: the json of this run is longer than a text can be\nhelp: ');
  expect(out.text()).toBe('fine\n');
  const bug = { json: () => Promise.reject(new RangeError('Maximum call stack size exceeded')) };
  await expect(writeReport(call, { review: REVIEW, outputs: [{ format: 'json' }], own: bug, strict: false })).rejects.toThrow('call stack');
});
