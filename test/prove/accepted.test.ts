/** Accepting a claim at a rule takes the packets that match this rule, and hides no other. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/api/library/index.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import type { Finding } from '../../src/prove/proof/finding.ts';
import type { Rule, Ruleset } from '../../src/ruleset/ruleset.ts';
import { readFixture } from '../support/fixtures.ts';

const NAMES = readdirSync(new URL('../../fixtures/broken/', import.meta.url))
  .filter((name) => name.endsWith('.rules'))
  .map((name) => name.replace(/\.rules$/, ''));
/** Findings of each fixture before anything is accepted: the same for every random choice. */
const BROKEN = new Map<string, { readonly ruleset: Ruleset; readonly broken: readonly Finding[] } | undefined>();

function brokenBy(name: string): { readonly ruleset: Ruleset; readonly broken: readonly Finding[] } | undefined {
  if (!BROKEN.has(name)) {
    const [ruleset] = parse(readFixture(`broken/${name}`).text).rulesets;
    const findings = ruleset === undefined ? [] : verifyRulesets([ruleset]).findings;
    const broken = findings.filter(({ verdict, witness }) => verdict === 'violated' && witness !== undefined);
    BROKEN.set(name, ruleset && { ruleset, broken });
  }
  return BROKEN.get(name);
}

const MUTED = { by: 'comment', reason: 'a test' } as const;

function rulesOf({ tables }: Ruleset): readonly Rule[] {
  return [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));
}

function passes({ witness }: Finding, rule: Rule): boolean {
  return witness?.paths.some(({ legs: [first] }) => first?.walk.steps.some((step) => step.kind === 'rule' && step.rule === rule)) === true;
}

describe('an accepted rule', { timeout: 120_000 }, () => {
  it('parts what breaks a claim into packets that match it and packets that do not', () => {
    const seen = { muted: 0, open: 0, both: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.nat(), fc.nat(), fc.boolean(), (name, pickClaim, pickRule, onPath) => {
        const known = brokenBy(name);
        if (known === undefined) return;
        const { ruleset, broken: before } = known;
        const broken = before[pickClaim % Math.max(1, before.length)];
        const path = rulesOf(ruleset).filter((one) => broken !== undefined && passes(broken, one));
        const rules = onPath && path.length > 0 ? path : rulesOf(ruleset);
        const rule = rules[pickRule % rules.length];
        // who the proxy is, no rule can say
        if (broken === undefined || rule === undefined || broken.claim === 'proxy-identity') return;
        const accepted = () => [{ rule, claims: [broken.claim], muted: MUTED }];
        const after = verifyRulesets([ruleset], { only: [broken.claim], accepted }).findings;
        expect(after.every(({ verdict }) => verdict === 'violated')).toBe(true);
        for (const finding of after) expect(passes(finding, rule)).toBe(finding.muted !== undefined);
        const kinds = new Set(after.map(({ muted }) => muted !== undefined));
        seen[kinds.size === 2 ? 'both' : kinds.has(true) ? 'muted' : 'open']++;
      }),
      { numRuns: 300, seed: 2 },
    );
    // all three happened: the test is about something
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });

  it('of another claim changes nothing', () => {
    const { rulesets } = parse(readFixture('broken/service-cidr-returned').text);
    const accepted = (ruleset: Ruleset) => rulesOf(ruleset).map((rule) => ({ rule, claims: ['no-redirect-loop'], muted: MUTED }));
    const plain = verifyRulesets(rulesets, { only: ['outbound-captured'] });
    expect(verifyRulesets(rulesets, { only: ['outbound-captured'], accepted }).findings).toEqual(plain.findings);
  });
});
