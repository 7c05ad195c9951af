/** `npm run test:kernel -- --pairs N --seed S [--backend legacy|nft|both]`; `--flows N` or `--settings N` in place of pairs.
 *  The last line counts them. */
import { parseArgs } from 'node:util';
import { runFlows } from './flowSuite.ts';
import { whyNoKernel } from './needs.ts';
import type { Backend } from './oracle.ts';
import { compareRendered } from './rendered.ts';
import { runSuite } from './suite.ts';

const BACKENDS: Readonly<Record<string, readonly Backend[]>> = { legacy: ['legacy'], nft: ['nft'], both: ['legacy', 'nft'] };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3000' },
    flows: { type: 'string' },
    seed: { type: 'string', default: '1' },
    settings: { type: 'string' },
    backend: { type: 'string', default: 'both' },
  },
});
const [pairs, seed, backends] = [Number(values.settings ?? values.flows ?? values.pairs), Number(values.seed), BACKENDS[values.backend]];
if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed) || backends === undefined) {
  console.error('usage: npm run test:kernel -- [--pairs N | --flows N | --settings N] [--seed S] [--backend legacy|nft|both]');
  process.exit(2);
}
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const options = { pairs, seed, backends, print: console.log };
const failed = values.settings !== undefined ? compareSettings() : values.flows === undefined ? await comparePairs() : await compareFlows();
process.exitCode = failed === 0 ? 0 : 1;

async function comparePairs(): Promise<number> {
  const result = await runSuite(options);
  console.log(result.coverage.report());
  console.log(`${result.passed} passed, ${result.failed} failed`);
  return result.failed;
}

async function compareFlows(): Promise<number> {
  const result = await runFlows(options);
  console.log(result.coverage.report());
  console.log(`${result.flows} flows, ${result.packets} packets compared, ${result.cut} cut short by chance, ${result.failed} failed`);
  return result.failed;
}

/** Always both backends. */
function compareSettings(): number {
  const { loaded, problems } = compareRendered({ count: pairs, seed });
  for (const problem of problems.slice(0, 12)) console.log(`--- ${problem}`);
  console.log(`${loaded} rendered rulesets loaded, ${problems.length} failed`);
  return problems.length;
}
