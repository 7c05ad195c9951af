/** Istio's golden files of its nftables mode: each loads, all of it is modelled, and packets are walked as the kernel walks them. */
import { afterAll, describe, expect, test } from 'vitest';
import { hostNames } from '../../../src/host/host.ts';
import { does, everyMatch } from '../../../src/netfilter/everyEffect.ts';
import type { MatchExpr } from '../../../src/netfilter/matchExpr.ts';
import { everyRule } from '../../../src/ruleset/everyRule.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { chainwalk } from '../../cli/memoryIo.ts';
import { hostOf } from '../../support/host.ts';
import { hostOfGolden, nftGoldens } from '../../support/nftGoldens.ts';
import { describePair } from '../describe.ts';
import { randomFrom } from '../generate/random.ts';
import { poolsFor } from '../generate/randomCase.ts';
import { randomPacket } from '../generate/randomPacket.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { examineNft } from './examineNft.ts';
import { KNOWN_DIFFERENCES } from './knownDifferences.ts';
import { type TheirText, theirTexts } from './lines/theirTexts.ts';

/** `CHAINWALK_PACKETS=2000` for the long run. */
const PACKETS = Number(process.env.CHAINWALK_PACKETS ?? 60);
const GOLDENS = nftGoldens();

function isModelled(expr: MatchExpr): boolean {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.of.every(isModelled);
    case 'not':
      return isModelled(expr.of);
    default:
      return expr.kind !== 'unmodelled';
  }
}

describe.skipIf(GOLDENS.length === 0)('the rules of Istio`s nftables mode', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(GOLDENS)('$name loads, and every rule is modelled', ({ name, nft }) => {
    const { rulesets, diagnostics } = readRules({ file: 'golden', text: nft }, { ...hostNames(hostOf(hostOfGolden(name))) });
    expect(diagnostics.filter(isError)).toEqual([]);
    const rules = rulesets.flatMap(everyRule);
    expect(rules.filter((rule) => does(rule, 'unmodelled') || !everyMatch(rule).every(isModelled))).toEqual([]);
    expect(rules.length).toBeGreaterThan(0);
  });

  test.runIf(kernelHere()).each(GOLDENS)('$name is printed as nft lists it', async ({ nft }) => {
    const [theirs] = theirTexts([nft]) as readonly [TheirText];
    const { out, err } = await chainwalk(['print', '-'], { stdin: nft });
    expect(err).toBe('');
    expect(out).toBe('error' in theirs ? theirs.error : theirs.listing.replaceAll(' packets 0 bytes 0', ''));
  });

  test.runIf(kernelHere()).each(GOLDENS)('$name: random packets end as in the kernel', { timeout: 600_000 }, async ({ name, nft }) => {
    oracle ??= openOracle('nft');
    const host = hostOfGolden(name);
    const random = randomFrom(16);
    const packets = Array.from({ length: PACKETS }, () => {
      const family = random.chance(0.6) ? 4 : 6;
      return randomPacket(random, family, poolsFor(family, host));
    });
    const pairs = await examineNft(oracle, { host, rules: { nft }, packets });
    const wrong = pairs.filter((pair) => pair.disagreement !== undefined && !KNOWN_DIFFERENCES.some(({ holds }) => holds(nft, pair)));
    expect(wrong.map(describePair)).toEqual([]);
    expect(pairs.length).toBeGreaterThan(PACKETS * 0.9);
  });
});
