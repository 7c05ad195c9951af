/** The matchers in somebody else's `expect.extend`: nothing of chainwalk/vitest is imported here. */
import { afterEach, expect, it, vi } from 'vitest';
import { matchers } from '../../src/api/matchers/index.ts';
import { readFixture } from '../support/fixtures.ts';

const { text: SIDECAR } = readFixture('istio-sidecar');
const OUT = 'out tcp -> 203.0.113.9:443 uid=1000';

interface Extended {
  toCapture(packet: string): void;
  readonly not: Extended;
}
const about = (rules: unknown) => expect(rules) as unknown as Extended;

afterEach(() => vi.unstubAllGlobals());

it('chainwalk/matchers is an object for `expect.extend`', () => {
  expect.extend({ ...matchers });
  about(SIDECAR).toCapture(OUT);
  about(SIDECAR).not.toCapture(`${OUT} gid=1337`);
  expect(() => about(SIDECAR).not.toCapture(OUT)).toThrow(`expected \`${OUT}\` not to be captured; it is CAPTURED outbound by `);
  for (const rules of [undefined, '', '*nat\nCOMMIT\n*', 5]) {
    expect(() => about(rules).toCapture(OUT)).toThrow();
    expect(() => about(rules).not.toCapture(OUT)).toThrow();
  }
});

it('a matcher without a state is one without `not`', () => {
  const { toReach } = matchers;
  expect(toReach.call({}, SIDECAR, OUT, 15001).pass).toBe(true);
});

it('chainwalk/jest extends the global `expect`, and says so where there is none', async () => {
  const extend = vi.fn();
  vi.stubGlobal('expect', { extend });
  await import('../../src/api/jest/index.ts');
  expect(Object.keys(extend.mock.calls[0]?.[0] as object)).toEqual(Object.keys(matchers));
  vi.stubGlobal('expect', undefined);
  vi.resetModules();
  await expect(import('../../src/api/jest/index.ts')).rejects.toThrow('there is no global `expect`');
});
