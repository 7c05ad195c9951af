import { describe, expect, it } from 'vitest';
import { progressOn } from '../../src/cli/argv/progress.ts';
import type { Sink } from '../../src/cli/io/io.ts';

/** What a stream holds after some work, each piece of which takes 600 ms. */
async function shown(pieces: readonly string[], isTerminal: boolean): Promise<string> {
  let text = '';
  let clock = 0;
  const write = async (more: string) => {
    text += more;
  };
  const sink: Sink = { write, closed: () => false, problem: () => undefined, isTerminal, columns: undefined };
  const progress = progressOn(sink, () => clock);
  for (const piece of pieces) {
    progress.tell(piece);
    clock += 600;
  }
  await progress.end();
  return text;
}

describe('progress', () => {
  it('is shown on a terminal after a second, over itself, and is gone at the end', async () => {
    expect(await shown(['a', 'b', 'c', 'd'], true)).toBe('\r\u001b[Kc\r\u001b[Kd\r\u001b[K');
  });

  it('is not shown for less than a second, nor without a terminal', async () => {
    expect(await shown(['a', 'b'], true)).toBe('');
    expect(await shown(['a', 'b', 'c', 'd'], false)).toBe('');
  });
});
