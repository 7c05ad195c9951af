/** The meaning of an expression for one packet, said in a few lines: the tests of this room must not lean on the rooms above. */
import type { MatchExpr } from '../../src/netfilter/matchExpr.ts';

type Fields = Readonly<Record<string, number | bigint | string>>;

export function evaluateExpr(expr: MatchExpr | undefined, packet: Fields): boolean | undefined {
  switch (expr?.kind) {
    case 'always':
      return true;
    case 'and':
      return expr.of.every((part) => evaluateExpr(part, packet));
    case 'or':
      return expr.of.some((part) => evaluateExpr(part, packet));
    case 'not':
      return !evaluateExpr(expr.of, packet);
    case 'present':
      return packet[expr.field] !== undefined;
    case 'in': {
      const value = packet[expr.field];
      return value !== undefined && expr.intervals.some(({ lo, hi }) => lo <= value && value <= hi);
    }
    case 'masked': {
      const value = packet[expr.field];
      return value !== undefined && (BigInt(value) & BigInt(expr.mask)) === BigInt(expr.value);
    }
    default:
      return undefined;
  }
}
