/** Rulesets of nftables that the kernel loads. */
import fc from 'fast-check';
import { invariant } from '../../lib/invariant.ts';
import type { Family } from '../../packet/address.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { checkOptions, FAMILY_OPTION, type OptionKinds } from '../library/options.ts';
import { printRules } from '../library/print.ts';
import { parse, rulesetsOf } from '../library/rules.ts';
import { drawnNftText } from './nftRules.ts';

export interface NftOptions {
  /** absent: both, one at a time: addresses are of one family, and the table `inet proxy` has rules for the other one too */
  readonly family?: Family;
}

const NFT_OPTIONS: OptionKinds<NftOptions> = { family: FAMILY_OPTION };

/** Tables as `nft list ruleset` prints them: base chains of all types, chains that others call, sets, maps, NAT, marks, tproxy.
 *  @throws InputError when an option cannot be used */
export function nftTexts(given: NftOptions = {}): fc.Arbitrary<string> {
  checkOptions(given, NFT_OPTIONS);
  return drawn(given).map(({ text }) => printRules(parse(text, FILE)));
}

/** The same, parsed: the rules of one family. A counterexample is printed as its text.
 *  @throws InputError when an option cannot be used */
export function nftRulesets(given: NftOptions = {}): fc.Arbitrary<Ruleset> {
  checkOptions(given, NFT_OPTIONS);
  return drawn(given).map(({ text, family }) => {
    const ruleset = rulesetsOf(parse(text, FILE)).find((one) => one.family === family);
    invariant(ruleset !== undefined, 'generated tables load');
    return { ...ruleset, [fc.toStringMethod]: () => printRules(parse(text, FILE)) } as Ruleset;
  });
}

const FILE = { file: 'generated.nft' };

function drawn({ family }: NftOptions): fc.Arbitrary<{ readonly text: string; readonly family: Family }> {
  const families: readonly Family[] = family === undefined ? [4, 6] : [family];
  return fc.oneof(...families.map((one) => drawnNftText(one).map((text) => ({ text, family: one }))));
}
