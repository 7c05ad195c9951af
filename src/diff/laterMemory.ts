/** Rules that remember, and packets of connections that are there already: those that update a stateful match on one side alone. Each table
 *  by itself is asked about packets in any such state, whatever they look like; what `compareMemory` asks of first packets is asked of them. */
import { type Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import type { Rule, Table } from '../ruleset/ruleset.ts';
import { isBeforeLookup } from '../ruleset/stages.ts';
import { inOwnSpace, type Space } from '../symbolic/space/space.ts';
import { anyStates } from '../symbolic/walk/anyState.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { walkAlone } from '../symbolic/walk/usedRules.ts';
import type { Alignment } from './align.ts';
import type { UnclearClass } from './classes.ts';
import { facingBases, facingTables } from './facingTables.ts';
import { both, LATER } from './laterPackets.ts';
import type { DiffQuestion, Sides } from './question.ts';
import { type AskedRules, compareMemory, memoryOf } from './stateful.ts';

type Question = DiffQuestion & { readonly budget: Budget };

/** `shown`: rules by which something is treated differently, or first packets remembered. */
export function laterMemory(question: Question, aligned: Alignment, shown: ReadonlySet<Rule>): readonly UnclearClass[] {
  const { base, head, host, budget } = question;
  return facingTables({ base, head }).flatMap((tables): readonly UnclearClass[] => {
    const isChanged = (side: 'base' | 'head') => [...aligned[side]].some((rule) => rule.table === tables[side].name && !shown.has(rule));
    if (!isChanged('base') && !isChanged('head')) return [];
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
  const changes = facingBases(tables).flatMap((facing) => {
    const at = facing.base ?? facing.head;
    if (at === undefined || isBeforeLookup(at)) return [];
    const { hook } = at.base;
    const start = classesAt(hook)[1];
    if (start === undefined) return [];
    const later = { ...start, set: space.manager.and(start.set, encode(space, start.env, LATER).may) };
    const walked = (side: 'base' | 'head'): AskedRules | undefined => {
      const table = tables[side];
      const memory = memoryOf(space, { tables: new Map([[table.name, table]]) });
      if (memory !== undefined)
        walkAlone({ space, table, base: facing[side], visit: (rule, reaching, matching) => memory.visit(rule, hook, reaching, matching) }, [
          later,
        ]);
      return memory;
    };
    return compareMemory(space, { base: walked('base'), head: walked('head') });
  });
  const of = (side: 'base' | 'head') => [...new Set(changes.flatMap(({ rules }) => rules[side]))];
  return { base: of('base'), head: of('head') };
}
