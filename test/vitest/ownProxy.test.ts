/** Rules that hand packets to a port that no profile knows: nobody bypasses there, and nobody reaches the application. */
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/api/library/index.ts';
import { matchers } from '../../src/api/matchers/index.ts';
import { OWN_RULES } from '../support/ownProxy.ts';

const own = parse(OWN_RULES);
const PACKETS = [
  'out tcp -> 203.0.113.9:443 uid=1000',
  'in tcp -> 10.244.0.5:80',
  'out tcp -> 203.0.113.0/24 uid=1000',
  'in tcp -> 10.244.0.5:80-90',
];

/** `expect` passes without `.not`, and with it. */
const passes = (ask: (state: { readonly isNot: boolean }) => { readonly pass: boolean }): readonly boolean[] => [
  ask({ isNot: false }).pass,
  !ask({ isNot: true }).pass,
];

describe('rules of a proxy that no profile knows', () => {
  it.each(PACKETS)('%s passes neither way', (packet) => {
    for (const options of [{}, { profile: 'none' as const }]) {
      expect(passes((state) => matchers.toBypass.call(state, own, packet, options))).toEqual([false, false]);
      expect(passes((state) => matchers.toReach.call(state, own, packet, 'undecided' as never, options))).toEqual([false, false]);
    }
    expect(passes((state) => matchers.toReach.call(state, own, packet, 'to-app'))).toEqual([false, false]);
    expect(passes((state) => matchers.toCapture.call(state, own, packet))).toEqual([false, false]);
    const port = packet.startsWith('in') ? 12346 : 12345;
    expect(passes((state) => matchers.toReach.call(state, own, packet, port))).toEqual([true, false]);
  });

  it('of the proxy leave directly', () => {
    expect(matchers.toReach.call({}, own, 'out tcp -> 203.0.113.9:443 uid=900', 'direct').pass).toBe(true);
  });
});
