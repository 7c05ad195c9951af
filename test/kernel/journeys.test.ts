/** The redirect loop as it happens: real sockets connect, the listeners that the rules send them to accept, and connect on as the proxy. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { profileOf } from '../support/assumed.ts';
import { dumpOf, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { kernelHere } from './kernelHere.ts';
import type { Backend } from './oracle.ts';
import type { HostJson } from './question.ts';
import { questionOf } from './question.ts';

interface Hop {
  readonly uid: number;
  /** the port whose listener accepted */
  readonly listener?: number;
  /** the device by which the SYN left */
  readonly left?: string;
}

const HOPS = 4;
const FAR = ['203.0.113.9', 443] as const;
const APP = { uid: 1000, gid: 1000 };
const PROXY = { uid: 1337, gid: 1337 };

const SCRIPT = fileURLToPath(new URL('../../src/kernel/oracle/journey.py', import.meta.url));

function hopsInKernel(fixture: string, backend: Backend, user: typeof APP): readonly Hop[] {
  const { text, host } = readFixture(fixture);
  const question = { ...questionOf(host as HostJson, { v4: dumpOf(text, 4) }, []), user, proxy: PROXY, to: FAR, hops: HOPS };
  const done = spawnSync('python3', ['-B', SCRIPT, '--backend', backend], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(done.stderr).toBe('');
  return (JSON.parse(done.stdout) as { readonly hops: readonly Hop[] }).hops;
}

function hopsInSimulator(fixture: string, { uid, gid }: typeof APP): { readonly hops: readonly Hop[]; readonly outcome: string } {
  const { text, host: description } = readFixture(fixture);
  const host = hostOf(description);
  const ruleset = rulesetOf(dumpOf(text, 4), { family: 4 });
  const profile = profileOf([ruleset]);
  const packet = packetOf(`out tcp -> ${FAR.join(':')} uid=${uid} gid=${gid}`, host);
  const { paths, outcome } = walkJourney(ruleset, packet, { host, ...(profile && { profile }) });
  const hops = (paths[0]?.legs ?? []).map(({ walk: { packet: sent, fate } }): Hop => {
    const from = sent.uid ?? -1;
    if (fate.kind === 'delivered') return { uid: from, listener: fate.listener ?? 0 };
    return { uid: from, left: fate.kind === 'sent' ? fate.oif : fate.kind };
  });
  return { hops, outcome };
}

const TO_ITSELF: Hop = { uid: 1337, listener: 15001 };
const AWAY: Hop = { uid: 1337, left: 'eth0' };

/** What becomes of a connection to a far host, as the application opens it and as the proxy does. */
const JOURNEYS: readonly { readonly fixture: string; readonly app: readonly Hop[]; readonly proxy: readonly Hop[] }[] = [
  {
    fixture: 'article',
    app: [{ uid: 1000, listener: 15001 }, TO_ITSELF, TO_ITSELF, TO_ITSELF],
    proxy: [TO_ITSELF, TO_ITSELF, TO_ITSELF, TO_ITSELF],
  },
  { fixture: 'article-mended', app: [{ uid: 1000, listener: 15001 }, AWAY], proxy: [AWAY] },
  {
    fixture: 'broken/no-proxy-returns',
    app: [{ uid: 1000, listener: 15001 }, TO_ITSELF, TO_ITSELF, TO_ITSELF],
    proxy: [TO_ITSELF, TO_ITSELF, TO_ITSELF, TO_ITSELF],
  },
  { fixture: 'istio-sidecar', app: [{ uid: 1000, listener: 15001 }, AWAY], proxy: [AWAY] },
];

describe('simulator', () => {
  test.each(JOURNEYS)('$fixture', ({ fixture, app, proxy }) => {
    for (const [user, expected] of [
      [APP, app],
      [PROXY, proxy],
    ] as const) {
      const { hops, outcome } = hopsInSimulator(fixture, user);
      // it stops where the cycle closes
      expect(hops).toEqual(expected.slice(0, hops.length));
      expect(outcome === 'loop').toBe(expected.length === HOPS);
      if (outcome !== 'loop') expect(hops).toHaveLength(expected.length);
    }
  });
});

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel, %s backend', (backend) => {
  test.each(JOURNEYS)('$fixture', ({ fixture, app, proxy }) => {
    expect(hopsInKernel(fixture, backend, APP)).toEqual(app);
    expect(hopsInKernel(fixture, backend, PROXY)).toEqual(proxy);
  });
});
