/** `npm run test:kernel -- --pairs N --seed S [--backend legacy|nft|both]`; `--flows N`, `--connections N`, `--hosts N`, `--router N`, `--settings N` in place of
 *  pairs;
 *  `--nft N`, `--nft-flows N`, `--nft-connections N` for rules of nftables.
 *  The last line counts them. */
import { parseArgs } from 'node:util';
import { runConnections } from './connectionSuite.ts';
import { runFlows } from './flowSuite.ts';
import { compareHosts } from './hosts/compareHosts.ts';
import { whyNoKernel } from './needs.ts';
import { nftConnections } from './nft/generate/nftConnections.ts';
import { nftFlows } from './nft/generate/nftFlows.ts';
import { compareRenderedNft } from './nft/renderedNft.ts';
import { runNftSuite } from './nft/suite.ts';
import type { Backend } from './oracle.ts';
import { compareRendered } from './rendered.ts';
import { compareRouter } from './router/compareRouter.ts';
import { runSuite } from './suite.ts';

const BACKENDS: Readonly<Record<string, readonly Backend[]>> = { legacy: ['legacy'], nft: ['nft'], both: ['legacy', 'nft'] };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3000' },
    flows: { type: 'string' },
    connections: { type: 'string' },
    seed: { type: 'string', default: '1' },
    settings: { type: 'string' },
    hosts: { type: 'string' },
    router: { type: 'string' },
    nft: { type: 'string' },
    'nft-flows': { type: 'string' },
    'nft-connections': { type: 'string' },
    minimised: { type: 'string', default: '12' },
    backend: { type: 'string', default: 'both' },
  },
});
const [pairs, seed, backends] = [
  Number(
    values['nft-connections'] ??
      values['nft-flows'] ??
      values.nft ??
      values.settings ??
      values.hosts ??
      values.router ??
      values.connections ??
      values.flows ??
      values.pairs,
  ),
  Number(values.seed),
  BACKENDS[values.backend],
];
if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed) || backends === undefined) {
  console.error(
    'usage: npm run test:kernel -- [--pairs N | --flows N | --connections N | --hosts N | --router N | --settings N | --nft N | --nft-flows N | --nft-connections N] [--seed S] [--backend legacy|nft|both]',
  );
  process.exit(2);
}
const why = whyNoKernel();
if (why !== undefined) {
  console.log(why);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
const options = { pairs, seed, backends, print: console.log };
const failed = await compare();
process.exitCode = failed === 0 ? 0 : 1;

async function compare(): Promise<number> {
  if (values.settings !== undefined) return compareSettings();
  if (values.nft !== undefined) return await compareNft();
  if (values.hosts !== undefined) return await compareRoutedHosts();
  if (values.router !== undefined) return await compareThroughRouter();
  if (values.connections !== undefined || values['nft-connections'] !== undefined) return await compareSockets();
  return values.flows === undefined && values['nft-flows'] === undefined ? await comparePairs() : await compareFlows();
}

/** Rulesets of nftables. */
async function compareNft(): Promise<number> {
  const { passed, failed, refused, unread, forked, undecided, known, coverage } = await runNftSuite({
    pairs,
    seed,
    print: console.log,
    minimised: Number(values.minimised),
  });
  console.log(coverage.report());
  for (const [id, count] of known) console.log(`${count} differ: ${id}`);
  console.log(
    `${refused} listings refused by nft, ${unread} by chainwalk alone, ${forked} packets with several ways, ${undecided} undecided`,
  );
  console.log(`${passed} passed, ${failed} failed`);
  return failed + unread;
}

/** Of real sockets; one backend after the other. */
async function compareSockets(): Promise<number> {
  let failures = 0;
  for (const backend of options.backends) {
    const cases = values['nft-connections'] === undefined ? {} : { cases: nftConnections };
    const result = await runConnections({ wanted: pairs, seed, backend, ...cases, print: console.log });
    failures += result.failed;
    const counts = `${result.compared} connections through ${result.rulesets} rulesets, ${result.completed} completed`;
    console.log(`${backend}: ${counts}, ${result.skipped} left to chance, ${result.failed} failed`);
  }
  return failures;
}

/** Without rules: where sockets of random hosts send, and what the kernel looks up. */
async function compareRoutedHosts(): Promise<number> {
  const { compared, sent, delivered, forwarded, tooBig, several, undecided, failed } = await compareHosts({
    hosts: pairs,
    seed,
    each: 20,
    print: console.log,
  });
  console.log(`${pairs} hosts, ${compared} sends, arrivals and look-ups: ${sent} sent, ${delivered} delivered, ${forwarded} forwarded`);
  console.log(`${tooBig} too big, ${several} with several ways, ${undecided} undecided, ${failed} failed`);
  return failed;
}

/** Real clients and servers on both sides of a router with random rules; N rulesets, 40 connections through each. */
async function compareThroughRouter(): Promise<number> {
  const { failed, ...counts } = await compareRouter({ rulesets: pairs, seed, each: 40, print: console.log });
  const covered = Object.entries(counts).map(([end, count]) => `${count} ${end}`);
  console.log(`${covered.join(', ')}, ${failed} failed`);
  return failed;
}

async function comparePairs(): Promise<number> {
  const result = await runSuite(options);
  console.log(result.coverage.report());
  console.log(`${result.passed} passed, ${result.failed} failed`);
  return result.failed;
}

async function compareFlows(): Promise<number> {
  const result = await (values['nft-flows'] === undefined ? runFlows(options) : runFlows({ ...options, backends: ['nft'] }, nftFlows));
  console.log(result.coverage.report());
  console.log(`${result.flows} flows, ${result.packets} packets compared, ${result.cut} cut short by chance, ${result.failed} failed`);
  return result.failed;
}

/** Always both backends of iptables, and nft. */
function compareSettings(): number {
  const { loaded, problems } = compareRendered({ count: pairs, seed });
  const nft = compareRenderedNft(pairs, seed);
  for (const problem of [...problems, ...nft.problems].slice(0, 12)) console.log(`--- ${problem}`);
  console.log(`${loaded} rendered rulesets loaded, ${problems.length} failed`);
  console.log(`${nft.loaded} loaded by nft, ${nft.refused} refused by both, ${nft.problems.length} failed`);
  return problems.length + nft.problems.length;
}
