/** `npm run test:kernel -- --pairs N --seed S [--backend legacy|nft|both]`. The last line counts the pairs. */
import { parseArgs } from 'node:util';
import type { Backend } from './oracle.ts';
import { whyNoKernel } from './oracle.ts';
import { runSuite } from './suite.ts';

const BACKENDS: Readonly<Record<string, readonly Backend[]>> = { legacy: ['legacy'], nft: ['nft'], both: ['legacy', 'nft'] };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'both' },
  },
});
const [pairs, seed, backends] = [Number(values.pairs), Number(values.seed), BACKENDS[values.backend]];
if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed) || backends === undefined) {
  console.error('usage: npm run test:kernel -- [--pairs N] [--seed S] [--backend legacy|nft|both]');
  process.exit(2);
}
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const { passed, failed, coverage } = await runSuite({ pairs, seed, backends, print: console.log });
console.log(coverage.report());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
