/** What the dumps and commands of a text have made so far: at most one ruleset of a family, however the text is put together. */
import type { Family } from '../../packet/address.ts';
import type { NftWorld } from '../nft/world.ts';
import type { Backend } from '../text/diagnostic.ts';
import type { Source } from '../text/source.ts';
import type { RulesetNode, TableNode } from './ast.ts';
import type { RuleMeaning, TableState } from './openTables.ts';

/** Mutable while a text is read; handed out as a RulesetNode. */
export interface RulesetState {
  readonly family: Family;
  readonly familyFrom: RulesetNode['familyFrom'];
  form: RulesetNode['form'];
  backend: Backend | undefined;
  readonly tables: TableState[];
  /** tables that stood there before, and are gone */
  replaced?: readonly string[];
}

export interface TextTables {
  readonly rulesets: RulesetState[];
  readonly meaning?: RuleMeaning | undefined;
  /** tables of nft itself */
  readonly nft: NftWorld;
}

export function newWorld(meaning?: RuleMeaning): TextTables {
  return { rulesets: [], meaning, nft: new Map() };
}

/** The ruleset of this family and backend. A plain `iptables` is the backend that is there already; beside both it is iptables-nft. */
export function rulesetOf(world: TextTables, { family, backend }: Pick<RulesetState, 'family' | 'backend'>): RulesetState | undefined {
  const ofFamily = world.rulesets.filter((one) => one.family === family);
  if (backend === undefined) return ofFamily.find((one) => one.backend !== 'legacy') ?? ofFamily[0];
  return (
    ofFamily.find((one) => one.backend === backend) ?? (backend === 'nft' ? ofFamily.find((one) => one.backend === undefined) : undefined)
  );
}

/** The same, made when there is none yet. `names`: of the tables that a dump brings. */
export function rulesetFor(world: TextTables, made: Omit<RulesetState, 'tables'>, names: readonly string[] = []): RulesetState {
  const found = rulesetOf(world, made);
  // a dump of one backend after a dump that does not say: where both have a table, that one is of the other backend
  const isOther = made.backend !== undefined && found?.backend === undefined && names.some((name) => tableNamed(found, name) !== undefined);
  const known = isOther && found?.form === 'save' && made.form === 'save' ? undefined : found;
  if (known === undefined) {
    const [other] = world.rulesets.filter((one) => one.family === made.family);
    if (other !== undefined && made.backend !== undefined) other.backend ??= made.backend === 'nft' ? 'legacy' : 'nft';
    const state = { ...made, tables: [] };
    world.rulesets.push(state);
    return state;
  }
  known.backend ??= made.backend;
  if (made.form !== 'save') known.form = known.form === 'shell' ? 'shell' : made.form;
  return known;
}

export function tableNamed(ruleset: RulesetState | undefined, name: string): TableState | undefined {
  return ruleset?.tables.find((table) => table.name.text === name);
}

/** Puts a table in the place of the one of its name; returns that one. */
export function putTable({ tables }: RulesetState, table: TableState): TableState | undefined {
  const at = tables.findIndex(({ name }) => name.text === table.name.text);
  const before = tables[at];
  if (before === table) return undefined;
  if (before !== undefined) tables.splice(at, 1);
  tables.push(table);
  return before;
}

export function rulesetNode({ family, familyFrom, form, backend, tables, replaced }: RulesetState, source: Source): RulesetNode {
  return { family, familyFrom, form, backend, source, tables: tables.map(tableNode), ...(replaced !== undefined && { replaced }) };
}

/** The table without what only its reader needs. */
export function tableNode({ name, chains, isPart }: TableNode): TableNode {
  return { name, chains, ...(isPart && { isPart }) };
}
