/** Each failure scenario as a user meets it: traced, verified, and caught. The kernel is asked in test/kernel/scenarios.test.ts. */
import { describe, expect, it, vi } from 'vitest';
import { CLAIMS } from '../../../src/prove/claims/all.ts';
import type { VerifyReport } from '../../../src/report/json/verify.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { manifestOf, rulesWorld } from './scenarioSetup.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Asked {
  readonly files: Readonly<Record<string, string>>;
  readonly rules: string;
  readonly options: readonly string[];
}

function asked({ setup }: Scenario): Asked {
  const { options = [] } = setup;
  if (!('pod' in setup)) {
    const { text, host } = rulesWorld(setup);
    return {
      files: { 'pod.rules': text, 'host.json': JSON.stringify(host) },
      rules: 'pod.rules',
      options: ['--host', 'host.json', ...options],
    };
  }
  const { pod, values } = setup;
  return {
    files: { 'pod.yaml': manifestOf(pod), ...(values !== undefined && { 'values.yaml': values }) },
    rules: 'pod.yaml',
    options: [...options, ...(values === undefined ? [] : ['--values', 'values.yaml'])],
  };
}

type PodsReport = VerifyReport & { readonly pods?: readonly { readonly findings: readonly { readonly claim: string }[] }[] };

async function brokenClaims({ files, rules, options }: Asked, caught: readonly string[]): Promise<readonly string[]> {
  const byName = CLAIMS.some((claim) => claim.byName === true && caught.includes(claim.id));
  const asked = byName ? ['--only', caught.join()] : [];
  const verified = await chainwalk(['verify', rules, '--json', ...asked, ...options], { files });
  const report = JSON.parse(verified.out) as PodsReport;
  const ofPackets = report.findings.filter(({ verdict }) => verdict === 'violated');
  return [...ofPackets, ...(report.pods ?? []).flatMap(({ findings }) => findings)].map(({ claim }) => claim);
}

describe('ways in which capture fails', () => {
  it('are 25', () => expect(new Set(SCENARIOS.map(({ number }) => number)).size).toBe(25));

  it.each(SCENARIOS.map((one) => [`${one.number}. ${one.title}`, one] as const))('%s', async (_, scenario) => {
    const all = asked(scenario);
    const { files, rules, options } = all;
    for (const [packet, outcome] of Object.entries(scenario.packets)) {
      const traced = await chainwalk(['trace', rules, packet, '--json', ...options], { files });
      expect((JSON.parse(traced.out) as { readonly outcome: string }).outcome, packet).toBe(outcome);
    }
    if (scenario.decidedBy !== undefined) {
      const { out } = await chainwalk(['enrol', rules, '--json', ...options], { files });
      const { pods } = JSON.parse(out) as { readonly pods: readonly { readonly decidedBy: string; readonly verdict: string }[] };
      expect(pods.map(({ decidedBy }) => decidedBy)).toEqual([scenario.decidedBy]);
      expect(pods[0]?.verdict).not.toBe('captured');
    }
    if (scenario.refused !== undefined) {
      const { code, err } = await chainwalk(['verify', rules, ...options], { files });
      expect(code).toBe(2);
      expect(err).toMatch(scenario.refused);
    }
    if (scenario.caught !== undefined)
      expect(await brokenClaims(all, scenario.caught)).toEqual(expect.arrayContaining([...scenario.caught]));
  });
});
