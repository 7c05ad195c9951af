/** IPv6 extension headers: our packets have none, but for a fragment header in later fragments.
 *  A packet whose protocol is itself the number of such a header is not looked into. */
import { and, equals, type MatchExpr, unmodelled } from '../../netfilter/matchExpr.ts';

/** Numbers of extension headers. source: RFC 8200, section 4.1 */
export const NEXT_HEADER = { hop: 0, route: 43, fragment: 44, esp: 50, auth: 51, none: 59, options: 60 } as const;

/** False of packets without this header; what stands in the header is not part of our packets. */
export function inHeader(header: number, what: string): MatchExpr {
  return and(equals('proto', header), unmodelled(what));
}
