/** Which method suits a table, by measurement: dispatch on exact addresses makes small diagrams, long lists of ranges large ones. */
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Table } from '../../ruleset/ruleset.ts';

const LONG_CHAIN = 200;
/** Chains where more rules than this test a network, not one address, are for boxes. */
const MANY_RANGES = 0.5;

export function isHardForDiagrams(table: Table): boolean {
  return [...table.chains.values()].some(({ rules }) => {
    if (rules.length < LONG_CHAIN) return false;
    const ranges = rules.filter(({ match }) => testsRange(match)).length;
    return ranges > MANY_RANGES * rules.length;
  });
}

/** Matches on addresses, and on no single one. */
function testsRange(match: MatchExpr): boolean {
  const parts = match.kind === 'and' ? match.of : [match];
  const addresses = parts.flatMap((part) => (part.kind === 'in' && (part.field === 'src' || part.field === 'dst') ? [part] : []));
  const negated = parts.some((part) => part.kind === 'not');
  return negated || (addresses.length > 0 && !addresses.some(({ intervals }) => intervals.every(({ lo, hi }) => lo === hi)));
}
