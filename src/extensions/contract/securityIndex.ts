/** What -m ah, -m esp and -m ipcomp share: a range of a number in the header. */
import { ALWAYS, equals, type MatchExpr, unmodelled } from '../../netfilter/matchExpr.ts';
import { U32 } from '../shapes/number.ts';
import type { OpenRange } from '../shapes/range.ts';
import type { Conjunct, GivenOption } from './extension.ts';

type IndexOption = GivenOption<readonly [OpenRange]> | undefined;

/** The header is there: later fragments have none. */
export const WHOLE_HEADER: MatchExpr = equals('fragOffset', 0);

export function namesAllIndices(option: NonNullable<IndexOption>): boolean {
  const [{ lo, hi }] = option.values;
  return lo === 0 && hi === U32;
}

/** Every number is in the range of all; of any other range only the packet's header knows. */
export function indexConjuncts(option: IndexOption, what: string): readonly Conjunct[] {
  if (option === undefined) return [];
  const expr = namesAllIndices(option) ? ALWAYS : unmodelled(what);
  return [{ option: option.name, expr: option.inverted ? { kind: 'not', of: expr } : expr }];
}

/** iptables-save leaves out the range of all, and with it a `!`. */
export function saveIndices(option: IndexOption, print: (range: OpenRange) => string): readonly string[] {
  if (option === undefined || namesAllIndices(option)) return [];
  return [...(option.inverted ? ['!'] : []), option.name, print(option.values[0])];
}
