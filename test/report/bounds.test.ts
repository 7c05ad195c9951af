/** Every line that calls something proved, or says that claims hold, names its bounds in the same line. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { boundsText, FIRST_PACKETS } from '../../src/report/text/bounds.ts';

const ROOT = new URL('../../src/', import.meta.url);
const SPOKEN = ['report', 'api', 'cli'];
/** Lines that are about proofs and give no answer. */
const NO_ANSWERS = ['it is not proved that', "says: 'proved before"];
/** Where a template takes the bounds from. */
const BOUNDED = /FIRST_PACKETS|boundsText|\$\{scope\}|\$\{proved\}|first packets? of connections/;

const lines = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && SPOKEN.includes(file.split('/')[0] ?? '') && !file.startsWith('report/pages/'))
  .flatMap((file) =>
    readFileSync(new URL(file, ROOT), 'utf8')
      .split('\n')
      .map((line) => ({ file, line })),
  )
  .filter(({ line }) => !/^\s*(?:\/\/|\/?\*)/.test(line))
  .filter(({ line }) => /[`'"][^`'"]*(?:\bproved\b|claims hold|\bno change in)/.test(line) && !/\bproved[.(:]/.test(line));

it('verdict lines', () => {
  const answers = lines.filter(({ line }) => !NO_ANSWERS.some((text) => line.includes(text)));
  expect(answers.length).toBeGreaterThanOrEqual(8);
  expect(answers.filter(({ line }) => !BOUNDED.test(line))).toEqual([]);
});

it('the bounds say which packets, which host and which mesh', () => {
  expect(boundsText({ families: [6, 4], host: 'given' })).toBe(`IPv4 and IPv6, ${FIRST_PACKETS}, the host given, no mesh`);
  expect(boundsText({ families: [4], profile: { title: 'Kuma' } })).toBe(`IPv4, ${FIRST_PACKETS}, an assumed pod, Kuma`);
});
