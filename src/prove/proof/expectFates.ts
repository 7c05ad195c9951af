/** Checks a claim of the form: packets of this scope end so. */

import { outcomesOf } from '../../connection/outcomesOf.ts';
import { EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Doubtful, FateScope, Judgement, Violation } from './claim.ts';
import type { ProofContext } from './context.ts';
import { packetsWhere } from './context.ts';
import { doubtAbout } from './doubts.ts';
import { endsWithin } from './endsWithin.ts';

export function expectFates(context: ProofContext, scopes: readonly FateScope[]): Judgement {
  const checked = scopes.map((scope) => expectFate(context, scope));
  return {
    violations: checked.flatMap(({ violations }) => violations),
    doubts: checked.flatMap(({ doubts }) => doubts),
    ...(checked.every(({ vacuous }) => vacuous === true) && { vacuous: true }),
  };
}

function expectFate(context: ProofContext, { dir, iif, forced, when, also = FULL, ends }: FateScope): Judgement {
  const { manager } = context.space;
  const place = iif === undefined ? {} : { iif };
  const within = manager.all([packetsWhere(context, when, place), also, context.where(place)]);
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  if (within === EMPTY) return { violations, doubts, vacuous: true };
  for (const end of endsWithin(context, { dir, ...place, ...(forced !== undefined && { forced }) }, within)) {
    // what would be discarded without any rule breaks no promise of the rules
    const excused = end.fate.kind === 'lost' ? context.lostWithoutRules(place) : EMPTY;
    const met = isOfTheHost(end) ? EMPTY : manager.minus(manager.and(end.set, within), excused);
    if (met === EMPTY) continue;
    for (const { outcome, set } of outcomesOf(context, end, met)) {
      if (ends(end, outcome)) continue;
      const doubt = doubtAbout(end, set);
      if (doubt !== undefined) doubts.push(doubt);
      else
        violations.push({
          kind: 'packets',
          set,
          dir,
          ...place,
          ...(forced === undefined ? {} : { forced }),
          outcome,
          by: end.decided,
          within,
        });
    }
  }
  return { violations, doubts };
}

/** Lost by what the host lacks, not by what a rule does: the other fragments of a packet, which is checked as a whole; or an address
 *  of the interface that a packet could be redirected to. */
function isOfTheHost({ fate }: FateClass): boolean {
  return fate.kind === 'lost' && (fate.reason === 'awaiting-fragments' || fate.reason === 'no-address');
}
