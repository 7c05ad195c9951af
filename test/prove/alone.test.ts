/** For each claim: good rules that hold it, and one edit of them after which it is broken, and no other claim with it.
 *  Claims on rules that do nothing are left aside: an edit often makes another rule idle. */
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import type { Finding } from '../../src/prove/proof/finding.ts';
import type { WhileInit } from '../../src/prove/proof/podQuestions.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

interface Edit {
  readonly of: string;
  /** whose host they are judged on; absent: their own */
  readonly on?: string;
  /** lines that hold one of these are left out */
  readonly without?: readonly string[];
  /** rules that come first in table nat */
  readonly first?: readonly string[];
  /** in a table of its own at the end, which is of the last family */
  readonly filter?: string;
  readonly mangle?: string;
  /** from what, to what */
  readonly instead?: readonly [string, string];
  /** nobody says who the proxy is */
  readonly unsaid?: true;
  /** claims that say the same of a part */
  readonly also?: readonly string[];
  /** judged for the time of an init container of this user and group */
  readonly initAs?: number;
}

const EDITS: Readonly<Record<string, Edit>> = {
  'init-phase-reachable': { of: 'istio-cni', initAs: 1337, without: ['-m owner --uid-owner 1337 -j RETURN'] },
  'proxy-identity': { of: 'istio-sidecar', instead: ['-owner 1337', '-owner 1338'], unsaid: true },
  // excluded as the mesh writes it, port by port, until nothing is left: that is too much as well
  'pod-captured': {
    of: 'linkerd',
    instead: ['--dports 4190,4191,4567,4568 ', '--dports 1:65535 '],
    also: ['exclusion-not-overbroad'],
  },
  'no-redirect-loop': {
    of: 'istio-sidecar',
    first: ['-A ISTIO_OUTPUT -d 127.0.0.2/32 -p tcp -m owner --uid-owner 1337 -j ISTIO_REDIRECT'],
  },
  'proxy-egress-direct': { of: 'istio-sidecar', without: ['-m owner --uid-owner 1337 -j RETURN'] },
  'outbound-captured': { of: 'istio-sidecar', first: ['-A ISTIO_OUTPUT -d 10.96.0.0/16 -p tcp -j RETURN'] },
  'inbound-captured': { of: 'istio-sidecar', first: ['-A ISTIO_INBOUND -s 10.9.0.0/16 -p tcp -j RETURN'] },
  'self-vip-captured': {
    of: 'istio-sidecar',
    first: ['-A ISTIO_OUTPUT -d 10.244.0.5/32 -o lo -p tcp -m tcp --dport 9090 -m owner --uid-owner 1337 -j RETURN'],
  },
  'loopback-preserved': {
    of: 'istio-sidecar',
    first: ['-A ISTIO_OUTPUT -d 127.0.0.1/32 -p tcp -m owner ! --uid-owner 1337 -j ISTIO_REDIRECT'],
  },
  'passthrough-returned': { of: 'istio-sidecar', filter: '-A OUTPUT -s 127.0.0.6/32 -d 10.244.0.5/32 -j DROP' },
  'health-ports-open': { of: 'istio-sidecar', without: ['--dport 15021 -j RETURN'] },
  'probe-source-rewritten': {
    of: 'istio-ambient-host',
    first: ['-A POSTROUTING -d 10.244.0.6/32 -p tcp -m tcp --dport 8080 -j ACCEPT'],
  },
  'tunnel-port-open': { of: 'istio-sidecar', without: ['-A ISTIO_INBOUND -p tcp -m tcp --dport 15008'] },
  'dns-captured': { of: 'istio-dns-resolvers', without: ['-d 10.96.0.10/32 -p tcp -m tcp --dport 53'] },
  'dns-proxy-direct': {
    of: 'istio-dns-resolvers',
    filter: '-A OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -m owner --uid-owner 1337 -j DROP',
  },
  'conntrack-zone-symmetry': { of: 'istio-dns-resolvers', without: ['--sport 53 -j CT'] },
  'excluded-bypass': {
    of: 'istio-cidrs',
    first: ['-A ISTIO_OUTPUT -d 10.96.0.7/32 -p tcp -m owner ! --uid-owner 1337 ! --gid-owner 1337 -j ISTIO_REDIRECT'],
  },
  'exclusion-not-overbroad': {
    of: 'istio-cidrs',
    instead: ['-d 10.96.0.0/24 -j RETURN', '-d 0.0.0.0/1 -j RETURN'],
  },
  'virtual-iface-rerouted': {
    of: 'istio-virtual-docker0',
    instead: ['-A PREROUTING -i docker0 -j ISTIO', '-A PREROUTING ! -s 172.17.0.9/32 -i docker0 -j ISTIO'],
  },
  'guest-not-inbound': {
    of: 'istio-exclude-docker0',
    first: ['-A PREROUTING -d 203.0.113.0/24 -i docker0 -p tcp -j REDIRECT --to-ports 15006'],
  },
  'guest-dns-captured': { of: 'kuma-vnet', without: ['-A PREROUTING -i docker0 -p udp'] },
  'ipv6-parity': {
    of: 'istio-dual-stack',
    filter: '-A OUTPUT -o eth0 -p udp -m udp --dport 443 -m owner --uid-owner 1000 ! --gid-owner 1337 -j DROP',
  },
  'icmpv6-nd-open': { of: 'istio-dual-stack', filter: '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP' },
  'invalid-not-to-app': { of: 'istio-drop-invalid', instead: ['--ctstate INVALID', '--ctstate INVALID ! -s 10.9.0.0/16'] },
  'connections-complete': { of: 'istio-sidecar', filter: '-A OUTPUT -p tcp -m tcp --sport 15006 --tcp-flags SYN,ACK SYN,ACK -j DROP' },
  'reply-path-preserved': {
    of: 'istio-multus',
    on: 'broken/answers-elsewhere',
    mangle: '-A OUTPUT -o eth0 -p tcp -m tcp --sport 15006 -m conntrack --ctdir REPLY -j MARK --set-xmark 0x64/0xffffffff',
  },
  'mark-consistency': { of: 'istio-sidecar', mangle: '-A PREROUTING -p udp -m udp --dport 9 -j MARK --set-xmark 0x7/0xffffffff' },
  'jump-before-foreign': {
    of: 'istio-sidecar',
    first: ['-A OUTPUT -d 10.9.0.0/16 -p tcp -m owner ! --uid-owner 1337 ! --gid-owner 1337 -j REDIRECT --to-ports 15001'],
  },
  'single-backend': {
    of: 'istio-sidecar',
    instead: ['*nat', '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n*nat'],
  },
  'no-duplicate-rule': { of: 'istio-sidecar', first: ['-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN'] },
  'no-stale-chain': { of: 'istio-sidecar', instead: [':ISTIO_INBOUND', ':OLD - [0:0]\n-A OLD -p udp -j ACCEPT\n:ISTIO_INBOUND'] },
  'no-unknown': { of: 'istio-sidecar', filter: '-A FORWARD -p udp -m string --string "x" --algo bm -j DROP' },
};

