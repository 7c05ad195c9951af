/** Every broken file gets a message with its place and exit 2, from every command that reads rules; nothing crashes, nothing is passed over. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const FOLDER = new URL('../../fixtures/bad/', import.meta.url);
const FILES = readdirSync(FOLDER);
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
const PACKET = 'out tcp -> 203.0.113.9:443';

describe('broken files', () => {
  it('are many', () => expect(FILES.length).toBeGreaterThanOrEqual(30));

  describe.each(FILES)('%s', (file) => {
    it.each([['check'], ['print'], ['trace']])('%s says where and what, and exits 2', async (command) => {
      const argv = command === 'trace' ? [command, file, PACKET] : [command, file];
      const { code, out, err } = await chainwalk(argv, { files: { [file]: read(file) } });
      expect(err).toMatch(new RegExp(`^${file.replaceAll('.', '\\.')}:\\d+:\\d+: (error|warning): .+`));
      expect(code).toBe(2);
      expect(err).toMatch(/: error: /);
      expect(out).toBe('');
    });
  });

  it('all errors of a file are reported at once', async () => {
    const text =
      '*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 70000 -j ACCEPT\n-A OUTPUT -s 10.0.0.0/40\n-A OUTPUT -j NOWHERE\nCOMMIT\n';
    const { err } = await chainwalk(['check', 'x'], { files: { x: text } });
    expect([...err.matchAll(/^x:(\d+):\d+: error: /gm)].map(([, line]) => line)).toEqual(['3', '4', '5']);
  });

  it('a line of 10 MB is answered with a short message', async () => {
    const text = `*nat\n-A OUTPUT -m comment --comment ${'a'.repeat(10_000_000)} -j ACCEPT\nCOMMIT\n`;
    const { code, err } = await chainwalk(['check', 'x'], { files: { x: text } });
    expect(code).toBe(2);
    expect(err).toMatch(/^x:2:\d+: error: /);
    expect(err.length).toBeLessThan(1000);
  });
});
