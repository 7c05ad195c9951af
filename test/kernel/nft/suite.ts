/** Random rulesets of nftables, each put to the kernel and to the simulator, packet by packet. */
import { OracleError } from '../../../src/kernel/asked/oracle.ts';
import { runsSecurityLast } from '../../../src/kernel/asked/rulesQuestion.ts';
import type { Disagreement } from '../../../src/kernel/compared/account.ts';
import type { Examined } from '../../../src/kernel/compared/examined.ts';
import { type Coverage, startCoverage } from '../coverage.ts';
import { describePair } from '../describe.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { differsInOrder, shortHost } from '../suite.ts';
import { examineNft, rulesetOfAll } from './examineNft.ts';
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
  /** packets that went as the simulator says up to where it says that it does not know */
  readonly undecided: number;
  /** packets that differ for a reason that has a name */
  readonly known: ReadonlyMap<string, number>;
  readonly coverage: Coverage;
}

export interface NftSuiteOptions {
  readonly pairs: number;
  readonly seed: number;
  readonly print: (text: string) => void;
  /** so many disagreements are cut down, which takes long; the others are shown as they are */
  readonly minimised?: number;
}

const MOST_MINIMISED = 12;
const MOST_SHOWN = 12;

export async function runNftSuite({ pairs, seed, print, minimised = MOST_MINIMISED }: NftSuiteOptions): Promise<NftSuiteResult> {
  const oracles = [openOracle('nft'), openOracle('legacy')] as const;
  const coverage = startCoverage();
  const known = new Map<string, number>();
  let [passed, failed, refused, unread, forked, undecided] = [0, 0, 0, 0, 0, 0];
  try {
    for (const [index, one] of [...randomNft(pairs, seed)].entries()) {
      // what runs first at INPUT differs between the backends
      const oracle = oracles[isBesideIptables(one.rules) && (index % 2 === 0 || differsInOrder(one) || isAmidSecurity(one)) ? 1 : 0];
      try {
        for (const [at, pair] of (await examineNft(oracle, one)).entries()) {
          coverage.add(pair);
          if (pair.walks.length > 1) forked++;
          const reason = KNOWN_DIFFERENCES.find(({ holds }) => holds(one.rules.nft, pair))?.id;
          if (pair.isOpen === true) undecided++;
          else if (pair.disagreement === undefined) passed++;
          else if (isLeftOpen(pair.disagreement, isBesideIptables(one.rules))) undecided++;
          else if (reason !== undefined) known.set(reason, (known.get(reason) ?? 0) + 1);
          else if (failed++ >= minimised) print(`--- ${one.name}, ${oracle.backend} backend\n${describePair(pair)}`);
          else print(await smallest(oracle, { ...one, packets: one.packets.slice(at, at + 1) }, pair));
        }
      } catch (error) {
        if (error instanceof OracleError) refused++;
        else if (unread++ < MOST_SHOWN)
          print(`--- ${one.name}: ${error instanceof Error ? error.message : String(error)}\n${one.rules.nft}`);
      }
    }
  } finally {
    await Promise.all(oracles.map(({ close }) => close()));
  }
  return { passed, failed, refused, unread, forked, undecided, known, coverage };
}

/** Beside iptables its order may be another one, too. */
function isLeftOpen({ ours, kernels }: Disagreement, inAnyOrder: boolean): boolean {
  const said = (rows: readonly string[]): string => (inAnyOrder ? rows.toSorted() : rows).join('\n');
  return ours.some(({ rows, end }) => {
    // the rule at which it ends has a verdict that is not known
    const known = rows.slice(0, -1);
    return end.startsWith('undecided') && said(kernels.rows.slice(0, known.length)) === said(known);
  });
}

/** A chain of nft runs between the places that the table security has in the two backends. */
function isAmidSecurity({ rules, host }: RandomNft): boolean {
  if (!/^\*security/m.test(`${rules.v4}${rules.v6}`)) return false;
  try {
    return ([4, 6] as const).some((family) => runsSecurityLast(rulesetOfAll(rules, family, host)));
  } catch {
    // refused, which the comparison counts
    return false;
  }
}

function isBesideIptables({ v4, v6 }: RandomNft['rules']): boolean {
  return v4 !== undefined || v6 !== undefined;
}

async function smallest(oracle: Oracle, whole: RandomNft, pair: Examined): Promise<string> {
  const minimal = await minimiseNft(oracle, whole);
  const found =
    minimal === undefined
      ? `agrees when asked again\n${whole.rules.nft}${describePair(pair)}`
      : `${minimal.nft}\n${describePair(minimal.pair)}`;
  const { v4 = '', v6 = '' } = whole.rules;
  return `--- ${whole.name}, ${oracle.backend} backend, host ${shortHost(whole.host)}\n${v4}${v6}${found}`;
}
