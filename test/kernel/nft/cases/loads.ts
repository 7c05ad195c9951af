/** What nft and the kernel load, and what they refuse: 1.0.6, as one transaction. */
import { base, chain, inet, table } from './nftCase.ts';

export interface LoadCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly nft: string;
  readonly loads: boolean;
  /** nft 1.0.6 refuses it, later versions do not, and neither does chainwalk */
  readonly later?: true;
}

const accepted = (name: string, nft: string): LoadCase => ({ name, nft, loads: true });
const later = (name: string, nft: string): LoadCase => ({ name, nft, loads: false, later: true });
const refused = (name: string, nft: string): LoadCase => ({ name, nft, loads: false });
const jumps = (count: number): string =>
  inet(
    ...Array.from({ length: count }, (_, at) => chain(`c${at}`)),
    ...Array.from({ length: count }, (_, at) => chain(`c${at}`, ...(at + 1 < count ? [`jump c${at + 1}`] : ['accept']))),
    base('i', 'filter input 0', 'jump c0'),
  );
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

export const LOAD_CASES: readonly LoadCase[] = [
  ...[
    ['of one field', 'inet_service', '80-90', accepted],
    ['of several fields', 'inet_service . inet_service', '5 . 80-90', refused],
  ].map(([what, type, element, said]) =>
    (said as typeof accepted)(
      `an interval ${what} that is created twice in a set with auto-merge`,
      `${inet(`set s { type ${type}; flags interval; auto-merge; }`)}add element inet t s { ${element} }\ncreate element inet t s { ${element} }\n`,
    ),
  ),
  refused(
    'an element that is added again with a counter, in a set without',
    `${inet('set s { type inet_service; }')}add element inet t s { 80, 80 counter }\n`,
  ),
  accepted('a helper whose kind is written on two lines', `${inet()}create ct \\\n  helper inet t ftp { type "ftp" protocol tcp; }\n`),
  refused('a nat chain at -200', inet(base('n', 'nat prerouting -200', 'accept'))),
  accepted('a nat chain at -199', inet(base('n', 'nat prerouting -199', 'accept'))),
  refused('a nat chain at forward', inet(base('n', 'nat forward 0', 'accept'))),
  refused('a chain of type route at input', inet(base('r', 'route input 0', 'accept'))),
  ...HOOKS.map((hook) => (hook === 'postrouting' ? refused : accepted)(`reject at ${hook}`, inet(base('f', `filter ${hook} 0`, 'reject')))),
  ...HOOKS.map((hook) =>
    (hook === 'prerouting' ? accepted : refused)(`tproxy at ${hook}`, inet(base('f', `filter ${hook} 0`, 'meta l4proto tcp tproxy to :1'))),
  ),
  ...['snat ip to 10.0.0.1', 'masquerade', 'dnat ip to 10.0.0.1', 'redirect'].flatMap((statement) =>
    ['prerouting', 'input', 'output', 'postrouting'].map((hook) => {
      const loads = { snat: ['input', 'postrouting'], masquerade: ['postrouting'] }[statement.split(' ')[0] ?? ''] ?? [
        'prerouting',
        'output',
      ];
      return (loads.includes(hook) ? accepted : refused)(`${statement} at ${hook}`, inet(base('n', `nat ${hook} 0`, statement)));
    }),
  ),
  refused('a statement of nat in a chain of type filter', inet(base('f', 'filter output 0', 'redirect'))),
  refused('a port of nat without a match of a protocol with ports', inet(base('n', 'nat output 0', 'redirect to :1'))),
  accepted('a port of nat after th', inet(base('n', 'nat output 0', 'meta l4proto { tcp, udp } redirect to :1'))),
  refused('an address of nat without its family in inet', inet(base('n', 'nat output 0', 'dnat to @nothing'))),
  accepted('15 nested jumps', jumps(15)),
  refused('16 nested jumps', jumps(16)),
  refused('jumps in a circle', inet(chain('a'), chain('b', 'jump a'), chain('a', 'jump b'), base('i', 'filter input 0', 'jump a'))),
  accepted('jumps in a circle that no base chain reaches', inet(chain('a'), chain('b', 'jump a'), chain('a', 'jump b'))),
  refused('a jump to a chain that is not there', inet(base('i', 'filter input 0', 'jump nowhere'))),
  refused('a jump to a chain of another table', table('ip x', chain('u')) + inet(base('i', 'filter input 0', 'jump u'))),
  refused('a jump to a base chain', inet(base('i', 'filter input 0'), base('j', 'filter input 1', 'jump i'))),
  refused('a statement after a verdict that ends', inet(base('i', 'filter input 0', 'accept counter'))),
  refused('a match after a jump', inet(chain('u'), base('i', 'filter input 0', 'jump u tcp dport 80'))),
  refused('a set that is not there', inet(base('i', 'filter input 0', 'ip saddr @nothing accept'))),
  refused('a set of another type', inet('set s { type inet_service; }', base('i', 'filter input 0', 'ip saddr @s accept'))),
  refused('ranges that overlap', inet('set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 10.1.0.0/16 } }')),
  accepted(
    'ranges that overlap, merged',
    inet('set s { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 10.1.0.0/16 } }'),
  ),
  refused('ranges in a set that is not of intervals', inet('set s { type ipv4_addr; elements = { 10.0.0.0/8 } }')),
  accepted('a name with a star beside a name', inet(base('i', 'filter input 0', 'iifname { "lo", "eth*" } accept'))),
  refused('two protocols in one rule', inet(base('i', 'filter input 0', 'tcp dport 80 udp dport 80 accept'))),
  refused('two families in one rule', inet(base('i', 'filter input 0', 'ip saddr 10.0.0.1 ip6 saddr ::1 accept'))),
  refused('ip6 in a table of family ip', table('ip t', base('i', 'filter input 0', 'ip6 saddr ::1 accept'))),
  accepted('priorities by name with an offset', inet(base('i', 'filter input filter + 10'), base('p', 'nat prerouting dstnat - 5'))),
  later('dstnat as the priority of an output hook', inet(base('o', 'nat output dstnat'))),
  later('srcnat as the priority of an input hook', inet(base('o', 'nat input srcnat'))),
  later('jump in braces within braces', inet(base('i', 'filter input 0', 'tcp dport 1 jump {\n udp dport 1 jump {\n accept\n }\n }'))),
  accepted('the owner of a packet at input', inet(base('i', 'filter input 0', 'meta skuid 0 accept'))),
  accepted('oifname at prerouting', inet(base('p', 'filter prerouting 0', 'oifname "eth0" accept'))),
  ...HOOKS.map((hook) => accepted(`notrack at ${hook}`, inet(base('f', `filter ${hook} 0`, 'notrack')))),
  accepted('osf in a table of ip6, in a chain to which no hook leads', table('ip6 t', chain('u', 'osf name "Linux"'))),
  refused(
    'osf in a table of ip6, in a chain to which a hook leads',
    table('ip6 t', chain('u', 'osf name "Linux"'), base('i', 'filter input 0', 'jump u')),
  ),
  refused('a limit that is never kept, of which no rule makes use', inet('limit l { rate 0/second; }')),
  refused('a quota of which more is used than it has', inet('quota q { over 5 bytes used 9 bytes; }')),
  refused('a map of verdicts for a mark', inet(base('i', 'filter input 0', 'meta mark set tcp dport map { 80 : accept }'))),
  refused('a mark that is too large', inet(base('i', 'filter input 0', 'meta mark set 0x100000000'))),
  refused('the policy return', inet(base('i', 'filter input 0', 'policy return;'))),
];
