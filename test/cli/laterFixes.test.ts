/** Who watches a file has the answer before edits are looked for. Both together say what a run of its own says. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program/run.ts';
import { chainwalk, memoryIo, memorySink } from './memoryIo.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/broken');
const BROKEN = readdirSync(FOLDER).filter((name, at) => name.endsWith('.rules') && at % 3 === 0);
const HEADING = /^to fix (.*):$/;

const textOf = (name: string) => readFileSync(resolve(FOLDER, name), 'utf8');

/** The lines of each heading put back to the end of what they fix. */
function together(watched: string): string {
  const lines = watched.trimEnd().split('\n');
  const start = lines.findIndex((line) => HEADING.test(line));
  if (start < 0) return watched;
  const answer = lines.slice(0, start - 1);
  const blocks = lines.slice(start).join('\n').split('\n\n');
  let from = 0;
  for (const block of blocks) {
    const [heading = '', ...fix] = block.split('\n');
    const at = answer.indexOf(`error: ${HEADING.exec(heading)?.[1]}`, from);
    expect(at, heading).toBeGreaterThan(0);
    const next = answer.indexOf('', at);
    const end = next < 0 ? answer.length : next;
    answer.splice(end, 0, ...fix);
    from = end + fix.length;
  }
  return `${answer.join('\n')}\n`;
}

describe('verify --watch', { timeout: 60_000 }, () => {
  it.each([...BROKEN.entries()])('%i %s: the answer, then what fixes it', async (at, name) => {
    const files = { [name]: textOf(name) };
    for (const more of at % 4 === 0 ? [[], ['-v']] : [[]]) {
      const once = await chainwalk(['verify', name, ...more], { files });
      const watched = await chainwalk(['verify', '--watch', name, ...more], { files });
      expect(together(watched.out)).toBe(once.out);
      expect(watched.code).toBe(once.code);
    }
  });

  it('the answer is written before', async () => {
    const written: string[] = [];
    const sink = memorySink(false);
    const out = { ...sink, write: async (text: string) => void written.push(text) };
    const name = 'accept-first.rules';
    const io = memoryIo({ setting: { files: { [name]: textOf(name) } }, out, err: sink, written: {} });
    await run({ argv: ['verify', '--watch', name], version: '1.2.3' }, io);
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^NOT CAPTURED: 2 errors, 1 warning {2}/);
    expect(written[0]).not.toContain('move line 14');
    expect(written[1]).toMatch(/^\nto fix pod-captured \(IPv4\):\n {2}fix {6}move line 14 below line 15; --fix writes it\n/);
  });

  it('programs, and readers of several answers, have the whole at once', async () => {
    const files = Object.fromEntries(BROKEN.slice(0, 2).map((name) => [name, textOf(name)]));
    for (const argv of [[...Object.keys(files)], [BROKEN[0] ?? '', '--json'], [BROKEN[0] ?? '', '-o', 'markdown']]) {
      const once = await chainwalk(['verify', ...argv], { files });
      expect((await chainwalk(['verify', '--watch', ...argv], { files })).out).toBe(once.out);
    }
  });
});
