/** The comparison itself: random packets on every fixture, then random rules, each put to the kernel and to the simulator. */
import type { Coverage } from './coverage.ts';
import { startCoverage } from './coverage.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { fixtureCases } from './generate/fixtureCases.ts';
import type { Case } from './generate/randomCase.ts';
import { randomCases } from './generate/randomCase.ts';
import { minimise } from './minimise.ts';
import type { Backend, Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';

export interface SuiteOptions {
  /** (ruleset, packet) pairs; a tenth of them on the fixtures */
  readonly pairs: number;
  readonly seed: number;
  /** the first is asked about everything, the second about every fourth ruleset */
  readonly backends: readonly Backend[];
  readonly print: (text: string) => void;
}

export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly coverage: Coverage;
}

const MOST_SHOWN = 12;
const SECOND_OPINION = 4;

export async function runSuite({ pairs, seed, backends, print }: SuiteOptions): Promise<SuiteResult> {
  const oracles = backends.map(openOracle);
  const coverage = startCoverage();
  let passed = 0;
  let failed = 0;
  let index = 0;
  const onFixtures = Math.ceil(pairs / 10);
  try {
    for (const one of [...fixtureCases(onFixtures, seed), ...randomCases(pairs - onFixtures, seed)]) {
      const asked = index++ % SECOND_OPINION === 0 ? oracles : oracles.slice(0, 1);
      for (const oracle of asked.filter(({ backend }) => backend === 'legacy' || !differsInOrder(one))) {
        for (const [at, pair] of (await examine(oracle, one)).entries()) {
          if (oracle === oracles[0]) coverage.add(pair);
          if (pair.disagreement === undefined) passed++;
          else if (failed++ < MOST_SHOWN) print(await smallest(oracle, { ...one, packets: one.packets.slice(at, at + 1) }));
        }
      }
    }
  } finally {
    await Promise.all(oracles.map(({ close }) => close()));
  }
  return { passed, failed, coverage };
}

/** At INPUT the nft backend of 1.8.9 runs security after nat, x_tables before it, and so does the simulator. */
export function differsInOrder({ rules: { v4 = '', v6 = '' } }: Pick<Case, 'rules'>): boolean {
  return /^\*security/m.test(v4 + v6) && /^\*nat/m.test(v4 + v6);
}

/** A disagreement about one packet, with as few rules as keep it. */
async function smallest(oracle: Oracle, whole: Case): Promise<string> {
  const minimal = await minimise(oracle, whole);
  const found = minimal === undefined ? 'agrees when asked again' : `${minimal.rules}\n${describePair(minimal.pair)}`;
  return `--- ${whole.name}, ${oracle.backend} backend, host ${shortHost(whole.host)}\n${found}`;
}

export function shortHost({ interfaces, routes, ip_rules, route_tables, sysctls, listeners }: Case['host']): string {
  return JSON.stringify({ interfaces, routes, ip_rules, route_tables, sysctls, listeners }).replaceAll('"', '');
}
