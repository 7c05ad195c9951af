/** Rules that remember, and packets of connections that are there already: those that update a stateful match on one side alone. Each table
 *  by itself is asked about packets in any such state, whatever they look like; what `compareMemory` asks of first packets is asked of them. */
import { type Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import type { Rule, Table } from '../ruleset/ruleset.ts';
import { baseIn, isBeforeLookup, tableNames } from '../ruleset/stages.ts';
import { inOwnSpace, type Space } from '../symbolic/space/space.ts';
import { anyStates } from '../symbolic/walk/anyState.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { walkAlone } from '../symbolic/walk/usedRules.ts';
import type { Alignment } from './align.ts';
import type { UnclearClass } from './classes.ts';
import { basesOfBoth, both, LATER } from './laterPackets.ts';
import type { DiffQuestion, Sides } from './question.ts';
import { type AskedRules, compareMemory, memoryOf } from './stateful.ts';

type Question = DiffQuestion & { readonly budget: Budget };

/** `shown`: rules by which something is treated differently, or first packets remembered. */
export function laterMemory(question: Question, aligned: Alignment, shown: ReadonlySet<Rule>): readonly UnclearClass[] {
  const { base, head, host, budget } = question;
  return tableNames([base, head]).flatMap((name): readonly UnclearClass[] => {
    const changed = [...aligned.base, ...aligned.head].some((rule) => rule.table === name && !shown.has(rule));
    if (!changed) return [];
    const empty: Table = { name, chains: new Map() };
    const tables = { base: base.tables.get(name) ?? empty, head: head.tables.get(name) ?? empty };
    try {
      const rules = inOwnSpace(base.family, { host, budget }, (space) => remembering(space, tables));
      return rules.base.length + rules.head.length === 0 ? [] : [{ level: 'error', packets: PACKETS, reason: REASON, rules }];
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      return [{ level: 'error', packets: PACKETS, reason: budgetReason(error), rules: { base: [], head: [] } }];
    }
  });
}

const PACKETS = 'packets of connections that are there already: answers, data, closing, and errors about them';
const REASON = 'they update stateful matches differently, so what follows them may be treated differently';

/** Rules that other packets of connections meet than on the other side, or in another order. */
function remembering(space: Space, tables: Sides<Table>): Sides<readonly Rule[]> {
  const classesAt = anyStates(space, both(tables));
  // before the lookup a packet has no connection yet: whether it is remembered there is the same for a first one
  const changes = basesOfBoth(tables)
    .filter((chain) => !isBeforeLookup(chain))
    .flatMap((at) => {
      const { hook } = at.base;
      const start = classesAt(hook)[1];
      if (start === undefined) return [];
      const later = { ...start, set: space.manager.and(start.set, encode(space, start.env, LATER).may) };
      const walked = (table: Table): AskedRules | undefined => {
        const memory = memoryOf(space, { tables: new Map([[table.name, table]]) });
        if (memory !== undefined)
          walkAlone(
            { space, table, base: baseIn(table, at), visit: (rule, reaching, matching) => memory.visit(rule, hook, reaching, matching) },
            [later],
          );
        return memory;
      };
      return compareMemory(space, { base: walked(tables.base), head: walked(tables.head) });
    });
  const of = (side: 'base' | 'head') => [...new Set(changes.flatMap(({ rules }) => rules[side]))];
  return { base: of('base'), head: of('head') };
}
