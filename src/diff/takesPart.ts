/** Rules without which a packet that is shown as changed would end otherwise: not only the one that decides, but each that leads there, such as
 *  one whose mark another reads. What they change for later packets has been told with it. A jump to rules that all changed does what they do. */
import type { Journey } from '../connection/journey.ts';
import { without } from '../prove/deadRules/deadRulesRedundant.ts';
import { chainsCalled, mayChangePackets } from '../ruleset/chainsCalled.ts';
import type { Rule, Ruleset, Table } from '../ruleset/ruleset.ts';
import { type ChangedClass, journeyOfSide, type UnclearClass } from './classes.ts';
import { observed } from './divergence.ts';
import type { DiffQuestion, Sides } from './question.ts';

type Side = keyof Sides<unknown>;

export interface ToldChanges {
  readonly changes: readonly ChangedClass[];
  /** the rules that changed */
  readonly aligned: Sides<ReadonlySet<Rule>>;
}

/** Classes without such rules; one that has no other rules is told. */
export function withoutTold(
  question: DiffQuestion,
  unclear: readonly UnclearClass[],
  { changes, aligned }: ToldChanges,
): readonly UnclearClass[] {
  return unclear.flatMap((one): readonly UnclearClass[] => {
    const untold = (side: Side) =>
      one.rules[side].filter(
        (rule) =>
          !onlyLeads(question[side].tables.get(rule.table), { rule, changed: aligned[side] }) &&
          !changes.some((change) => takesPart(question, { change, side, rule })),
      );
    const rules = { base: untold('base'), head: untold('head') };
    return rules.base.length + rules.head.length === 0 ? [] : [{ ...one, rules }];
  });
}

interface Asked {
  readonly change: ChangedClass;
  readonly side: Side;
  readonly rule: Rule;
}

/** To rules that are asked themselves. */
function onlyLeads(table: Table | undefined, { rule, changed }: { readonly rule: Rule; readonly changed: ReadonlySet<Rule> }): boolean {
  if (table === undefined || mayChangePackets(rule, table)) return false;
  const called = chainsCalled(rule, table);
  return called.length > 0 && called.every((name) => table.chains.get(name)?.rules.every((one) => changed.has(one)) === true);
}

function takesPart(question: DiffQuestion, { change, side, rule }: Asked): boolean {
  if (!isMet(change[side].journey, rule)) return false;
  const asked = { packet: change.example, upTo: 'whole' } as const;
  const rest = { ...question, [side]: rulesetWithout(question[side], rule) };
  return observed(journeyOfSide(question, side, asked)) !== observed(journeyOfSide(rest, side, asked));
}

function isMet({ paths }: Journey, rule: Rule): boolean {
  return paths.some(({ legs }) =>
    legs.some(({ walk, connection }) => {
      const later = (connection?.ways ?? []).flatMap(({ parts }) => parts.map((part) => part.walk));
      return [walk, ...later].some(({ steps }) => steps.some((step) => step.kind === 'rule' && step.rule === rule));
    }),
  );
}

function rulesetWithout(ruleset: Ruleset, rule: Rule): Ruleset {
  const table = ruleset.tables.get(rule.table);
  return table === undefined ? ruleset : { ...ruleset, tables: new Map([...ruleset.tables, [table.name, without(table, rule)]]) };
}
