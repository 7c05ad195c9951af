/** Whole texts through chainwalk and through the real nft: who loads them, how all of it is listed, and whether a listing is read as it stands. */
import { canonicalNft } from '../../../../src/ruleset/canonicalNft.ts';
import { readRules } from '../../../../src/ruleset/readRules.ts';
import { parseRules } from '../../../../src/syntax/document/parse.ts';
import { printNft } from '../../../../src/syntax/nft/printNft.ts';
import { isError } from '../../../../src/syntax/text/diagnostic.ts';
import type { TextComparison, TextDifference } from './compareTexts.ts';
import type { NftText } from './nftTexts.ts';
import { type TheirText, theirTexts } from './theirTexts.ts';
import { WHOLE_LIMITS } from './wholeLimits.ts';

export function compareWhole(texts: readonly NftText[]): TextComparison {
  const answers = theirTexts(texts.map(({ text }) => text));
  const differences = texts.flatMap((text, at): readonly TextDifference[] => {
    const answer = answers[at] as TheirText;
    const [ours, theirs] = [ourListing(text.text), 'error' in answer ? `refused: ${answer.error}` : answer.listing];
    const isSame = ours.startsWith('refused') ? theirs.startsWith('refused') : inWords(ours) === inWords(theirs);
    if (isSame) return readBack(text, answer);
    const marked = 'error' in answer ? answer.marked : [];
    const listed = (other: string): string => inWords(ourListing(other));
    const given = { text: text.text, ours: inWords(ours), theirs: inWords(theirs), marked, listed };
    const limit = WHOLE_LIMITS.find(({ holds }) => holds(given))?.id;
    return [{ text, ours, theirs, ...(limit !== undefined && { limit }) }];
  });
  const loaded = answers.filter((one) => 'listing' in one).length;
  return { loaded, refused: answers.length - loaded, differences };
}

/** A listing is printed byte for byte as it stands, but for what is counted and what runs. */
function readBack(text: NftText, answer: TheirText): readonly TextDifference[] {
  if ('error' in answer) return [];
  const [ours, theirs] = [ourListing(answer.listing), answer.listing];
  return plain(ours) === plain(theirs) ? [] : [{ text: { ...text, text: theirs }, ours, theirs }];
}

function ourListing(text: string): string {
  const { diagnostics } = readRules({ file: 'text', text }, { allowEmpty: true });
  const errors = diagnostics.filter((one) => isError(one) && one.code !== 'no-rules');
  if (errors.length > 0) return `refused: ${errors.map(({ message }) => message).join('; ')}`;
  const { nft } = parseRules({ file: 'text', text }, { allowEmpty: true });
  // bare commands without a family may be sentences: the first line says what they are
  if (nft === undefined) return text.startsWith(SHEBANG) ? '' : ourListing(`${SHEBANG}\n${text}`);
  return printNft(canonicalNft(nft));
}

const SHEBANG = '#!/usr/sbin/nft -f';

function plain(listing: string): string {
  return listing
    .replaceAll(/ expires \w+/g, '')
    .replaceAll(/\bpackets \d+ bytes \d+|(?<=counter) packets \d+ bytes \d+/g, '')
    .replaceAll(/ +$/gm, '')
    .replaceAll('counter  ', 'counter ');
}

function inWords(listing: string): string {
  return listing
    .replaceAll(/ expires \w+| packets \d+ bytes \d+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
