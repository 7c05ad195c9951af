/** `npm run test:kernel -- --pairs N --seed S [--backend legacy|nft|both]`; `--flows N` in place of pairs. The last line counts them. */
import { parseArgs } from 'node:util';
import { runFlows } from './flowSuite.ts';
import type { Backend } from './oracle.ts';
import { whyNoKernel } from './oracle.ts';
import { runSuite } from './suite.ts';

const BACKENDS: Readonly<Record<string, readonly Backend[]>> = { legacy: ['legacy'], nft: ['nft'], both: ['legacy', 'nft'] };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3000' },
    flows: { type: 'string' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'both' },
  },
});
const [pairs, seed, backends] = [Number(values.flows ?? values.pairs), Number(values.seed), BACKENDS[values.backend]];
if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed) || backends === undefined) {
  console.error('usage: npm run test:kernel -- [--pairs N | --flows N] [--seed S] [--backend legacy|nft|both]');
  process.exit(2);
}
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const options = { pairs, seed, backends, print: console.log };
const failed = values.flows === undefined ? await comparePairs() : await compareFlows();
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
