/** ipv6header - which headers an IPv6 packet has: exactly these, or with `--soft` at least these.
 *  man    iptables-extensions(8), ipv6header
 *  kernel net/ipv6/netfilter/ip6t_ipv6header.c ipv6header_mt6()
 *  fact   with `--soft`, `!` asks that none of them is there */
import { and, equals, inSet, type MatchExpr, NEVER, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension } from '../contract/extension.ts';
import { NEXT_HEADER } from '../contract/headerExpr.ts';
import { listedNot } from '../contract/listing.ts';

/** Headers before which more may stand, and which our packets do not describe. */
const OPAQUE = [NEXT_HEADER.hop, NEXT_HEADER.route, NEXT_HEADER.fragment, NEXT_HEADER.auth, NEXT_HEADER.options];

/** What a packet has of each header by its protocol and offset, where it has no other extension header. */
const HEADERS: Readonly<Record<string, MatchExpr>> = {
  'ipv6-frag': inSet('fragOffset', [{ lo: 1, hi: 0x1fff }]),
  esp: equals('proto', NEXT_HEADER.esp),
  'ipv6-nonxt': equals('proto', NEXT_HEADER.none),
  protocol: not(or(equals('proto', NEXT_HEADER.esp), equals('proto', NEXT_HEADER.none))),
};
const NAMES = ['hop-by-hop', 'ipv6-opts', 'ipv6-route', 'ipv6-frag', 'ah', 'esp', 'ipv6-nonxt', 'protocol'];

/** From the highest bit on. */
const LISTED_HEADERS = ['hop-by-hop', 'ipv6-opts', 'ipv6-route', 'ipv6-frag', 'ah', 'esp', 'ipv6-nonxt', 'protocol'];

function listedHeaders(bits: number): string {
  return LISTED_HEADERS.filter((_, at) => ((bits >> (7 - at)) & 1) === 1).join(',');
}

export const ipv6header = matchExtension({
  name: 'ipv6header',
  families: [6],
  claim: { modelled: 'partly', why: 'packets without extension headers are, and later fragments' },
  options: { '--header': { value: ['ipv6Headers'], invertible: true, required: true }, '--soft': { value: [] } },
  listing: {
    opens: {
      pattern: /ipv6header flags:(!)?(?:0x([\dA-F]+)|(\S+))/,
      words: (not = '', bits = '', names = '') => [...listedNot(not), '--header', names || listedHeaders(Number.parseInt(bits, 16))],
    },
    pieces: [{ pattern: /soft/, words: () => ['--soft'] }],
  },
  lower: (given) => {
    const asked = given['--header'];
    if (asked === undefined) return [];
    const opaque = or(...OPAQUE.map((header) => equals('proto', header)));
    const has = (name: string): MatchExpr => HEADERS[name] ?? NEVER;
    const [names] = asked.values;
    const soft = given['--soft'] !== undefined;
    const parts = soft
      ? [...names].map((name) => (asked.inverted ? not(has(name)) : has(name)))
      : NAMES.map((name) => (names.has(name) ? has(name) : not(has(name))));
    const holds = asked.inverted && !soft ? not(and(...parts)) : and(...parts);
    return [{ option: '--header', expr: or(and(opaque, unmodelled('the extension headers of a packet')), and(not(opaque), holds)) }];
  },
});
