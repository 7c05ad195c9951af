/** `npm run test:kernel -- --pairs N --seed S [--backend legacy|nft|both]`: random rules and packets, and every fixture, on the kernel and in the
 *  simulator. The last line counts the pairs; every disagreement is printed as small as it gets. */
import { parseArgs } from 'node:util';
import { startCoverage } from './coverage.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { fixtureCases } from './generate/fixtureCases.ts';
import type { Case } from './generate/randomCase.ts';
import { randomCases } from './generate/randomCase.ts';
import { minimise } from './minimise.ts';
import type { Backend, Oracle } from './oracle.ts';
import { openOracle, whyNoKernel } from './oracle.ts';

const MOST_SHOWN = 12;
/** of the rulesets, this part is also put to the nft backend */
const SECOND_OPINION = 4;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'both' },
  },
});
const why = whyNoKernel();
if (why === undefined) process.exitCode = await run();
else {
  console.log(why);
  process.exitCode = process.env.CI === 'true' ? 1 : 0;
}

async function run(): Promise<number> {
  const [pairs, seed] = [Number(values.pairs), Number(values.seed)];
  if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed)) throw new RangeError('--pairs and --seed are whole numbers');
  const backends: readonly Backend[] = values.backend === 'both' ? ['legacy', 'nft'] : [values.backend === 'nft' ? 'nft' : 'legacy'];
  const oracles = backends.map(openOracle);
  const coverage = startCoverage();
  const count = { passed: 0, failed: 0, shown: 0 };
  const share = Math.ceil(pairs / 10);
  for (const cases of [fixtureCases(share, seed), randomCases(pairs - share, seed)]) {
    let index = 0;
    for (const one of cases) {
      const asked = index++ % SECOND_OPINION === 0 ? oracles : oracles.slice(0, 1);
      for (const oracle of asked) {
        for (const [at, pair] of (await examine(oracle, one)).entries()) {
          if (oracle === oracles[0]) coverage.add(pair);
          if (pair.disagreement === undefined) count.passed++;
          else {
            count.failed++;
            if (count.shown++ < MOST_SHOWN) await show(oracle, { ...one, packets: one.packets.slice(at, at + 1) });
          }
        }
      }
    }
  }
  await Promise.all(oracles.map(({ close }) => close()));
  console.log(coverage.report());
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 ? 0 : 1;
}

async function show(oracle: Oracle, whole: Case): Promise<void> {
  const minimal = await minimise(oracle, whole);
  console.log(`--- ${whole.name}, ${oracle.backend} backend, host ${shortHost(whole.host)}`);
  console.log(minimal === undefined ? 'agrees when asked again' : `${minimal.rules}\n${describePair(minimal.pair)}`);
}

/** On one line, without what seldom matters. */
function shortHost({ interfaces, routes, ip_rules, route_tables, sysctls, listeners }: Case['host']): string {
  return JSON.stringify({ interfaces, routes, ip_rules, route_tables, sysctls, listeners }).replaceAll('"', '');
}
