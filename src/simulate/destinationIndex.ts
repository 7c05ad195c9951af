/** Long chains that dispatch on one destination each (kube-proxy's KUBE-SERVICES) are not walked rule by rule. */
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Address } from '../packet/address.ts';
import type { Rule } from '../ruleset/ruleset.ts';

/** Shorter chains are walked faster than looked up. */
const WORTH_IT = 32;

interface Placed {
  readonly rule: Rule;
}

/** For a destination, the rules whose own destination it is and those that name none or several, in the order of the chain. */
export function indexByDestination<R extends Placed>(rules: readonly R[]): (dst: Address) => readonly R[] {
  if (rules.length < WORTH_IT) return () => rules;
  const exact = new Map<Address, R[]>();
  const others: R[] = [];
  for (const rule of rules) {
    const dst = onlyDestination(rule.rule.match);
    if (dst === undefined) others.push(rule);
    else {
      const known = exact.get(dst);
      if (known === undefined) exact.set(dst, [rule]);
      else known.push(rule);
    }
  }
  return (dst) => inOrder(exact.get(dst) ?? [], others);
}

/** The one address that the packet must go to. */
function onlyDestination(expr: MatchExpr): Address | undefined {
  if (expr.kind === 'and') {
    for (const part of expr.of) {
      const dst = onlyDestination(part);
      if (dst !== undefined) return dst;
    }
    return undefined;
  }
  if (expr.kind !== 'in' || expr.field !== 'dst') return undefined;
  const [only, more] = expr.intervals;
  return only !== undefined && more === undefined && only.lo === only.hi ? (only.lo as Address) : undefined;
}

function inOrder<R extends Placed>(a: readonly R[], b: readonly R[]): readonly R[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return [...a, ...b].sort((x, y) => x.rule.number - y.rule.number);
}
