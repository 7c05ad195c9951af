/** A kernel without rules of a family: it walks no table, tracks no connection, and puts no fragments together. */
import type { Family } from '../packet/address.ts';
import type { Source } from '../syntax/text/source.ts';
import type { Ruleset } from './ruleset.ts';

export function emptyRuleset(family: Family, source: Source): Ruleset {
  return { family, source, tables: new Map(), usesConntrack: false, usesDefrag: false, hasOpaqueTarget: false };
}
