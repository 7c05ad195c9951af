/** Lines of megabytes where regular expressions are not optimised; test/syntax/longLines.ts has more forms than are read here. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./longLines.ts', import.meta.url));

it.each([
  ['longer than what is read', '10000000'],
  ['just as long', '3900000'],
])('words, quotes and blanks, %s', { timeout: 300_000 }, (_, size) => {
  const command = ['--no-regexp-optimization', '--import', 'tsx', PROGRAM, 'dump,command,log,packet', '1,4,5,6', size];
  expect(execFileSync(process.execPath, command, { encoding: 'utf8' })).toBe('done\n');
});
