/** Mutated input of every kind through the commands: an answer or a complaint, in bounded time, and nothing raw on a terminal.
 *  `CHAINWALK_FUZZ=20000 CHAINWALK_FUZZ_SEED=7 npx vitest run test/fuzz` makes a longer run. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { FILES, KINDS, type Kind } from './corpus.ts';
import { mutate } from './mutate.ts';

const INPUTS = Number(process.env.CHAINWALK_FUZZ ?? 900);
const SEED = Number(process.env.CHAINWALK_FUZZ_SEED ?? 1);
/** Of CPU, for one answer: what is promised for any ruleset of 200 lines. */
const MOST_SECONDS = 20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40/;

describe.each(KINDS)('$name', (kind) => {
  it('are answered or refused', { timeout: 3_600_000 }, async () => {
    const random = randomFrom(SEED * 1000 + KINDS.indexOf(kind));
    const codes = [0, 0, 0, 0];
    let slowest = 0;
    for (let left = Math.ceil(INPUTS / KINDS.length); left > 0; left--) {
      const text = mutate(random, kind.corpus);
      const argv = random.pick(kind.argvs);
      const { code, seconds } = await answer(kind, argv, text);
      codes[code] = (codes[code] ?? 0) + 1;
      slowest = Math.max(slowest, seconds);
    }
    console.log(`fuzz, seed ${SEED}, ${kind.name}: exit 0, 1, 2, 3: ${codes.join(', ')}; slowest ${slowest.toFixed(1)} s of CPU`);
    // it reaches answers, not complaints alone
    expect(codes[0] ?? 0).toBeGreaterThan(0);
  });
});

async function answer(kind: Kind, argv: readonly string[], text: string): Promise<{ readonly code: number; readonly seconds: number }> {
  const given = argv.map((word) => (kind.asArgument && word === 'TEXT' ? text : word));
  const files = kind.asArgument ? FILES : { ...FILES, x: text };
  const before = process.cpuUsage();
  const { code, out, err } = await chainwalk(given, { files });
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const input = () => `${JSON.stringify(given)}\n${JSON.stringify(text)}\n${err.slice(0, 3000)}`;
  expect([0, 1, 2], input()).toContain(code);
  if (code === 2) expect(out + err, input()).not.toBe('');
  expect(seconds, input()).toBeLessThan(MOST_SECONDS);
  // printed rules are as they were
  for (const shown of ['print', 'render'].includes(argv[0] ?? '') ? [err] : [out, err]) expect(RAW.test(shown), input()).toBe(false);
  expect(Object.hasOwn(Object.prototype, 'a'), input()).toBe(false);
  return { code, seconds };
}
