/** The default rules of Istio's sidecar less one rule, for every rule of both families: some claim is judged otherwise, or no packet
 *  is treated differently, which diff proves. */
import { describe, expect, it } from 'vitest';
import { diffRulesets } from '../../src/diff/rulesets.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assumedHost, profileOf } from '../support/assumed.ts';
import { readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

/** Claims whose verdict the deletion changes, beside ipv6-parity; none: no packet notices. In the words of IPv4. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  '-A PREROUTING -p tcp -j ISTIO_INBOUND': ['pod-captured', 'inbound-captured', 'no-stale-chain'],
  '-A OUTPUT -j ISTIO_OUTPUT': ['pod-captured', 'outbound-captured', 'self-vip-captured', 'no-stale-chain'],
  '-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN': ['tunnel-port-open'],
  '-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN': ['health-ports-open'],
  '-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN': ['health-ports-open'],
  '-A ISTIO_INBOUND -p tcp -m tcp --dport 15020 -j RETURN': ['health-ports-open'],
  '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT': ['pod-captured', 'inbound-captured'],
  '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006': ['pod-captured', 'inbound-captured', 'self-vip-captured'],
  '-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN': ['no-redirect-loop', 'passthrough-returned'],
  '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT': [
    'self-vip-captured',
  ],
  // the two by group for lo come alive, and take over but for the group itself
  '-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN': ['no-dead-rule'],
  '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN': ['proxy-egress-direct'],
  '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m tcp ! --dport 15008 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT': [],
  '-A ISTIO_OUTPUT -o lo -m owner ! --gid-owner 1337 -j RETURN': [],
  '-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN': ['proxy-egress-direct'],
  '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN': [],
  '-A ISTIO_OUTPUT -j ISTIO_REDIRECT': ['pod-captured', 'outbound-captured'],
  '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001': ['pod-captured', 'outbound-captured'],
};

const TEXT = readFixture('istio-dual-stack').text;
const LINES = TEXT.split('\n');
const RULES = LINES.flatMap((line, at) => (line.startsWith('-A') ? [{ line, at }] : []));
const BASE = rulesetsOf(TEXT);
const PROFILE = profileOf(BASE);
const HOST = assumedHost(BASE, PROFILE);

/** Which verdicts there are on each claim, whatever the packets and rules. */
function verdicts(rulesets: readonly Ruleset[]): ReadonlySet<string> {
  const { findings } = verifyRulesets(rulesets, { host: HOST, ...(PROFILE && { profile: PROFILE.name }) });
  return new Set(findings.map(({ claim, family, verdict }) => `${claim} ${family} ${verdict}`));
}

const asIPv4 = (line: string): string => line.replace('::6/128', '127.0.0.6/32').replace('::1/128', '127.0.0.1/32');

describe("Istio's default rules without", () => {
  const whole = verdicts(BASE);

  it.each(RULES)('$line (line $at)', ({ line, at }) => {
    const expected = WITHOUT[asIPv4(line)];
    const rulesets = rulesetsOf(LINES.toSpliced(at, 1).join('\n'));
    const changed = [...verdicts(rulesets)].filter((one) => !whole.has(one)).map((one) => one.split(' ')[0] ?? '');
    expect(changed.filter((claim) => claim !== 'ipv6-parity')).toEqual(expected);
    const { diffs } = diffRulesets(BASE, rulesets, { host: HOST, ...(PROFILE && { profile: PROFILE }) });
    expect(diffs.flatMap(({ undecided }) => undecided)).toEqual([]);
    const isEquivalent = diffs.every(({ changes }) => changes.length === 0);
    expect(isEquivalent).toBe(changed.length === 0);
  });
});

it('every rule of the dump is in the table, in both families', () => {
  const rules = RULES.map(({ line }) => asIPv4(line));
  expect(new Set(rules)).toEqual(new Set(Object.keys(WITHOUT)));
  expect(rules).toHaveLength(2 * Object.keys(WITHOUT).length);
});
