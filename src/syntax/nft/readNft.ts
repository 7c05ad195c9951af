/** Reads what `nft list ruleset` prints and what `nft -f` takes, and carries it out on tables. man nft(8) */
import type { Source } from '../text/source.ts';
import type { NftRulesetNode } from './ast.ts';
import { nftCommand } from './commands.ts';
import { endLine, type NftInput, newNftCursor, nextWord, take } from './cursor.ts';
import { sayDefinedLater } from './definedLater.ts';
import { isDefinition, readDefinition, sayInclude } from './definitions.ts';
import { allParts } from './matched.ts';
import { nftTableOf, readTableBlock, tableNameIn } from './tableBlock.ts';
import { type NftWorld, nftRuleset, nftTableKey } from './world.ts';

/** The tables of one text that is nothing but nft. */
export function readNftText(source: Source, report: NftInput['report']): NftRulesetNode {
  const world: NftWorld = new Map();
  nftInto(world, { text: source.text, span: { start: 0, end: source.text.length }, report });
  return nftRuleset(world, source);
}

/** Carries the part of a text out on the tables. */
export function nftInto(world: NftWorld, input: NftInput): void {
  const cursor = newNftCursor(input);
  for (;;) {
    take(cursor, 'between');
    if (cursor.at >= cursor.end) break;
    const before = cursor.at;
    const word = nextWord(cursor);
    if (isDefinition(word)) readDefinition(cursor);
    else if (word === 'include') sayInclude(cursor);
    else if (word === 'table' && take(cursor, 'tableOpen')) {
      const named = tableNameIn(cursor, allParts(cursor));
      const isThere = world.has(nftTableKey(named.family, named.name.text));
      readTableBlock(cursor, nftTableOf(world, named), isThere);
      endLine(cursor);
    } else nftCommand(cursor, world);
    if (cursor.at === before) cursor.at++;
  }
  sayDefinedLater(cursor, world);
}
