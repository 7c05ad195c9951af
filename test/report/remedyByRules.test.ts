/** What to do follows from what the rules show: cause by cause. */
import { describe, expect, it } from 'vitest';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { remedyOfFinding } from '../../src/report/pages/remedy.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

interface Row {
  readonly cause: string;
  readonly of: string;
  readonly without?: RegExp;
  /** line by line: after this one comes that one */
  readonly after?: readonly [line: RegExp, added: string];
  readonly more?: string;
  readonly claim: string;
  readonly says: RegExp;
  /** the first rule that is named */
  readonly blames?: RegExp;
}

const FILTER = '*filter\n-A INPUT -p tcp -j ACCEPT\n-A OUTPUT -p tcp -j ACCEPT\nCOMMIT\n';
const POD = '10.244.0.5/32';

const ROWS: readonly Row[] = [
  {
    cause: 'a rule of another program comes first, inbound',
    of: 'istio-sidecar',
    after: [/^:POSTROUTING/, '-A PREROUTING -p tcp -m tcp --dport 8443 -j ACCEPT'],
    more: FILTER,
    claim: 'inbound-captured',
    says: /^Let the jump to ISTIO_INBOUND come before PREROUTING#1 in table nat/,
    blames: /-A PREROUTING -p tcp -m tcp --dport 8443 -j ACCEPT/,
  },
  {
    cause: 'a rule of another program sends it elsewhere',
    of: 'istio-sidecar',
    after: [/^:POSTROUTING/, '-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.0.5:8080'],
    more: FILTER,
    claim: 'inbound-captured',
    says: /^Let the jump to ISTIO_INBOUND come before PREROUTING#1/,
    blames: /DNAT/,
  },
  {
    cause: 'the same for what the proxy sends to its own pod',
    of: 'istio-sidecar',
    after: [/^:POSTROUTING/, `-A OUTPUT -d ${POD} -p tcp -j ACCEPT`],
    claim: 'self-vip-captured',
    says: /^Let the jump to ISTIO_OUTPUT come before OUTPUT#1 in table nat/,
  },
  {
    cause: 'the rule for lo is missing',
    of: 'istio-sidecar',
    without: /-o lo.*ISTIO_IN_REDIRECT/,
    claim: 'self-vip-captured',
    says: /^Keep the -o lo rule with ISTIO_IN_REDIRECT/,
  },
  { cause: 'the proxy is two users', of: 'istio-two-uids', claim: 'self-vip-captured', says: /^Run the proxy as one user/ },
  {
    cause: 'a firewall drops it',
    of: 'istio-sidecar',
    more: '*filter\n-A INPUT -p tcp -m tcp --dport 15006 -j DROP\nCOMMIT\n',
    claim: 'inbound-captured',
    says: /^Let INPUT#1 in table filter \(DROP\) spare these packets/,
  },
  {
    cause: 'REDIRECT of an old version takes the tunnel, sent',
    of: 'istio-1.17',
    claim: 'tunnel-port-open',
    says: /^Let the -o lo rules with ISTIO_IN_REDIRECT leave the port out/,
  },
  { cause: 'REDIRECT takes the tunnel, received', of: 'broken/tunnel-captured', claim: 'tunnel-port-open', says: /15008/ },
  { cause: 'TPROXY takes the tunnel', of: 'istio-tproxy', claim: 'tunnel-port-open', says: /^In TPROXY mode add/ },
  {
    cause: 'the passthrough rule is missing',
    of: 'istio-sidecar',
    without: /127\.0\.0\.6/,
    claim: 'passthrough-returned',
    says: /^Let `-o lo -s 127.0.0.6\/32 -j RETURN` be the first rule of ISTIO_OUTPUT\.(?!.*TPROXY)/,
  },
  {
    cause: 'nothing was written',
    of: 'docker',
    claim: 'outbound-captured',
    says: /^There are no rules of the mesh. Find out who should have written them/,
  },
  {
    cause: 'probes are captured in ambient',
    of: 'istio-ambient',
    without: /-s 169\.254\.7\.127/,
    claim: 'health-ports-open',
    says: /^Let `-s 169\.254\.7\.127\/32 -p tcp -j ACCEPT` come before the redirect in ISTIO_PRERT/,
  },
  {
    cause: 'the source is rewritten on its way over lo',
    of: 'istio-ambient',
    after: [/^:POSTROUTING/, '-A POSTROUTING -s 10.0.2.2/32 -j MASQUERADE'],
    claim: 'passthrough-returned',
    says: /^Let POSTROUTING#1 in table nat leave alone what goes over lo/,
    blames: /MASQUERADE/,
  },
  { cause: 'guests that are not described', of: 'broken/guest-inbound', claim: 'guest-not-inbound', says: /reroute-virtual-interfaces/ },
];

function edited({ of, without, after, more = '' }: Row): string {
  const lines = readFixture(of)
    .text.split('\n')
    .filter((line) => without?.test(line) !== true);
  const at = after === undefined ? -1 : lines.findIndex((line, index) => after[0].test(line) && lines.slice(0, index).includes('*nat'));
  const placed = after === undefined ? lines : lines.toSpliced(firstRule(lines, at), 0, after[1]);
  return `${placed.join('\n')}\n${more}`;
}

function firstRule(lines: readonly string[], from: number): number {
  return lines.findIndex((line, index) => index > from && line.startsWith('-A '));
}

describe('a remedy fits the cause', () => {
  it.each(ROWS)('$cause: $claim', (row) => {
    const { claim, says, blames } = row;
    const profile = row.of === 'docker' ? { profile: 'istio-sidecar' } : {};
    const rulesets = rulesetsOf(edited(row));
    const verified = verifyRulesets(rulesets, { host: hostOf(readFixture(row.of).host), only: [claim], ...profile });
    const finding = verified.findings.find(({ verdict }) => verdict === 'violated');
    expect(finding?.claim).toBe(claim);
    if (finding === undefined) return;
    const ruleset = rulesets.find(({ family }) => family === finding.family);
    expect(remedyOfFinding({ finding, ruleset, profile: verified.profile?.name }, undefined)).toMatch(says);
    if (blames !== undefined) expect(finding.blame[0]?.text).toMatch(blames);
  });
});
