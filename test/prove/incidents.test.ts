/** Incidents that rules can show, each with the claim that catches it. The letters are those of the issues' own reports. */
import { describe, expect, it } from 'vitest';
import type { VerifyOptions } from '../../src/prove/judge/verifyRules.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

interface Incident {
  readonly what: string;
  readonly fixture: string;
  /** lines that hold one of these are left out */
  readonly without?: readonly string[];
  /** from what, to what */
  readonly instead?: readonly (readonly [string, string])[];
  /** overrides of the fixture's host */
  readonly host?: Readonly<Record<string, unknown>>;
  readonly options?: VerifyOptions;
  readonly caught: string;
}

const app = (uid: number, gid: number) => ({ processes: { app: { uid, gid }, proxy: { uid: 1337, gid: 1337 } } });

const INCIDENTS: readonly Incident[] = [
  {
    what: 'the application runs as the proxy user, istio/istio#31991',
    fixture: 'istio-sidecar',
    host: app(1337, 1000),
    caught: 'outbound-captured',
  },
  { what: 'the application has the proxy group alone', fixture: 'istio-sidecar', host: app(1000, 1337), caught: 'outbound-captured' },
  {
    what: 'platform forces one user on both, deckhouse/deckhouse#20836',
    fixture: 'istio-sidecar',
    instead: [['1337', '64535']],
    host: { processes: { app: { uid: 64535, gid: 64535 }, proxy: { uid: 64535, gid: 64535 } } },
    caught: 'outbound-captured',
  },
  {
    what: 'OpenShift picks another user for the proxy, istio/istio#53220',
    fixture: 'istio-sidecar',
    options: { proxyUid: 1000680001, proxyGid: 1000680001 },
    caught: 'no-redirect-loop',
  },
  { what: 'custom proxy user that was not passed on', fixture: 'broken/uid-mismatch', caught: 'proxy-egress-direct' },
  { what: 'the order of the article', fixture: 'article', caught: 'no-redirect-loop' },
  { what: 'the proxy is captured, in the order of the article', fixture: 'article', caught: 'proxy-egress-direct' },
  { what: 'machine without inbound listener, istio/istio#12110', fixture: 'broken/self-redirect', caught: 'no-redirect-loop' },
  { what: 'pass-through captured again, istio/istio#14443', fixture: 'broken/no-passthrough-return', caught: 'passthrough-returned' },
  { what: 'TPROXY without guards, istio/istio#23369', fixture: 'broken/tproxy-no-guards', caught: 'no-redirect-loop' },
  {
    what: 'TPROXY: what the proxy passes on in the name of a client is redirected',
    fixture: 'istio-tproxy',
    instead: [['-m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT', '-m owner ! --uid-owner 1337 -j ISTIO_IN_REDIRECT']],
    caught: 'no-redirect-loop',
  },
  { what: 'TPROXY proxy known by its group alone', fixture: 'broken/tproxy-no-gid', caught: 'proxy-egress-direct' },
  { what: 'the DNS agent asks itself, istio/istio#30309', fixture: 'broken/dns-captures-proxy', caught: 'dns-proxy-direct' },
  { what: 'pod started before its rules: outbound, istio/istio#14327', fixture: 'broken/not-enrolled', caught: 'outbound-captured' },
  { what: 'pod started before its rules: inbound', fixture: 'broken/not-enrolled', caught: 'inbound-captured' },
  {
    what: 'inbound ports swallowed by an empty argument, istio/istio#28106',
    fixture: 'broken/no-prerouting-jump',
    caught: 'inbound-captured',
  },
  { what: 'another component accepts first, istio/istio#29518', fixture: 'broken/accept-first', caught: 'inbound-captured' },
  { what: 'excluded range behind the included ones, istio/istio#6027', fixture: 'broken/exclusion-too-late', caught: 'excluded-bypass' },
  { what: 'service range returned: the mesh is defeated', fixture: 'broken/service-cidr-returned', caught: 'outbound-captured' },
  {
    what: 'excluded port behind the redirect',
    fixture: 'istio-ports',
    instead: [
      [
        '-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN',
        '-A ISTIO_OUTPUT -p tcp -j ISTIO_REDIRECT\n-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN',
      ],
    ],
    caught: 'excluded-bypass',
  },
  { what: 'probe ports captured, istio/istio#29412', fixture: 'broken/health-captured', caught: 'health-ports-open' },
  {
    what: 'node probes captured in ambient, istio/istio#58531',
    fixture: 'istio-ambient',
    instead: [['-A ISTIO_PRERT -s 169.254.7.127/32 -p tcp -m tcp -j ACCEPT', '-A ISTIO_PRERT -s 169.254.7.128/32 -p tcp -m tcp -j ACCEPT']],
    caught: 'health-ports-open',
  },
  { what: 'second proxy user reaches the application directly', fixture: 'istio-two-uids', caught: 'self-vip-captured' },
  { what: 'localhost captured', fixture: 'broken/loopback-captured', caught: 'loopback-preserved' },
  { what: 'TPROXY captures the tunnel', fixture: 'istio-tproxy', caught: 'tunnel-port-open' },
  { what: 'tunnel captured', fixture: 'broken/tunnel-captured', caught: 'tunnel-port-open' },
  {
    what: 'guests behind docker0 treated as inbound, istio/istio#33941',
    fixture: 'broken/virtual-shadowed',
    caught: 'virtual-iface-rerouted',
  },
  { what: 'containers of a virtual machine call others, istio/istio#39775', fixture: 'broken/guest-inbound', caught: 'guest-not-inbound' },
  { what: 'names that containers in the pod ask for, istio/istio#44996', fixture: 'broken/guest-dns', caught: 'guest-dns-captured' },
  { what: 'no ip6tables rules, istio/istio#46625', fixture: 'istio-sidecar', options: { families: [4, 6] }, caught: 'ipv6-parity' },
  { what: 'one IPv6 line forgotten, istio/istio#19940', fixture: 'broken/v6-no-in-redirect', caught: 'ipv6-parity' },
  { what: 'REJECT stops neighbour discovery, istio/istio#18956', fixture: 'broken/v6-nd-dropped', caught: 'icmpv6-nd-open' },
  {
    what: 'zones for IPv6 without servers, kumahq/kuma#10799',
    fixture: 'istio-dns',
    without: ['ISTIO_OUTPUT_DNS -p tcp', 'ISTIO_INBOUND -p udp', '-p udp -m udp --dport 53 -j'],
    caught: 'conntrack-zone-symmetry',
  },
  {
    what: 'zone of the answer on the wrong field, istio/istio#46935',
    fixture: 'broken/dns-zone-wrong-field',
    caught: 'conntrack-zone-symmetry',
  },
  { what: 'no zone for answers, istio/istio#33469', fixture: 'broken/dns-no-answer-zone', caught: 'conntrack-zone-symmetry' },
  { what: 'DNS over TCP forgotten, kumahq/kuma#15401', fixture: 'broken/dns-udp-only', caught: 'dns-captured' },
  { what: 'INVALID packets reach the application, istio/istio#36489', fixture: 'istio-sidecar', caught: 'invalid-not-to-app' },
  { what: 'ambient answers leave the pod, istio/istio#58546', fixture: 'broken/ambient-no-connmark', caught: 'reply-path-preserved' },
  { what: 'interrupted reconciliation drops everything', fixture: 'broken/guardrails-left', caught: 'inbound-captured' },
];

function brokenClaims({ fixture, without = [], instead = [], host: change = {}, options = {} }: Incident): readonly string[] {
  const { text, host: description } = readFixture(fixture);
  const kept = text.split('\n').filter((line) => !without.some((part) => line.includes(part)));
  const rules = instead.reduce((all, [from, to]) => {
    expect(all).toContain(from);
    return all.replaceAll(from, to);
  }, kept.join('\n'));
  const host = hostOf({ ...(description as object), ...change });
  const { findings } = verifyRulesets(rulesetsOf(rules, { sets: host.sets }), { host, ...options });
  return findings.filter(({ verdict }) => verdict === 'violated').map(({ claim }) => claim);
}

describe('incidents', () => {
  it.each(INCIDENTS)('$what: $caught', { timeout: 60_000 }, (incident) => {
    expect(brokenClaims(incident)).toContain(incident.caught);
  });
});
