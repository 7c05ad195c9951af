/** What `render` makes of random settings, in the real iptables; `npm run test:kernel -- --settings N` for more of them. */
import { describe, expect, it } from 'vitest';
import { kernelHere } from './kernelHere.ts';
import { compareRendered } from './rendered.ts';

describe.runIf(kernelHere())('rendered rules', () => {
  it('load with both backends, and are printed as iptables-save prints them', { timeout: 120_000 }, () => {
    const { loaded, problems } = compareRendered({ count: 60, seed: 5 });
    expect(problems).toEqual([]);
    expect(loaded).toBeGreaterThan(120);
  });
});
