/** Whatever a configuration, an expectation file or a baseline says: an answer or a complaint, never a bug of ours. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PAGES } from '../../src/report/generated/pages.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const exampleOf = (id: string) => PAGES.find((page) => page.id === id)?.example?.join('\n') ?? '';
const POD = readFixture('istio-sidecar').text;
const CONFIG = `${exampleOf('config').replace('baseline: chainwalk-baseline.json', 'baseline: known.json\nsuppressions: [{ claim: no-dead-rule, files: net/*.rules, reason: r }]')}\n`;
const EXPECTATIONS = exampleOf('expectations');
const BASELINE = '{ "schema": "chainwalk/baseline/v1", "known": [{ "claim": "c", "subject": "s", "shown": "x", "fingerprint": "f" }] }';

const scrap = fc.constantFrom(
  '',
  ' ',
  '\n',
  '-',
  ':',
  '{',
  '}',
  '[',
  ']',
  '"',
  '&a ',
  '*a',
  '!',
  '? ',
  '0x1',
  '~',
  '1e9',
  'groups',
  'packets',
  '../',
  '#',
);
const edit = fc.record({ at: fc.nat(), cut: fc.nat(12), put: fc.oneof(scrap, fc.string({ maxLength: 6 })) });

function edited(text: string, edits: readonly { readonly at: number; readonly cut: number; readonly put: string }[]): string {
  return edits.reduce((now, { at, cut, put }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + put + now.slice(start + cut);
  }, text);
}

it.each([
  ['chainwalk.config.yaml', CONFIG],
  ['net/pod.expect.yaml', EXPECTATIONS],
  ['known.json', BASELINE],
])('%s', { timeout: 240_000 }, async (name, text) => {
  expect(text.length).toBeGreaterThan(80);
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const claims = CONFIG.replace('claims:\n', 'claims:\n  only: [no-dead-rule]\n').replace(
        / {2}- files: \[deploy[^\n]*\n(?: {4}[^\n]*\n)*/,
        '',
      );
      const files = { 'net/pod.rules': POD, 'net/pod.expect.yaml': EXPECTATIONS, 'known.json': BASELINE, 'chainwalk.config.yaml': claims };
      const base = files[name as keyof typeof files];
      const { code, err } = await chainwalk(['ci', '--json'], { files: { ...files, [name]: edited(base, edits) } });
      expect(code, err).not.toBe(3);
      if (code === 2) expect(err).not.toBe('');
    }),
    { numRuns: 150 },
  );
});
