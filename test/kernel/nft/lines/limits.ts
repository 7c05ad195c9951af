/** What may differ, by name. */
export interface NftLimit {
  readonly id: string;
  readonly holds: (difference: Difference) => boolean;
}

interface Difference {
  readonly text: string;
  readonly ours: string;
  readonly theirs: string;
  /** where it refuses: words of the text, of which one is what it is about */
  readonly marked: readonly string[];
}

/** Elements in the order of their texts. */
const sorted = (text: string): string =>
  text.replaceAll(/\{([^{}]*)\}/g, (_, inner: string) => `{ ${inner.trim().split(', ').toSorted().join(', ')} }`);

const nameless = (text: string): string => sorted(text.replaceAll('"net1"', '2').replaceAll('"eth0"', '3'));

/** Interfaces of sets in any order. */
const interfacesSorted = (text: string): string =>
  text.replaceAll(/\b[io]if(?: \. [^{}]*)? (?:!= )?(?:v?map )?\{[^{}]*\}/g, (set) => sorted(set));

const INTEGERS =
  'meta length|(?:ip|ip6|udp) length|ip ttl|ip6 hoplimit|ip id|ip hdrlength|(?:esp|ah) spi|meta (?:cpu|cgroup|random)|ct (?:original |reply )?(?:zone|id|bytes|packets|avgpkt)|tcp (?:sequence|ackseq)|socket (?:transparent|wildcard)|(?:numgen|symhash|jhash) [^.{]*';

/** Sets of tuples that have a plain number among their parts: their elements are left out. */
const withoutTuplesOfNumbers = (text: string): string =>
  text.replaceAll(new RegExp(`((?:\\. (?:${INTEGERS})|(?:${INTEGERS}) \\.)[^{}]*)\\{[^{}]*\\}`, 'g'), '$1{ }');

/** Beside sets of interfaces, which differ in their order alone. */
const withoutTuples = (text: string): string => interfacesSorted(withoutTuplesOfNumbers(text));

const withoutAccounts = (text: string): string => text.replaceAll(/(meta sk[ug]id (?:[!<>=]+ )?)(?:\{[^{}]*\}|"?[\w-]+"?)/g, '$1x');

/** The word of which it says that it is no value stands within a set or an operation. */
function isWordWithin(text: string, ours: string): boolean {
  const words = [...ours.matchAll(/`"?([\w-]+)"?` (?:is a (?:protocol|type of ICMP), not a value|says whether something is there)/g)];
  return words.length > 0 && words.every(([, word]) => new RegExp(`(?:[{,.:&|^-] ?|\\b(?:and|x?or) )"?${word}\\b`).test(text));
}

