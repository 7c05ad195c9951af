/** Random texts of nftables through chainwalk and through the real nft: who loads them, and how each rule is listed. */
import { readRules } from '../../../../src/ruleset/readRules.ts';
import { isError } from '../../../../src/syntax/text/diagnostic.ts';
import { NFT_LIMITS } from './limits.ts';
import type { NftText } from './nftTexts.ts';
import { rulesOfListing, type TheirText, theirTexts } from './theirTexts.ts';

export interface TextDifference {
  readonly text: NftText;
  /** what is wrong with it, or its rules */
  readonly ours: string;
  readonly theirs: string;
  /** that allows it; absent: it is a mistake */
  readonly limit?: string;
}

export interface TextComparison {
  readonly loaded: number;
  readonly refused: number;
  readonly differences: readonly TextDifference[];
}

export function compareTexts(texts: readonly NftText[]): TextComparison {
  const answers = theirTexts(texts.map(({ text }) => text));
  const differences = texts.flatMap((text, at): readonly TextDifference[] => {
    const theirs = answers[at] as TheirText;
    const ours = ourRules(text.text);
    if (same(ours, theirs)) return [];
    const [mine, their] = [shown(ours), 'error' in theirs ? `refused: ${theirs.error}` : rulesText(rulesOfListing(theirs.listing))];
    const marked = 'error' in theirs ? theirs.marked : [];
    const limit = NFT_LIMITS.find(({ holds }) => holds({ text: text.text, ours: mine, theirs: their, marked }))?.id;
    return [{ text, ours: mine, theirs: their, ...(limit === undefined ? {} : { limit }) }];
  });
  const loaded = answers.filter((one) => 'listing' in one).length;
  return { loaded, refused: answers.length - loaded, differences };
}

type OurText = { readonly rules: ReadonlyMap<string, readonly string[]> } | { readonly error: string };

/** A rule in braces is part of the rule that jumps to it. */
const UNNAMED = /__chain\d+$/;

export function ourRules(text: string): OurText {
  const { rulesets, diagnostics } = readRules({ file: 'text', text }, { allowEmpty: true });
  const errors = diagnostics.filter(isError);
  if (errors.length > 0 || rulesets.length === 0) return { error: errors.map(({ message }) => message).join('; ') };
  const chains = rulesets.flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ name, chains: of }) => [...of.values()].map((chain) => ({ name, chain }))),
  );
  const named = chains.filter(({ chain }) => !UNNAMED.test(chain.name));
  return { rules: new Map(named.map(({ name, chain }) => [`${name} ${chain.name}`, chain.rules.map((rule) => rule.text)])) };
}

function same(ours: OurText, theirs: TheirText): boolean {
  if ('error' in ours || 'error' in theirs) return 'error' in ours && 'error' in theirs;
  return rulesText(ours.rules) === rulesText(rulesOfListing(theirs.listing));
}

function shown(ours: OurText): string {
  return 'error' in ours ? `refused: ${ours.error}` : rulesText(ours.rules);
}

/** Counters that have counted nothing are not compared, nor how a rule is wrapped. */
function rulesText(rules: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...rules].flatMap(([chain, texts]) =>
    texts.map((text) => `${chain}: ${text.replaceAll(/ packets \d+ bytes \d+/g, '').replaceAll(/\s+/g, ' ')}`),
  );
  return lines.toSorted().join('\n');
}
