/** What a text of nftables said: tables with their chains, sets, maps and objects, rules as lists of statements. Nothing is understood yet:
 *  names of fields, types and constants are words. Every node has its span. man nft(8) */
import type { Source, Span } from '../text/source.ts';

export type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

/** The name of a table, chain, set or object; `text` is without quotes. */
export interface NftName extends Span {
  readonly text: string;
}

/** All tables of a text, in the order in which they were made, after its commands were carried out. */
export interface NftRulesetNode {
  readonly source: Source;
  readonly tables: readonly NftTableNode[];
}

/** `# handle N`, as `nft -a` shows it; commands name rules by it. */
export interface NftHandled {
  readonly handle?: number;
}

export interface NftTableNode extends Span, NftHandled {
  readonly family: NftFamily;
  readonly name: NftName;
  /** `dormant`, `owner`, `persist` */
  readonly flags: readonly NftName[];
  readonly comment?: NftName;
  readonly chains: readonly NftChainNode[];
  /** sets and maps, in the order of the text */
  readonly sets: readonly NftSetNode[];
  readonly objects: readonly NftObjectNode[];
  readonly flowtables: readonly NftFlowtableNode[];
}

export interface NftChainNode extends Span, NftHandled {
  readonly name: NftName;
  readonly base?: NftBaseNode;
  readonly comment?: NftName;
  readonly rules: readonly NftRuleNode[];
}

export interface NftBaseNode extends Span {
  /** `filter`, `nat`, `route` */
  readonly type: NftName;
  readonly hook: NftName;
  readonly devices: readonly NftName[];
  /** as written, `dstnat + 10`; `name` absent: `offset` is the priority */
  readonly priority: Span & { readonly name?: string; readonly offset: number };
  readonly policy?: NftName;
  readonly flags: readonly NftName[];
}

export interface NftSetNode extends Span, NftHandled {
  readonly kind: 'set' | 'map' | 'meter';
  readonly name: NftName;
  /** of `type`: names of types; of `typeof`: expressions */
  readonly key: { readonly types: readonly NftName[] } | { readonly of: NftExpression };
  /** of a map: the type of its values, with `counter`, `quota` ... for objects */
  readonly value?: { readonly types: readonly NftName[] } | { readonly of: NftExpression };
  /** `interval` before the value of a map: its values are ranges */
  readonly valueIsInterval?: true;
  /** `constant`, `interval`, `timeout`, `dynamic` */
  readonly flags: readonly NftName[];
  readonly timeout?: NftName;
  readonly gcInterval?: NftName;
  readonly size?: NftName;
  readonly policy?: NftName;
  readonly autoMerge?: true;
  readonly comment?: NftName;
  /** stateful statements that every element gets */
  readonly statements: readonly NftStatement[];
  readonly elements: readonly NftElement[];
}

export interface NftElement extends Span {
  readonly key: NftExpression;
  /** of a map; a verdict of a verdict map */
  readonly value?: NftExpression | NftVerdict;
  readonly comment?: NftName;
  readonly timeout?: NftName;
  readonly expires?: NftName;
  readonly statements: readonly NftStatement[];
}

/** `counter`, `quota`, `limit`, `ct helper`, `ct timeout`, `ct expectation`, `synproxy`, `secmark` with a name; what it says as words.
 *  Wherever a node `says` words, they are those between blanks, and quoted ones keep their quotes. */
export interface NftObjectNode extends Span, NftHandled {
  readonly kind: string;
  readonly name: NftName;
  readonly comment?: NftName;
  readonly says: readonly NftName[];
}

export interface NftFlowtableNode extends Span, NftHandled {
  readonly name: NftName;
  readonly says: readonly NftName[];
}

export interface NftRuleNode extends Span, NftHandled {
  readonly statements: readonly NftStatement[];
  readonly comment?: NftName;
  /** 1-based line where the rule starts */
  readonly line: number;
  /** by a command, which nft runs: no listing shows it so */
  readonly isAdded?: true;
  /** rules that have the same one load all or none, if one loads without a word */
  readonly like?: NftLikeness;
}

/** Rules of one text that differ in nothing that decides whether they load: in addresses, in chains that they call, in comments; and in
 *  sets that they name, of which it may matter how they are made. */
export interface NftLikeness {
  /** among those of one shape */
  readonly number: number;
  readonly namesSets?: true;
}

export type NftExpression = Span &
  (
    | NftValue
    /** `10.0.0.0/8`, `"eth*"` is a string */
    | { readonly kind: 'prefix'; readonly of: NftExpression; readonly length: number }
    | { readonly kind: 'range'; readonly lo: NftExpression; readonly hi: NftExpression }
    /** `*`: the key of an element that takes all that others do not */
    | { readonly kind: 'wildcard' }
    /** `established,related` */
    | { readonly kind: 'list'; readonly of: readonly NftExpression[] }
    /** `a . b . c` */
    | { readonly kind: 'concat'; readonly of: readonly NftExpression[] }
    /** `/` stands right of flags: the value, and the mask that they are asked under, `syn / fin,syn,rst,ack` */
    | {
        readonly kind: 'binary';
        readonly op: '&' | '|' | '^' | '<<' | '>>' | '/';
        readonly left: NftExpression;
        readonly right: NftExpression;
      }
    /** `{ ... }` */
    | { readonly kind: 'set'; readonly elements: readonly NftElement[] }
    /** `@name`; as a member of `{ ... }` too */
    | { readonly kind: 'reference'; readonly name: NftName }
    /** `key map { ... }`, `key map @name` */
    | { readonly kind: 'map'; readonly key: NftExpression; readonly to: NftExpression }
    | NftSelector
  );

