/** Random rulesets of nftables, each put to the kernel and to the simulator, packet by packet. */
import { OracleError } from '../../../src/kernel/asked/oracle.ts';
import { type Coverage, startCoverage } from '../coverage.ts';
import { describePair } from '../describe.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { shortHost } from '../suite.ts';
import { examineNft } from './examineNft.ts';
import { type RandomNft, randomNft } from './generate/nftCases.ts';
import { KNOWN_DIFFERENCES } from './knownDifferences.ts';
import { minimiseNft } from './minimiseNft.ts';

export interface NftSuiteResult {
  readonly passed: number;
  readonly failed: number;
  /** listings that the kernel refused */
  readonly refused: number;
  /** listings that chainwalk refuses though the kernel loads them */
  readonly unread: number;
  /** packets of which the simulator says several ways */
  readonly forked: number;
  /** packets that differ for a reason that has a name */
  readonly known: ReadonlyMap<string, number>;
  readonly coverage: Coverage;
}

export interface NftSuiteOptions {
  readonly pairs: number;
  readonly seed: number;
  readonly print: (text: string) => void;
}

const MOST_SHOWN = 12;

export async function runNftSuite({ pairs, seed, print }: NftSuiteOptions): Promise<NftSuiteResult> {
  const oracle = openOracle('nft');
  const coverage = startCoverage();
  const known = new Map<string, number>();
  let [passed, failed, refused, unread, forked] = [0, 0, 0, 0, 0];
  try {
    for (const drawn of randomNft(pairs, seed)) {
      const one = {
        ...drawn,
        rules: { nft: drawn.rules.nft },
        packets: drawn.packets.filter(({ family, fragOffset }) => family === 4 || fragOffset === 0),
      };
      try {
        for (const [at, pair] of (await examineNft(oracle, one)).entries()) {
          coverage.add(pair);
          if (pair.walks.length > 1) forked++;
          const reason = KNOWN_DIFFERENCES.find(({ holds }) => holds(one.rules.nft, pair))?.id;
          if (pair.disagreement === undefined) passed++;
          else if (reason !== undefined) known.set(reason, (known.get(reason) ?? 0) + 1);
          else if (failed++ < MOST_SHOWN) print(await smallest(oracle, { ...one, packets: one.packets.slice(at, at + 1) }));
        }
      } catch (error) {
        if (error instanceof OracleError) refused++;
        else if (unread++ < MOST_SHOWN)
          print(`--- ${one.name}: ${error instanceof Error ? error.message : String(error)}\n${one.rules.nft}`);
      }
    }
  } finally {
    await oracle.close();
  }
  return { passed, failed, refused, unread, forked, known, coverage };
}

async function smallest(oracle: Oracle, whole: RandomNft): Promise<string> {
  const minimal = await minimiseNft(oracle, whole);
  const found = minimal === undefined ? 'agrees when asked again' : `${minimal.nft}\n${describePair(minimal.pair)}`;
  return `--- ${whole.name}, host ${shortHost(whole.host)}\n${found}`;
}
