/** Values out of a closed list of words, and free text. */
import { PROTO } from '../../packet/protocol.ts';
import { parseInteger, U8 } from './number.ts';
import { malformed, notModelled, quoteWord, type Shape, type ShapeContext } from './shape.ts';

/** A comma list of words in any case and order; printed in the order of `words`. iptables calls the list `what`. */
export function wordList<W extends string>(what: string, words: readonly W[]): Shape<ReadonlySet<W>> {
  const upper = new Map(words.map((word) => [word.toUpperCase(), word]));
  return {
    expected: `a list of ${words.join(', ')}`,
    decode: (text) => {
      const value = new Set<W>();
      for (const part of text.split(',')) {
        const word = upper.get(part.toUpperCase());
        if (word === undefined) return malformed(`\`${part}\` is no ${what}`, `one of ${words.join(', ')}`);
        value.add(word);
      }
      return { value };
    },
    print: (value) => words.filter((word) => value.has(word)).join(','),
  };
}

/** One word of a list, in any case. */
export function word<W extends string>(words: readonly W[]): Shape<W> {
  return {
    expected: `one of ${words.join(', ')}`,
    decode: (text) => {
      const value = words.find((known) => known.toLowerCase() === text.toLowerCase());
      return value === undefined ? undefined : { value };
    },
    print: (value) => value,
  };
}

/** Free text of at least `min` characters; iptables cuts it off after `max` bytes without a word. */
export function freeText(limits: { readonly min: number; readonly max: number; readonly overlong: 'cut' | 'refused' }): Shape<string> {
  const { min, max, overlong } = limits;
  return {
    expected: `a text of ${min} to ${max} bytes`,
    decode: (text) => {
      if (text.length < min) return undefined;
      const bytes = new TextEncoder().encode(text);
      if (bytes.length <= max) return { value: text };
      return overlong === 'refused' ? undefined : { value: new TextDecoder().decode(bytes.slice(0, max)) };
    },
    print: quoteWord,
  };
}

/** Names that iptables prints for protocol numbers. source: Debian /etc/protocols, libxtables xtables_chain_protos */
const PROTOCOL_NAMES: readonly (readonly [number, string, ...string[]])[] = [
  [1, 'icmp'],
  [2, 'igmp'],
  [3, 'ggp'],
  [4, 'ipencap'],
  [5, 'st'],
  [6, 'tcp'],
  [8, 'egp'],
  [9, 'igp'],
  [12, 'pup'],
  [17, 'udp'],
  [20, 'hmp'],
  [22, 'xns-idp'],
  [27, 'rdp'],
  [29, 'iso-tp4'],
  [33, 'dccp'],
  [36, 'xtp'],
  [37, 'ddp'],
  [38, 'idpr-cmtp'],
  [41, 'ipv6'],
  [43, 'ipv6-route'],
  [44, 'ipv6-frag'],
  [45, 'idrp'],
  [46, 'rsvp'],
  [47, 'gre'],
  [50, 'esp', 'ipv6-crypt'],
  [51, 'ah', 'ipv6-auth'],
  [57, 'skip'],
  [PROTO.icmpv6, 'ipv6-icmp', 'icmpv6'],
  [59, 'ipv6-nonxt'],
  [60, 'ipv6-opts'],
  [73, 'rspf'],
  [81, 'vmtp'],
  [88, 'eigrp'],
  [89, 'ospf'],
  [93, 'ax.25'],
  [94, 'ipip'],
  [97, 'etherip'],
  [98, 'encap'],
  [103, 'pim'],
  [108, 'ipcomp'],
  [112, 'vrrp'],
  [115, 'l2tp'],
  [124, 'isis'],
  [132, 'sctp'],
  [133, 'fc'],
  [135, 'ipv6-mh', 'mh'],
  [136, 'udplite'],
  [137, 'mpls-in-ip'],
  [138, 'manet'],
  [139, 'hip'],
  [140, 'shim6'],
  [141, 'wesp'],
  [142, 'rohc'],
];
const BY_NAME = new Map<string, number>(PROTOCOL_NAMES.flatMap(([number, ...names]) => names.map((name) => [name, number] as const)));
const BY_NUMBER = new Map<number, string>(PROTOCOL_NAMES.map(([number, name]) => [number, name]));

/** `tcp`, `6`, `all` (0) */
export const protocol: Shape<number> = {
  expected: 'a protocol name or a number from 0 to 255',
  decode: (text) => {
    const name = text.toLowerCase();
    const value = parseInteger(text, U8) ?? (name === 'all' ? 0 : BY_NAME.get(name));
    return value === undefined ? malformed(`\`${text}\` is no protocol`, 'a name such as `tcp`, or a number from 0 to 255') : { value };
  },
  print: (value) => BY_NUMBER.get(value) ?? String(value),
};

export const protocolNumber: Shape<number> = { ...protocol, print: String };

/** Name under which `-p` loads the match of a protocol by itself. man iptables-extensions(8) */
export function protocolMatchName(proto: number): string | undefined {
  return proto === PROTO.icmpv6 ? 'icmp6' : BY_NUMBER.get(proto);
}

export interface IdRange {
  readonly lo: number;
  readonly hi: number;
}

/** Largest id: the one above means "no id". kernel include/linux/uidgid.h INVALID_UID */
const MAX_ID = 0xffff_fffe;

/** `1337`, `1000-2000`, or a name that the loading machine knows */
export function idRange(kind: 'user' | 'group'): Shape<IdRange> {
  const names = (context: ShapeContext): ReadonlyMap<string, number> | undefined => (kind === 'user' ? context.users : context.groups);
  return {
    expected: `a numeric ${kind} id or a range LOW-HIGH`,
    decode: (text, context) => {
      const named = names(context)?.get(text);
      if (named !== undefined) return { value: { lo: named, hi: named } };
      const dash = text.indexOf('-');
      const lo = parseInteger(dash < 0 ? text : text.slice(0, dash), MAX_ID);
      const hi = parseInteger(dash < 0 ? text : text.slice(dash + 1), MAX_ID);
      if (lo !== undefined && hi !== undefined) {
        return lo <= hi ? { value: { lo, hi } } : { refused: 'not-loadable', message: `${kind} id range \`${text}\` is reversed` };
      }
      if (/^[a-z_][\w.-]*\$?$/i.test(text)) {
        return notModelled(`${kind} name \`${text}\` is looked up when the rules are loaded`, `write the numeric ${kind} id`);
      }
      return undefined;
    },
    print: ({ lo, hi }) => (lo === hi ? String(lo) : `${lo}-${hi}`),
  };
}
