/** Random listings on the kernel alone: how many load, and how deep packets go. */

import { OracleError } from '../../../src/kernel/asked/oracle.ts';
import type { Oracle } from '../oracle.ts';
import { questionOf } from '../question.ts';
import { type NftCoverage, startNftCoverage } from './generate/coverage.ts';
import { randomNft } from './generate/nftCases.ts';

export interface Loading {
  readonly listings: number;
  readonly refused: readonly string[];
  readonly packets: number;
  /** packets that met two rules or more */
  readonly deep: number;
  readonly coverage: NftCoverage;
}

export async function loadRandom(oracle: Oracle, pairs: number, seed: number): Promise<Loading> {
  const coverage = startNftCoverage();
  const refused: string[] = [];
  let [listings, packets, deep] = [0, 0, 0];
  for (const one of randomNft(pairs, seed)) {
    listings++;
    coverage.drawn(one.rules.nft);
    try {
      for (const { trace } of await oracle.ask(questionOf(one.host, one.rules, one.packets))) {
        const met = trace.flatMap(({ rule }) => (rule === undefined || rule.startsWith('-A ') ? [] : [rule]));
        for (const rule of met) coverage.met(rule);
        packets++;
        if (met.length > 1) deep++;
      }
    } catch (error) {
      if (!(error instanceof OracleError)) throw error;
      refused.push(`${one.name}: ${error.message}`);
    }
  }
  return { listings, refused, packets, deep, coverage };
}
