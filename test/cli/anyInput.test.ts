/** Whatever the input is: an answer or a complaint, never a bug. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const files = ['.', 'bad', 'broken'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name)),
);
const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');

const PACKETS = ['out tcp -> 203.0.113.9:443', 'in udp -> 10.244.0.5:53', 'out icmp -> [2001:db8::1]', '-p tcp -d 127.0.0.1 --dport 80'];
const COMMANDS = [['check', '-'], ['print', '-'], ...PACKETS.flatMap((packet) => [['trace', '-v', '-', packet]])];

describe('any input', () => {
  it.each(files)('%s is answered or refused', async (name) => {
    for (const argv of COMMANDS) {
      const { code, out, err } = await chainwalk(argv, { stdin: text(name) });
      expect(code, `${argv.join(' ')}\n${err}`).toBeLessThanOrEqual(2);
      if (code === 2) expect(out).toBe('');
      if (code === 2) expect(err).toContain('error: ');
    }
  });

  it('mutated rules never reveal a bug', async () => {
    const mutation = fc.record({
      name: fc.constantFrom(...files.filter((name) => name.endsWith('.rules'))),
      edits: fc.array(
        fc.record({
          at: fc.nat(20_000),
          drop: fc.nat(12),
          put: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('! ', ' -j ', '\n', '"', ' -m owner', '/0', ' --dport', '::', '$X')),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      argv: fc.constantFrom(...COMMANDS),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ name, edits, argv }) => {
        const mutated = edits.reduce((all, { at, drop, put }) => {
          const from = at % (all.length + 1);
          return all.slice(0, from) + put + all.slice(from + drop);
        }, text(name));
        const { code, err } = await chainwalk(argv, { stdin: mutated });
        expect(code, err).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });

  it('any packet text is read or refused', async () => {
    const word = fc.constantFrom(
      'out',
      'in',
      'tcp',
      'udp',
      'icmp',
      '->',
      '10.0.0.1',
      '[::1]:80',
      '10.0.0.1:99999',
      'uid=1',
      'mark=0x1/2',
      '-p',
      '!',
      '-d',
    );
    const packet = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.array(word, { minLength: 1, maxLength: 7 }).map((words) => words.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(packet, async (one) => {
        const { code, err } = await chainwalk(['trace', '-', '--brief', '--', one], { stdin: text('istio-dual-stack.rules') });
        expect(code, err).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });
});
