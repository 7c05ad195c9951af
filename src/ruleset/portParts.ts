/** Where a port out of a range makes a difference: the kernel may pick any, so each part that some later rule or listener tells apart is one way. */
import type { PortRange } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Ruleset } from './ruleset.ts';

export interface PickedPort {
  readonly range: PortRange;
  readonly manip: 'src' | 'dst';
  readonly hook: HookName;
  readonly oif: string | undefined;
  /** ports of listeners */
  readonly listeners: readonly number[];
}

/** Answers for one hook of one host. */
export type PartsOf = (picked: Pick<PickedPort, 'range' | 'manip' | 'oif'>) => readonly number[];

/** More parts are not told apart: the first ones stand for the rest. */
const MAX_PARTS = 16;

/** The lowest port of each part of the range. */
export function portParts(ruleset: Ruleset, { range, manip, hook, oif, listeners }: PickedPort): readonly number[] {
  // after its source is rewritten a packet meets rules again only when it comes back over lo
  if (manip === 'src' && (hook !== 'POSTROUTING' || oif !== 'lo')) return [range.lo];
  const special = manip === 'dst' ? listeners.flatMap((port) => [port, port + 1]) : [];
  return [...new Set([range.lo, ...boundaries(ruleset)[manip], ...special])]
    .filter((port) => range.lo <= port && port <= range.hi)
    .sort((a, b) => a - b)
    .slice(0, MAX_PARTS);
}

const ASKED: Readonly<Record<'src' | 'dst', ReadonlySet<Field>>> = {
  src: new Set<Field>(['sport', 'ctrepldport']),
  dst: new Set<Field>(['dport', 'ctreplsport']),
};

type Boundaries = Readonly<Record<'src' | 'dst', ReadonlySet<number>>>;
const KNOWN = new WeakMap<Ruleset, Boundaries>();

/** First ports of the intervals that rules ask about, and first ports after them. */
function boundaries(ruleset: Ruleset): Boundaries {
  const known = KNOWN.get(ruleset);
  if (known !== undefined) return known;
  const found = { src: new Set<number>(), dst: new Set<number>() };
  for (const { chains } of ruleset.tables.values()) {
    for (const { rules } of chains.values()) {
      for (const { match } of rules) collect(match, found);
    }
  }
  KNOWN.set(ruleset, found);
  return found;
}

function collect(expr: MatchExpr, found: { readonly src: Set<number>; readonly dst: Set<number> }): void {
  if (expr.kind === 'and' || expr.kind === 'or') for (const part of expr.of) collect(part, found);
  else if (expr.kind === 'not') collect(expr.of, found);
  else if (expr.kind === 'in') {
    for (const manip of ['src', 'dst'] as const) {
      if (!ASKED[manip].has(expr.field)) continue;
      for (const { lo, hi } of expr.intervals) found[manip].add(lo as number).add((hi as number) + 1);
    }
  }
}