/** What is about proxies that are no mesh, on rules that do nothing, and what is judged only when it is asked for by name; and what no rule of
 *  iptables breaks: TPROXY of iptables drops. */
const LEFT_ASIDE = [
  'own-port-closed',
  'leaves-only-by',
  'no-dead-rule',
  'no-dead-end',
  'no-exclusion',
  'init-cni-parity',
  'mode-parity',
  'backend-parity',
  'fails-closed',
];

/** Rules that drop everything break what is to arrive, too. */
const NEVER_ALONE = ['no-guardrail-left'];

function editedText({ of, without = [], first = [], filter, mangle, instead, unsaid }: Edit): string {
  const [from, to] = instead ?? ['', ''];
  const { text } = readFixture(of);
  // whichever process is the proxy, all of its rules name it
  const lines = (unsaid === true ? text.replaceAll(from, to) : text.replace(from, to)).split('\n');
  const kept = lines.filter((line) => !without.some((part) => line.includes(part)));
  const at = kept.findIndex((line, index) => line.startsWith('-A ') && kept.slice(0, index).includes('*nat'));
  const more = (name: string, rule: string | undefined): readonly string[] => (rule === undefined ? [] : [`*${name}`, rule, 'COMMIT', '']);
  return [...kept.slice(0, at), ...first, ...kept.slice(at), ...more('filter', filter), ...more('mangle', mangle)].join('\n');
}

function judged(text: string, { of, on = of, initAs, unsaid }: Edit): readonly Finding[] {
  const host = hostOf(readFixture(on).host);
  const rulesets = rulesetsOf(text, { sets: host.sets });
  const whileInit: WhileInit | undefined =
    initAs === undefined ? undefined : { phase: 'without-proxy', senders: [{ name: 'fetch', uid: initAs, gid: 1000 }] };
  // nobody listens while init containers run
  const around = whileInit === undefined ? host : { ...host, listeners: [] };
  const given = unsaid === true ? {} : { host: around };
  const { findings } = verifyRulesets(rulesets, { ...given, ...(whileInit !== undefined && { whileInit }) });
  return findings.filter(({ claim }) => !LEFT_ASIDE.includes(claim));
}

const violatedBy = (findings: readonly Finding[]): ReadonlySet<string> =>
  new Set(findings.filter(({ verdict }) => verdict === 'violated').map(({ claim }) => claim));

describe('a claim can be broken alone', () => {
  it('for every claim there is an edit', () => {
    const expected = CLAIMS.filter(({ id }) => !LEFT_ASIDE.includes(id) && !NEVER_ALONE.includes(id)).map(({ id }) => id);
    expect(Object.keys(EDITS).toSorted()).toEqual(expected.toSorted());
  });

  it.each(Object.entries(EDITS))('%s', { timeout: 60_000 }, (claim, edit) => {
    const good = judged(readFixture(edit.of).text, edit);
    // of the usual proxy nobody has to say who it is
    const expected = edit.unsaid === true ? 'not-applicable' : 'holds';
    expect(good.filter((one) => one.claim === claim).map(({ verdict }) => verdict)).toContain(expected);
    const before = violatedBy(good);
    expect([...violatedBy(judged(editedText(edit), edit))].filter((one) => !before.has(one))).toEqual([claim, ...(edit.also ?? [])]);
  });
});
