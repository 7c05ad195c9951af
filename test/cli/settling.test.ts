/** How long --watch waits until a file is written: a file that is renamed over another is whole at once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WatchEvents } from '../../src/cli/io/watchFiles.ts';
import { nextChange } from '../../src/cli/watch/changes.ts';
import { memoryIo, memorySink } from './memoryIo.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Waits for a change of `a`, past the look that every wait begins with. */
async function waiting() {
  const files: Record<string, string | undefined> = { a: 'old' };
  let events: WatchEvents | undefined;
  const io = {
    ...memoryIo({ setting: {}, out: memorySink(false), err: memorySink(false), written: {} }),
    read: async (path: string) => {
      const text = files[path];
      return text === undefined ? { problem: 'no such file' } : { text };
    },
    watch: (_: readonly string[], own: WatchEvents) => {
      events = own;
      return () => {};
    },
  };
  let found: readonly string[] | undefined;
  const next = nextChange(io, new Map([['a', { text: 'old' }]])).then((changed) => {
    found = changed;
  });
  await vi.advanceTimersByTimeAsync(500);
  const become = (text: string | undefined, how?: 'renamed'): void => {
    files.a = text;
    events?.touched(how);
  };
  const after = async (milliseconds: number): Promise<readonly string[] | undefined> => {
    await vi.advanceTimersByTimeAsync(milliseconds);
    return found;
  };
  const end = async (): Promise<void> => {
    events?.quit('key');
    await vi.advanceTimersByTimeAsync(500);
    await next;
  };
  return { become, after, end };
}

test('a file that is written in place is waited for', async () => {
  const { become, after } = await waiting();
  become('new');
  expect(await after(150)).toBeUndefined();
  expect(await after(100)).toEqual(['a']);
});

test('a file that is renamed over it is read at once', async () => {
  const { become, after } = await waiting();
  become('new', 'renamed');
  expect(await after(50)).toEqual(['a']);
});

test.each([
  ['an empty file', ''],
  ['a name that is gone', undefined],
])('%s may be written next', async (_, begun) => {
  const { become, after } = await waiting();
  become(begun, 'renamed');
  expect(await after(90)).toBeUndefined();
  become('ne');
  expect(await after(90)).toBeUndefined();
  become('new');
  expect(await after(300)).toEqual(['a']);
});

test('a new file that is heard to be written is waited for', async () => {
  const { become, after, end } = await waiting();
  become('n', 'renamed');
  expect(await after(15)).toBeUndefined();
  become('ne');
  expect(await after(60)).toBeUndefined();
  become('new');
  expect(await after(300)).toEqual(['a']);
  await end();
});