export interface NftValue {
  readonly kind: 'value';
  /** `word`: a name of a constant, protocol, service, zone ...; `string`: it was quoted, `text` is without quotes; `time`: `1d2h`, `500ms` */
  readonly form: 'number' | 'address4' | 'address6' | 'mac' | 'time' | 'word' | 'string';
  readonly text: string;
}

/** What a rule asks of a packet, its connection or the host. */
export type NftSelector =
  /** `ip saddr`, `tcp dport`, `th sport`, `ether type`, `vlan id`, `icmp type` ... */
  /** `byPlace`: its values are those of so many bits at a place, without names */
  | { readonly kind: 'payload'; readonly protocol: string; readonly field: string; readonly byPlace?: number }
  /** `@th,16,16`; `field`: that was written, whose type its values in a set have */
  | { readonly kind: 'raw'; readonly base: string; readonly offset: number; readonly length: number; readonly field?: string }
  /** `meta mark`; `mark`, `iifname`, `skuid` ... alone are meant so too */
  | { readonly kind: 'meta'; readonly key: string }
  /** `ct state`; `ct original ip saddr` */
  | {
      readonly kind: 'ct';
      readonly key: string;
      readonly direction?: 'original' | 'reply';
      readonly family?: 'ip' | 'ip6';
      /** the family was not written: it is that of the rule */
      readonly isImplied?: true;
    }
  /** `fib saddr . iif oif` */
  | { readonly kind: 'fib'; readonly flags: readonly string[]; readonly result: string }
  | { readonly kind: 'numgen'; readonly mode: 'inc' | 'random'; readonly modulus: number; readonly offset: number }
  /** `of` absent: symhash */
  | {
      readonly kind: 'hash';
      readonly of?: NftExpression;
      readonly modulus: number;
      readonly seed?: number;
      readonly offset: number;
    }
  /** IPv6 extension headers, IP options, TCP options, chunks of SCTP; `field` absent: that it is there */
  | {
      readonly kind: 'header';
      readonly of: 'exthdr' | 'ip option' | 'tcp option' | 'sctp chunk' | 'dccp option';
      readonly name: string;
      readonly field?: string;
    }
  /** `socket transparent`, `rt classid`, `osf name`, `ipsec in reqid`, ... as words */
  | { readonly kind: 'other'; readonly words: readonly string[] };

export type NftVerdict = Span & {
  readonly kind: 'verdict';
  readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto';
  readonly chain?: NftName;
  /** `jump { ... }` */
  readonly rules?: readonly NftRuleNode[];
};

export type NftStatement = Span &
  /** `op` absent: equal, in the set, or (of flags) some of them */
  (
    | {
        readonly kind: 'match';
        readonly left: NftExpression;
        readonly op?: '==' | '!=' | '<' | '>' | '<=' | '>=' | '!';
        readonly right: NftExpression;
      }
    | NftVerdict
    | { readonly kind: 'vmap'; readonly key: NftExpression; readonly to: NftExpression }
    /** `meta mark set ...`, `ct zone set ...`, `ip dscp set ...`, `tcp option maxseg size set ...` */
    | { readonly kind: 'write'; readonly to: NftExpression; readonly value: NftExpression }
    | {
        readonly kind: 'nat';
        readonly verb: 'snat' | 'dnat' | 'masquerade' | 'redirect';
        readonly family?: 'ip' | 'ip6';
        /** `snat prefix to`, `dnat ip addr . port to` */
        readonly form?: 'prefix' | 'interval' | 'address and port';
        readonly address?: NftExpression;
        readonly port?: NftExpression;
        /** `random`, `fully-random`, `persistent` */
        readonly flags: readonly NftName[];
      }
    | { readonly kind: 'tproxy'; readonly family?: 'ip' | 'ip6'; readonly address?: NftExpression; readonly port?: NftExpression }
    /** `with`: `tcp reset`, `icmp port-unreachable`, `icmpx admin-prohibited` */
    | { readonly kind: 'reject'; readonly with?: readonly string[] }
    | { readonly kind: 'counter'; readonly says: readonly NftName[]; readonly object?: NftExpression }
    | { readonly kind: 'limit' | 'quota' | 'ct count' | 'last'; readonly says: readonly NftName[]; readonly object?: NftExpression }
    | { readonly kind: 'log'; readonly says: readonly NftName[] }
    | { readonly kind: 'notrack' }
    /** `ct helper set "ftp-standard"`, `ct timeout set`, `ct expectation set`, `synproxy name` ... */
    | { readonly kind: 'object'; readonly of: string; readonly object: NftExpression }
    /** `add @set { key }`, `update @map { key : value }` */
    | {
        readonly kind: 'dynamic';
        readonly verb: 'add' | 'update' | 'delete';
        readonly set: NftName;
        readonly element: NftElement;
      }
    /** `meter name size n { key statement }` */
    | { readonly kind: 'meter'; readonly name: NftName; readonly size?: NftName; readonly element: NftElement }
    /** what the listing does not show of a rule of iptables */
    | { readonly kind: 'xt'; readonly of: 'match' | 'target' | 'watcher'; readonly name: NftName }
    /** `queue`, `dup`, `fwd`, `flow add`, `synproxy`, `reset` ...: the first word, and the rest as words */
    | { readonly kind: 'other'; readonly verb: string; readonly says: readonly NftName[] }
  );
