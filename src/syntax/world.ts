/** What the dumps and commands of a text have made so far: at most one ruleset of a family, however the text is put together. */
import type { Family } from '../packet/address.ts';
import type { RulesetNode, TableNode } from './ast.ts';
import type { Source } from './source.ts';
import type { TableState } from './tableState.ts';

/** Mutable while a text is read; handed out as a RulesetNode. */
export interface RulesetState {
  readonly family: Family;
  readonly familyFrom: RulesetNode['familyFrom'];
  form: RulesetNode['form'];
  readonly tables: TableState[];
}

export interface World {
  readonly rulesets: RulesetState[];
}

export function newWorld(): World {
  return { rulesets: [] };
}

/** The ruleset of this family, made when there is none yet. */
export function rulesetFor(world: World, made: Omit<RulesetState, 'tables'>): RulesetState {
  const known = world.rulesets.find(({ family }) => family === made.family);
  if (known === undefined) {
    const state = { ...made, tables: [] };
    world.rulesets.push(state);
    return state;
  }
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

export function rulesetNode({ family, familyFrom, form, tables }: RulesetState, source: Source): RulesetNode {
  return { family, familyFrom, form, source, tables: tables.map(tableNode) };
}

/** The table without what only its reader needs. */
export function tableNode({ name, chains }: TableNode): TableNode {
  return { name, chains };
}
