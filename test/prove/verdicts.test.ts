/** Every fixture gets the verdicts that its header says; every packet that breaks a claim does so in the simulator. */
import { describe, expect, it } from 'vitest';
import { BREAKS } from '../../fixtures/source/breaks.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import type { Verified } from '../../src/prove/judge/verifyRules.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

/** Claims on what becomes of packets; those on structure are tested apart. */
const FATE_CLAIMS = [
  'pod-captured',
  'no-redirect-loop',
  'proxy-egress-direct',
  'leaves-only-by',
  'outbound-captured',
  'inbound-captured',
  'self-vip-captured',
  'loopback-preserved',
  'passthrough-returned',
  'health-ports-open',
  'tunnel-port-open',
  'dns-captured',
  'dns-proxy-direct',
  'conntrack-zone-symmetry',
  'excluded-bypass',
  'virtual-iface-rerouted',
  'guest-not-inbound',
  'guest-dns-captured',
  'ipv6-parity',
  'icmpv6-nd-open',
  'invalid-not-to-app',
  'connections-complete',
  'reply-path-preserved',
];

const known = new Map<string, Verified>();

function verified(name: string): Verified {
  const result = known.get(name) ?? verify(name);
  known.set(name, result);
  return result;
}

function verify(name: string): Verified {
  const { text, host: description } = readFixture(name);
  const host = hostOf(description);
  return verifyRulesets(rulesetsOf(text, { sets: host.sets }), { host, only: FATE_CLAIMS });
}

function brokenBy({ findings, rulesets }: Verified): readonly string[] {
  const both = rulesets.length > 1;
  const violated = findings.filter(({ verdict }) => verdict === 'violated');
  return [...new Set(violated.map(({ claim, family }) => (both ? `${claim}/${family}` : claim)))];
}

describe('verdicts on the fixtures', () => {
  it('headers say what the source of the fixtures says', () => {
    expect(Object.fromEntries(fixtureNames().map((name) => [name, readFixture(name).breaks]))).toEqual(BREAKS);
  });

  it.each(fixtureNames())('%s', { timeout: 60_000 }, (name) => {
    const result = verified(name);
    expect(brokenBy(result)).toEqual(readFixture(name).breaks);
    expect(result.findings.filter(({ verdict }) => verdict === 'undecided')).toEqual([]);
  });

  it.each(fixtureNames())('witnesses of %s replay', (name) => {
    const { findings, rulesets, profile } = verified(name);
    const host = hostOf(readFixture(name).host);
    for (const { witness, family, verdict } of findings) {
      expect(witness !== undefined).toBe(verdict === 'violated');
      const ruleset = rulesets.find((one) => one.family === family);
      if (witness === undefined || ruleset === undefined) continue;
      const again = walkJourney(ruleset, witness.packet, { host, connection: 'data', ...(profile === undefined ? {} : { profile }) });
      expect(again.outcome).toBe(witness.outcome);
    }
  });
});

describe('the claims tell good rules from bad', () => {
  /** Istio answers packets of no connection with a reset unless it is told otherwise: its default breaks that claim. */
  const USUAL = new Set(['invalid-not-to-app']);
  const broken = Object.values(BREAKS).map((claims) => new Set(claims.map((claim) => claim.replace(/\/\d$/, ''))));

  it('the claims under test are all claims on packets', () => {
    expect(CLAIMS.map(({ id }) => id).filter((id) => FATE_CLAIMS.includes(id))).toEqual(FATE_CLAIMS);
  });

  it.each(FATE_CLAIMS)('%s: some rules break it alone', (claim) => {
    const alone = broken.some((claims) => claims.has(claim) && [...claims].every((one) => one === claim || USUAL.has(one)));
    expect(alone).toBe(true);
  });

  it.each(FATE_CLAIMS)('%s: some rules hold it', { timeout: 120_000 }, (claim) => {
    const holding = fixtureNames().some((name) => verified(name).findings.some((one) => one.claim === claim && one.verdict === 'holds'));
    expect(holding).toBe(true);
  });

  it('stock Istio breaks no claim of level error but for a second proxy user', { timeout: 120_000 }, () => {
    const stock = fixtureNames().filter((name) => name.startsWith('istio-'));
    const errors = stock.flatMap((name) =>
      verified(name)
        .findings.filter(({ verdict, level }) => verdict === 'violated' && level === 'error')
        .map(({ claim }) => `${name} ${claim}`),
    );
    expect(errors).toEqual(['istio-two-uids self-vip-captured']);
  });
});
