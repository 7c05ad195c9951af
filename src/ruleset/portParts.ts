/** Where a port out of a range makes a difference: the kernel may pick any, so each part that some rule or listener tells apart is one way. */
import type { PortRange } from '../netfilter/effect.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Ruleset } from './ruleset.ts';

const PORT_FIELDS: ReadonlySet<Field> = new Set<Field>(['sport', 'dport', 'ctorigsport', 'ctorigdport', 'ctreplsport', 'ctrepldport']);
/** More parts are not told apart: the first ones stand for the rest. */
const MAX_PARTS = 16;

/** The lowest port of each part of `range`; `special` are ports that matter beside the rules' own. */
export function portParts(ruleset: Ruleset, range: PortRange, special: readonly number[]): readonly number[] {
  const starts = new Set([range.lo, ...boundaries(ruleset), ...special.flatMap((port) => [port, port + 1])]);
  return [...starts]
    .filter((port) => range.lo <= port && port <= range.hi)
    .sort((a, b) => a - b)
    .slice(0, MAX_PARTS);
}

const KNOWN = new WeakMap<Ruleset, ReadonlySet<number>>();

/** First ports of the intervals that rules ask about, and first ports after them. */
function boundaries(ruleset: Ruleset): ReadonlySet<number> {
  const known = KNOWN.get(ruleset);
  if (known !== undefined) return known;
  const found = new Set<number>();
  for (const { chains } of ruleset.tables.values()) {
    for (const { rules } of chains.values()) {
      for (const { match, effect } of rules) {
        collect(match, found);
        if (effect.kind === 'nat' && effect.ports !== undefined) for (const port of [effect.ports.lo, effect.ports.hi + 1]) found.add(port);
      }
    }
  }
  KNOWN.set(ruleset, found);
  return found;
}

function collect(expr: MatchExpr, found: Set<number>): void {
  if (expr.kind === 'and' || expr.kind === 'or') for (const part of expr.of) collect(part, found);
  else if (expr.kind === 'not') collect(expr.of, found);
  else if (expr.kind === 'in' && PORT_FIELDS.has(expr.field)) {
    for (const { lo, hi } of expr.intervals) {
      found.add(lo as number);
      found.add((hi as number) + 1);
    }
  }
}
