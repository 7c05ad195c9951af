/** What a mesh promises, for generated pods and packets, over every Istio fixture; and how the broken ones break it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Declaration } from './declarations.ts';
import { DECLARATIONS } from './declarations.ts';
import { comesBack, excludedStaysOut, inboundIsCaptured, loopbackStays, outboundIsCaptured, proxyNeverLoops } from './promises.ts';
import { worldOf } from './world.ts';

const RUNS = { numRuns: 300 };

describe.each(DECLARATIONS)('$fixture', (declared) => {
  const world = worldOf(declared.fixture);
  it('no packet that the proxy sends comes back to the listener that sent it', () => fc.assert(proxyNeverLoops(world, declared), RUNS));
  it('no packet of anybody starts a redirect loop', () => fc.assert(comesBack(world, declared), RUNS));
  it('every TCP packet of the application to the outside reaches 15001 first', () => fc.assert(outboundIsCaptured(world, declared), RUNS));
  it('every inbound TCP packet reaches 15006 first', () => fc.assert(inboundIsCaptured(world, declared), RUNS));
  it('what is excluded stays direct', () => fc.assert(excludedStaysOut(world, declared), RUNS));
  it('loopback stays loopback', () => fc.assert(loopbackStays(world, declared), RUNS));
});

const SIDECAR = DECLARATIONS[0] as Declaration;

/** fixture, the promise that it breaks, and the smallest packet that shows it */
const BREAKS = [
  ['article', proxyNeverLoops, 'out tcp 203.0.113.9:443 uid=1337 gid=1337: loop'],
  ['article', loopbackStays, 'out tcp 127.0.0.1:80 uid=1000: loop'],
  ['broken/catch-all-first', proxyNeverLoops, 'out tcp 203.0.113.9:443 uid=1337 gid=1337: loop'],
  ['broken/no-proxy-returns', proxyNeverLoops, 'out tcp 203.0.113.9:443 uid=1337 gid=1337: loop'],
  ['broken/uid-mismatch', proxyNeverLoops, 'out tcp 203.0.113.9:443 uid=1337 gid=1337: loop'],
  ['broken/no-uid-return', proxyNeverLoops, 'out tcp 203.0.113.9:443 uid=1337 gid=0: captured-out'],
  ['broken/no-output-jump', outboundIsCaptured, 'out tcp 203.0.113.9:443 uid=1000: direct'],
  ['broken/service-cidr-returned', outboundIsCaptured, 'out tcp 10.96.0.1:443 uid=1000: direct'],
  ['broken/no-prerouting-jump', inboundIsCaptured, 'in tcp 1: to-app'],
  ['broken/accept-first', inboundIsCaptured, 'in tcp 1: to-app'],
  ['broken/inbound-to-outbound-port', inboundIsCaptured, 'in tcp 443: loop'],
  ['broken/health-captured', excludedStaysOut, 'in tcp 15090: captured-in'],
  ['broken/tunnel-captured', excludedStaysOut, 'in tcp 15008: captured-in'],
  ['broken/loopback-captured', loopbackStays, 'out tcp 127.0.0.1:80 uid=1000: captured-out'],
] as const;

describe('a broken ruleset', () => {
  it.each(BREAKS)('%s breaks a promise, and the counterexample shrinks', (fixture, promise, smallest) => {
    const details = fc.check(promise(worldOf(fixture), SIDECAR), { seed: 7, numRuns: 2000 });
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toContain(smallest);
  });

  it('article-mended keeps what article breaks', () => {
    const mended = worldOf('article-mended');
    fc.assert(proxyNeverLoops(mended, SIDECAR), RUNS);
    fc.assert(comesBack(mended, SIDECAR), RUNS);
  });
});
