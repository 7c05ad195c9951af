/** Claims on the structure of rules: for each a ruleset that holds it and one that breaks it. */

import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import { redundantRules } from '../../src/prove/deadRules/deadRulesRedundant.ts';
import { inferDeclaration } from '../../src/prove/inferred/infer.ts';
import { judgeClaim } from '../../src/prove/judge/judgeClaim.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { ProofContext } from '../../src/prove/proof/context.ts';
import type { Finding } from '../../src/prove/proof/finding.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assumedHost, profileOf } from '../support/assumed.ts';
import { readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

function judge(ruleset: Ruleset, id: string): readonly Finding[] {
  const profile = profileOf([ruleset]);
  const host = assumedHost([ruleset], profile);
  const scene = new ProofContext({ ruleset, host, declared: inferDeclaration({ ruleset, host, profile }), ...(profile && { profile }) });
  const claim = CLAIMS.find((one) => one.id === id);
  return claim === undefined ? [] : judgeClaim(scene, claim);
}

function broken(text: string, id: string): readonly string[] {
  const findings = rulesetsOf(text, { family: 4 }).flatMap((ruleset) => judge(ruleset, id));
  expect(findings.length).toBeGreaterThan(0);
  return findings.filter(({ verdict }) => verdict === 'violated').map(({ blame, reason }) => `${blame[0]?.text ?? '-'}: ${reason}`);
}

const nat = (...rules: readonly string[]): string => ['*nat', ...rules, 'COMMIT', ''].join('\n');
const SIDECAR = readFixture('istio-sidecar').text;

const STRUCTURE = [
  'mark-consistency',
  'jump-before-foreign',
  'single-backend',
  'no-duplicate-rule',
  'no-stale-chain',
  'no-guardrail-left',
  'no-unknown',
];

describe('the rules of each mesh hold what is said of their structure', () => {
  it.each(['istio-sidecar', 'istio-dns', 'istio-tproxy', 'istio-dual-stack', 'istio-ambient', 'linkerd', 'kuma', 'consul'])(
    '%s',
    (name) => {
      for (const id of STRUCTURE) expect(broken(readFixture(`${name}`).text, id), id).toEqual([]);
    },
  );
});

describe('a claim on structure is broken', () => {
  it.each([
    ['mark-consistency', '*mangle\n-A PREROUTING -m mark --mark 0x7 -j ACCEPT\nCOMMIT\n', /matches the mark 0x7/],
    ['mark-consistency', '*mangle\n-A PREROUTING -j MARK --set-mark 0x7\nCOMMIT\n', /sets the mark 0x7/],
    [
      'jump-before-foreign',
      SIDECAR.replace('-A OUTPUT', '-A OUTPUT -d 10.0.0.0/8 -p tcp -j ACCEPT\n-A OUTPUT'),
      /^-A OUTPUT -d 10.0.0.0\/8/,
    ],
    [
      'single-backend',
      `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${SIDECAR}`,
      /iptables-legacy-save/,
    ],
    ['no-duplicate-rule', nat('-A OUTPUT -p tcp -j ACCEPT', '-A OUTPUT -p udp -j ACCEPT', '-A OUTPUT -p tcp -j ACCEPT'), /same as rule 1/],
    ['no-duplicate-rule', nat(...Array(4).fill('-A OUTPUT -p tcp -j ACCEPT')), /: rule 1 of OUTPUT in table nat occurs 4 times$/],
    ['no-stale-chain', nat(':OLD - [0:0]', '-A OLD -p tcp -j ACCEPT'), /no rule calls OLD/],
    [
      'no-stale-chain',
      SIDECAR.replace(':ISTIO_INBOUND', ':ISTIO_PRERT - [0:0]\n:ISTIO_INBOUND').replace(
        '-A OUTPUT',
        '-A ISTIO_PRERT -p udp -j ACCEPT\n-A PREROUTING -j ISTIO_PRERT\n-A OUTPUT',
      ),
      /one of ambient/,
    ],
    ['no-guardrail-left', readFixture('broken/guardrails-left').text, /drops every/],
    ['no-unknown', '*filter\n-A INPUT -m string --string foo --algo bm -j DROP\nCOMMIT\n', /not modelled/],
    ['no-dead-rule', nat('-A OUTPUT -j ACCEPT', '-A OUTPUT -p tcp -j RETURN'), /shadowed/],
    ['no-dead-rule', '*filter\n:INPUT ACCEPT\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n', /redundant/],
  ])('%s', (id, text, says) => {
    const found = broken(text, id);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(says);
  });

  it.each([
    ['a chain that drops what it did not accept', ['-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp -j DROP', '-A INPUT -p udp -j DROP']],
    ['one chain alone', ['-A FORWARD -p tcp -j DROP', '-A FORWARD -p udp -j DROP', '-A INPUT -p tcp -j DROP', '-A INPUT -p udp -j DROP']],
    ['a lone protocol', ['-A INPUT -p udp -j DROP', '-A OUTPUT -p udp -j DROP', '-A FORWARD -p udp -j DROP']],
  ])('no guardrail is %s', (_, rules) => {
    expect(broken(`${SIDECAR}*filter\n${rules.join('\n')}\nCOMMIT\n`, 'no-guardrail-left')).toEqual([]);
  });

  it('not by marks that a proxy or a copy sets', () => {
    const restored =
      '*mangle\n-A PREROUTING -j CONNMARK --restore-mark\n-A OUTPUT -j CONNMARK --set-mark 0x5\n-A PREROUTING -m mark --mark 0x5 -j ACCEPT\nCOMMIT\n';
    expect(broken(restored, 'mark-consistency')).toEqual([]);
  });
});

it.each([
  ['takes some packets away by chance', '-m statistic --mode random --probability 0.5 -j ACCEPT', 'violated'],
  ['may take them away, if its match holds', '-m string --string foo --algo bm -j ACCEPT', 'undecided'],
  ['does something that is not modelled', '-j NFQUEUE --queue-num 1', 'undecided'],
  ['takes away only what the mesh leaves alone', '-p udp -j ACCEPT', 'holds'],
  ['leaves an interface alone on its way out only', '-o net1 -j RETURN', 'violated'],
])('a rule before the jump of the mesh %s', (_, rule, verdict) => {
  const table = SIDECAR.replace('-A OUTPUT -j', `-A OUTPUT ${rule}\n-A OUTPUT -j`);
  expect(rulesetsOf(table, { family: 4 }).flatMap((ruleset) => judge(ruleset, 'jump-before-foreign').map((one) => one.verdict))).toEqual([
    verdict,
  ]);
});

it('the RETURNs of an interface that is excluded both ways are not foreign', () => {
  expect(broken(readFixture('istio-exclude-net1').text, 'jump-before-foreign')).toEqual([]);
});

it('marks are undecided where an unmodelled target may set them', () => {
  const text =
    '*mangle\n-A PREROUTING -j HMARK --hmark-tuple src --hmark-mod 9 --hmark-rnd 1\n-A PREROUTING -m mark --mark 0x7 -j ACCEPT\nCOMMIT\n';
  expect(rulesetsOf(text, { family: 4 }).flatMap((ruleset) => judge(ruleset, 'mark-consistency').map(({ verdict }) => verdict))).toEqual([
    'undecided',
  ]);
});

describe("Istio's own dead rules", () => {
  it('are the two by group for lo, and are said to be its own', () => {
    const found = broken(SIDECAR, 'no-dead-rule');
    expect(found).toHaveLength(2);
    for (const line of found) expect(line).toMatch(/-o lo .*--gid-owner 1337 .*Istio writes this rule/);
  });

  it('are alive where DNS is captured, but for one', () => {
    expect(broken(readFixture('istio-dns').text, 'no-dead-rule').filter((line) => line.includes('shadowed'))).toHaveLength(2);
  });
});

describe('a redundant rule', () => {
  const redundant = (text: string): readonly string[] => {
    const [ruleset] = rulesetsOf(text, { family: 4 });
    return ruleset === undefined
      ? []
      : redundantRules(ruleset, { host: assumedHost([ruleset], undefined), budget: new Budget() }).rules.map(({ text: rule }) => rule);
  };

  it.each([
    ['does what the policy does', '*filter\n:INPUT DROP\n-A INPUT -p tcp -j DROP\nCOMMIT\n', 1],
    ['does what a later rule does', '*filter\n-A INPUT -p tcp --dport 80 -j DROP\n-A INPUT -p tcp -j DROP\nCOMMIT\n', 1],
    [
      'is none when a rule between makes a difference',
      '*filter\n-A INPUT -p tcp --dport 80 -j DROP\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\n-A INPUT -p tcp -j DROP\nCOMMIT\n',
      0,
    ],
    ['is none when it answers otherwise', '*filter\n-A INPUT -p tcp --dport 80 -j REJECT\n-A INPUT -p tcp -j DROP\nCOMMIT\n', 0],
    ['is none when it sets a mark', '*mangle\n-A INPUT -j MARK --set-mark 0x1\nCOMMIT\n', 0],
  ])('%s', (_, text, count) => {
    expect(redundant(text)).toHaveLength(count);
  });

  it.each([
    [
      'after the target',
      '*mangle\n-A INPUT -p udp -j HMARK --hmark-tuple src --hmark-mod 9 --hmark-rnd 1\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n',
      2,
    ],
    [
      'before it, where the packets come to it otherwise',
      '*mangle\n:C -\n-A INPUT -p tcp -j C\n-A INPUT -j HMARK --hmark-tuple src --hmark-mod 9 --hmark-rnd 1\n-A C -p udp -j DROP\nCOMMIT\n',
      1,
    ],
  ])('is undecided with an unmodelled target: %s', (_, text, number) => {
    const [ruleset] = rulesetsOf(text, { family: 4 });
    const found =
      ruleset === undefined ? undefined : redundantRules(ruleset, { host: assumedHost([ruleset], undefined), budget: new Budget() });
    expect(found?.rules).toEqual([]);
    expect(found?.undecided.map((rule) => rule.number)).toEqual([number]);
  });

  it('is not looked for in tables of more than 400 rules, which is said', () => {
    const rules = Array.from({ length: 401 }, (_, index) => `-A INPUT -s 10.0.${index >> 8}.${index & 255}/32 -j DROP`);
    const { findings, notes } = verifyRulesets(rulesetsOf(['*filter', ...rules, 'COMMIT', ''].join('\n'), { family: 4 }), {
      only: ['no-dead-rule'],
    });
    expect(findings.map(({ verdict }) => verdict)).toEqual(['holds']);
    expect(notes).toContain('table filter: redundant rules were not looked for, which takes too long with more than 400 rules');
  });
});

describe('rules that are repeated', () => {
  const ONCE = ['-A OUTPUT -p tcp -j ACCEPT', '-A OUTPUT -p udp -j ACCEPT', '-A INPUT -p tcp -j ACCEPT'];
  const again = (times: number, ...more: readonly string[]) => nat(...Array(times).fill(ONCE).flat(), ...more);

  it.each([
    [2, [], '3 rules occur twice each, as if what writes them had run twice'],
    [9, [], '3 rules occur 9 times each, as if what writes them had run 9 times'],
    [3, ONCE.slice(0, 1), '3 rules occur more than once, some of them 4 times'],
  ])('%d times are one finding with a count', (times, more, reason) => {
    const [finding, ...others] = rulesetsOf(again(times, ...more), { family: 4 }).flatMap((ruleset) => judge(ruleset, 'no-duplicate-rule'));
    expect(others).toEqual([]);
    expect(finding?.reason).toBe(reason);
    expect(finding?.blame).toHaveLength(3 * (times - 1) + more.length);
    // each of them before any a third time
    expect(new Set(finding?.blame.slice(0, 3).map(({ text }) => text))).toEqual(new Set(ONCE));
  });

  it('one that is accepted leaves the others', () => {
    const accepted = 3;
    const verified = verifyRulesets(rulesetsOf(again(2), { family: 4 }), {
      only: ['no-duplicate-rule'],
      accepted: ({ tables }) => {
        const rule = tables.get('nat')?.chains.get('OUTPUT')?.rules[accepted];
        return rule === undefined ? [] : [{ rule, claims: ['no-duplicate-rule'], muted: { by: 'comment', reason: 'known' } }];
      },
    });
    expect(verified.findings.map(({ blame, muted, reason }) => [blame.length, muted?.reason, reason])).toEqual([
      [2, undefined, '2 rules occur twice each, as if what writes them had run twice'],
      [1, 'known', 'the same as rule 2 of OUTPUT in table nat'],
    ]);
  });
});