const NAMED_ACCOUNT = /meta sk[ug]id (?:[!<>=]+ )?(?:\{[^{}]*[a-z]|"?[a-z])/i;

const BITS_OF_NAME = /((?:[io]ifname|osf (?:name|version)|meta [io]ifkind) (?:!= )?)(?:[\w.:]+\/\d+|(?:v?map )?\{[^{}]*[\w.:]\/\d[^{}]*\})/;
const ADDRESS_OF_LINK = /ether [sd]addr (set )?(?:(?:v?map )?\{[^{}]*\}|[\da-f:]{17})/g;
const BITS_OF_LINK = /(?:vlan pcp \d vlan dei \d vlan id \d+ vlan type \S+ )?@ll,\d+,\d+ (set )?(?:(?:v?map )?\{[^{}]*\}|0x[\da-f]+)/g;

const TUPLES_OF_NAMES = /((?:\. [io]ifname|[io]ifname \.)[^{}]*)\{[^{}]*\}/g;
const BITS_IN_TUPLE = /(?:\. [io]ifname|[io]ifname \.)[^{}]*\{[^{}]*[\w.:]\/\d/;

const withoutNames = (text: string): string =>
  text
    .replace(BITS_OF_NAME, '$1x')
    .replaceAll(TUPLES_OF_NAMES, '$1x')
    .replaceAll(/((?:[io]ifname|osf (?:name|version)|meta [io]ifkind) (?:!= )?)(?:"[^"]*"|(?:v?map )?\{[^{}]*\})/g, '$1x');

const NAMELESS_PREFIX = /\bct (?:original|reply) [sd]addr (?:!= )?(?:\{ ?)?[\da-f.:]+\/\d+/;

const withoutPrefix = (text: string): string =>
  text.replaceAll(/(ct (?:original|reply) ip6? [sd]addr (?:!= )?)[\da-f.:]+(?:\/\d+)?/g, '$1x');

const FEW_BITS = /\b(?:ip6? (?:dscp|ecn|version)|tcp (?:doff|reserved)|dccp type|vlan pcp) (?=v?map)/g;
const OF_FEW_BITS =
  /(?:meta (?:nfproto|l4proto) \w+ |ether type 8021q )?((?:meta|ct) mark set )?\(@(?:nh|th|ll),\d+,\d+ & 0x[\da-f]+\) >> \d+ (?=v?map)/g;

/** As both list it but for fields of a few bits as keys. */
const withoutFewBits = (text: string): string =>
  sorted(withoutTuplesOfNumbers(text).replaceAll(FEW_BITS, 'x').replaceAll(OF_FEW_BITS, '$1x'));

const INVALID = /(0x[\da-f]+) \[invalid type\]/g;

/** What nft says of a name, and what may be one. */
const TYPE_BEFORE_OPTION = /\bicmp(?:v6)? type (?!echo-)[\w-]+ (?=tcp option )/g;

const UNKNOWN_NAMES: readonly (readonly [RegExp, RegExp])[] = [
  [/Could not resolve (?:hostname|service)/, /^"?[a-z][\w./-]*"?$/i],
  [/Could not parse (?:devgroup name|routing realm)|could not parse conntrack label/, /^"?[a-z][\w./-]*"?$/i],
  [/(?:User|Group) does not exist/, /^"?[a-z_][\w./-]*"?$/i],
  [/Interface does not exist/, /^"?(?!(?:lo|eth0|net1)"?$)[^\s"/:]{1,15}"?$/],
  [/cgroupv2 path fails/, /^(?:"[^"]*"|[^"\s]+)$/],
];

/** Fields of a few bits that are numbers, or lie in two bytes. */
const MOVED_BITS = /((?:ip6? version|ip6 dscp|vlan pcp|tcp doff) >> \d|\(@[nlt]h,\d+,(?:8|16) & 0x[\da-f]+\) >> [46])([^{}]*)\{[^{}]*\}/g;

const withoutMovedBits = (text: string): string => text.replaceAll(MOVED_BITS, '$1$2{ }');

export const NFT_LIMITS: readonly NftLimit[] = [
  {
    // comp nexthdr tcp; of a protocol whose header nft knows
    id: 'nft 1.0.6 crashes where a rule asks what follows a header of AH or IPComp',
    holds: ({ ours, theirs }) => theirs === 'refused: nft crashed' && /\b(?:ah|comp) nexthdr (?:\{|[\w-]+(?: |\n|$))/.test(ours),
  },
  {
    // ip ecn vmap { 1 : accept, * : drop }
    id: 'nft 1.0.6 crashes where the key of a map with `*` is the last bits of a byte',
    holds: ({ ours, theirs }) =>
      theirs === 'refused: nft crashed' && /\b(?:ip ecn|ip hdrlength|ip6 flowlabel|tcp reserved) v?map \{[^{}]*\*/.test(ours),
  },
  {
    // ct state { 1-5, new }
    id: 'nft 1.0.6 crashes where a set or map has a range of flags',
    holds: ({ ours, theirs }) =>
      theirs === 'refused: nft crashed' && /\b(?:ct (?:state|status)|tcp flags) (?:!= )?(?:v?map )?\{[^{}]*0x[\da-f]+-0x/.test(ours),
  },
  {
    // tproxy to :tcp dport is listed as tproxy to
    id: 'nft 1.0.6 does not list a port of tproxy that is not constant',
    holds: ({ ours, theirs }) =>
      ours !== theirs && ours.replaceAll(/(\btproxy (?:ip6? )?to(?: [\d.]+| \[[\da-f:.]+\])?) ?:[a-z@][^"\n]*$/gm, '$1') === theirs,
  },
  {
    // snat ip6 addr . port to fd00::1 . 80; netlink_gen_expr() has no room for the address
    id: 'nft 1.0.6 crashes where NAT goes to an address of IPv6 and a port as one',
    holds: ({ text, theirs }) => theirs === 'refused: nft crashed' && /\b[sd]nat ip6 addr *\. *port to (?!.*\bmap\b)/.test(text),
  },
  {
    // meta length . tcp dport { 61-1279 . 80 } is listed as { 0 . 0 }
    id: 'nft 1.0.6 lists other numbers where a tuple of ranges has a plain number',
    holds: ({ ours, theirs }) => ours !== theirs && withoutTuples(ours) === withoutTuples(theirs),
  },
  {
    // ip6 dscp . ip6 saddr { cs1 . ::1 } is listed as ip6 dscp >> 6 . ip6 saddr { cs0 . ::1 }
    id: 'nft 1.0.6 loads other bits where a tuple has a field of a few bits that is a number or lies in two bytes',
    holds: ({ ours, theirs }) => ours !== theirs && withoutMovedBits(ours) === withoutMovedBits(theirs),
  },
  {
    // vlan id 5 ether daddr aa:bb:cc:dd:ee:ff is listed as vlan id 5 vlan pcp 5 vlan dei 0 vlan id 2747 ...
    id: 'nft 1.0.6 takes an address of Ethernet behind a VLAN for other fields',
    holds: ({ ours, theirs }) =>
      /\bvlan /.test(ours) && ours !== theirs && ours.replaceAll(ADDRESS_OF_LINK, 'x$1') === theirs.replaceAll(BITS_OF_LINK, 'x$1'),
  },
  {
    // iif { "eth0", "net1" } is listed as { "net1", "eth0" } where net1 was made first
    id: 'interfaces stand in the order of their numbers on this machine',
    holds: ({ ours, theirs }) => /\b[io]if\b[^{}]*\{/.test(theirs) && sorted(ours) === sorted(theirs),
  },
  {
    // iif < 2 is listed as iif < "net1"
    id: 'numbers of interfaces have names on this machine',
    holds: ({ ours, theirs }) => /\b[io]if\b/.test(ours) && !theirs.startsWith('refused') && nameless(ours) === nameless(theirs),
  },
  {
    // iif "net1"-1
    id: 'a range of interfaces is one of numbers of this machine',
    holds: ({ ours, theirs }) => /\b[io]if\b.*"\w+"-/.test(ours) && theirs === 'refused: Error: Range has zero or negative size',
  },
  {
    // ct status { snat | dnat, snat, dnat }
    id: 'flags with the same first bit stand in the order of a hash',
    holds: ({ ours, theirs }) => /\{[^{}]* \| /.test(theirs) && sorted(ours) === sorted(theirs),
  },
  {
    // icmpv6 type mld-listener-query tcp option maxseg missing is listed without its type, which Linux asks for
    id: 'nft 1.0.6 does not list a type of ICMP before an option of TCP',
    holds: ({ ours, theirs }) => ours !== theirs && ours.replaceAll(TYPE_BEFORE_OPTION, '') === theirs,
  },
  {
    // rt0 addr[1] ::1
    id: 'nft 1.0.6 takes one routing header for another',
    holds: ({ ours, theirs }) => ours.replaceAll('rt0 addr[', 'srh sid[') === theirs,
  },
  {
    // oifname { tcp, udp } is listed as { "", "" }; icmp code 0 & redirect is listed as icmp code net-unreachable
    id: 'nft 1.0.6 takes protocols, a type of ICMP, `exists` and `missing` for values of any type within sets and operations',
    holds: ({ text, ours }) => isWordWithin(text, ours),
  },
  {
    // iifname 10.0.0.0/33 is listed as iifname "10.0"
    id: 'nft 1.0.6 lists bits of a name as another name',
    holds: ({ ours, theirs }) => (BITS_OF_NAME.test(ours) || BITS_IN_TUPLE.test(ours)) && withoutNames(ours) === withoutNames(theirs),
  },
  {
    // vlan id 5 reject with icmpv6 no-route; meta iiftype ether reject with icmp host-unreachable
    id: 'nft 1.0.6 lists the protocol that it asks for behind a header of the link layer by its place',
    holds: ({ text, theirs }) => !text.includes('@ll') && /@ll,\d+,\d+ 0x[\da-f]*(?:800|86dd) /.test(theirs),
  },
  {
    // ct original saddr 10.0.0.0/8 is listed as ct original ip saddr 0.0.0.10
    id: 'nft 1.0.6 loads a prefix as another value where the family of a connection was not written',
    holds: ({ text, ours, theirs }) => ours !== theirs && NAMELESS_PREFIX.test(text) && withoutPrefix(ours) === withoutPrefix(theirs),
  },
  {
    // meta skuid daemon is listed as meta skuid 1
    id: 'names of users and groups have numbers on this machine',
    holds: ({ ours, theirs }) => NAMED_ACCOUNT.test(ours) && ours !== theirs && withoutAccounts(ours) === withoutAccounts(theirs),
  },
  {
    // ip dscp vmap { 0x3f : accept, * : drop } is listed as (@nh,8,8 & 0xfc) >> 2 vmap ..., which does not load again
    id: 'nft 1.0.6 lists fields of a few bits as keys of a map with ranges by their place',
    holds: ({ ours, theirs }) => ours !== theirs && theirs.includes('(@') && withoutFewBits(ours) === withoutFewBits(theirs),
  },
  {
    // meta l4proto { tcp, udp } ct original proto-src 5
    id: 'nft 1.0.6 lists the type of a port of a connection as one that is not',
    holds: ({ ours, theirs }) =>
      theirs.includes('[invalid type]') &&
      withoutTuplesOfNumbers(nameless(withoutFewBits(ours))) ===
        withoutTuplesOfNumbers(nameless(withoutFewBits(theirs.replaceAll(INVALID, (_, number: string) => String(Number(number)))))),
  },
  {
    // skuid nosuchuser
    id: 'a name that this machine does not know',
    holds: ({ theirs, marked }) => UNKNOWN_NAMES.some(([error, name]) => error.test(theirs) && marked.some((words) => name.test(words))),
  },
  {
    // queue to 5
    id: 'this kernel has no nft_queue',
    holds: ({ ours, theirs }) =>
      /\bqueue (?:flags|to) /.test(ours) && /^refused: Error: (?:No such file or directory|Could not process rule: No such)/.test(theirs),
  },
  {
    // last used never; meta broute set 1; dccp option 5 exists
    id: 'nft 1.0.6 is older than the word',
    holds: ({ ours, theirs }) =>
      /\blast\b|meta broute|dccp option/.test(ours) && /^refused: Error: (?:syntax error|No symbol type information)/.test(theirs),
  },
  {
    // type filter hook output priority dstnat
    id: 'nft 1.0.6 takes dstnat and srcnat at one hook each',
    holds: ({ text, theirs }) =>
      /hook output priority dstnat|hook input priority srcnat/.test(text) && theirs.includes('invalid priority expression value'),
  },
  {
    // xt match "comment"
    id: 'a listing of iptables-nft does not load again',
    holds: ({ ours, theirs }) => /\bxt (?:match|target) /.test(ours) && theirs.startsWith('refused: Error: '),
  },
];
