/** What `nft -j list ruleset` says of random texts, read as the listing of the same rules is. */
import { canonicalNft } from '../../../../src/ruleset/canonicalNft.ts';
import { parseRules } from '../../../../src/syntax/document/parse.ts';
import { printNft } from '../../../../src/syntax/nft/printNft.ts';
import { isError } from '../../../../src/syntax/text/diagnostic.ts';
import type { NftText } from './nftTexts.ts';
import { rulesOfListing, theirTexts } from './theirTexts.ts';

export interface JsonDifference {
  readonly text: NftText;
  readonly ofJson: string;
  readonly ofListing: string;
  /** what nft leaves out of its JSON that allows it; absent: it is a mistake */
  readonly loss?: string;
}

export interface JsonComparison {
  readonly loaded: number;
  readonly rules: number;
  readonly differences: readonly JsonDifference[];
}

export function compareJson(texts: readonly NftText[]): JsonComparison {
  let [loaded, rules] = [0, 0];
  const answers = theirTexts(
    texts.map(({ text }) => text),
    { json: true },
  );
  const differences = answers.flatMap((theirs, at): readonly JsonDifference[] => {
    if ('error' in theirs || theirs.json === undefined) return [];
    const [ofJson, ofListing] = [readText(theirs.json), readText(theirs.listing)];
    loaded += 1;
    rules += ofListing.count;
    if (ofJson.shown === ofListing.shown) return [];
    const pair = { ofJson: ofJson.shown, ofListing: ofListing.shown };
    const loss = JSON_LOSSES.find(({ holds }) => holds(pair))?.id;
    return [{ text: texts[at] as NftText, ...pair, ...(loss !== undefined && { loss }) }];
  });
  return { loaded, rules, differences };
}

interface ReadText {
  readonly shown: string;
  readonly count: number;
}

interface JsonLoss {
  readonly id: string;
  readonly holds: (pair: Pick<JsonDifference, 'ofJson' | 'ofListing'>) => boolean;
}

/** `typeof` and `flags dynamic` of a set are lost too, so that rules alone are compared. */
const JSON_LOSSES: readonly JsonLoss[] = [
  { id: 'a listing that does not load again', holds: ({ ofListing }) => ofListing.startsWith('refused: ') },
];

/** Its rules as nft would list them, or what is wrong. */
function readText(text: string): ReadText {
  const { nft, diagnostics } = parseRules({ file: 'text', text }, { allowEmpty: true });
  const errors = diagnostics.filter(isError);
  if (nft === undefined || errors.length > 0) return { shown: `refused: ${errors.map(({ message }) => message).join('; ')}`, count: 0 };
  const rules = [...rulesOfListing(printNft(canonicalNft(nft)))];
  const lines = rules.flatMap(([chain, texts]) => texts.map((one) => `${chain}: ${one.replaceAll(/\s+/g, ' ')}`));
  return { shown: lines.join('\n'), count: lines.length };
}
