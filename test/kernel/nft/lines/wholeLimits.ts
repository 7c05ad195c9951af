/** What may differ in whole texts, by name, beside what may in one rule. */
import { NFT_LIMITS, type NftLimit } from './limits.ts';

const isCrash = (theirs: string): boolean => theirs === 'refused: nft crashed';

/** A line that goes on is one. */
const joinedLines = (text: string): string => text.replaceAll(/\\\n/g, ' ');

const isSame = (ours: string, theirs: string): boolean => (ours.startsWith('refused') ? theirs.startsWith('refused') : ours === theirs);

export interface WholeLimit {
  readonly id: string;
  /** `listed`: what chainwalk makes of another text */
  readonly holds: (difference: Parameters<NftLimit['holds']>[0] & { readonly listed: (text: string) => string }) => boolean;
}

/** Of elements; that of the set stays. */
const withoutTimes = (listing: string): string => listing.replaceAll(/(?<=elements = \{[^{}]*) timeout \w+/g, '');

export const WHOLE_LIMITS: readonly WholeLimit[] = [
  ...NFT_LIMITS,
  {
    // table bridge t { chain c { ct state new } }
    id: 'this kernel has no nf_conntrack_bridge and no nft_reject_bridge',
    holds: ({ text, theirs }) =>
      /\bbridge\b/.test(text) &&
      (theirs.endsWith('Could not process rule: Protocol error') ||
        (/\breject\b/.test(text) && theirs.endsWith('Could not process rule: No such file or directory'))),
  },
  {
    // create set t s { type ipv4_addr; elements = { 10.0.0.1 }; }
    id: 'nft 1.0.6 forgets the elements of what `create` makes',
    holds: ({ text, theirs, listed }) => {
      const without = joinedLines(text).replaceAll(/(\bcreate\s+(?:set|map)\b[^\n]*?)elements *= *\{[^{}]*\};?/g, '$1');
      return without !== joinedLines(text) && isSame(listed(without), theirs);
    },
  },
  {
    // set s { type ct_state; flags interval; elements = { new } }
    id: 'nft 1.0.6 crashes where a set of intervals has flags',
    holds: ({ ours, theirs }) => isCrash(theirs) && /\b(?:type [^{}]*ct_state|typeof [^{}]*ct state) [^{}]*flags [\w,]*interval/.test(ours),
  },
  {
    // map m { type ether_addr : mark; flags interval; elements = { * : 1 } }
    id: 'nft 1.0.6 crashes where `*` is in a map of addresses of Ethernet',
    holds: ({ text, theirs }) => isCrash(theirs) && /\bether[_ ](?:s?addr)/.test(text) && /[{,] \*/.test(text),
  },
  {
    // add rule t c index 0 accept, and a rule with braces behind it
    id: 'nft 1.0.6 crashes where a rule is placed by an index and another has rules in braces',
    holds: ({ text, theirs }) => isCrash(theirs) && /\bindex\s+\d/.test(text) && /\bjump\s*\{/.test(text),
  },
  {
    // add rule t c reject with icmpx no-route, then flush table t
    id: 'rules and sets that the same text deletes again are not checked',
    holds: ({ text, theirs, listed }) => {
      const without = joinedLines(text).replaceAll(/^\s*(?:flush|delete)\s+(?:table|chain|set|map|element)\s.*$/gm, '');
      return without !== joinedLines(text) && theirs.startsWith('refused') && listed(without).startsWith('refused');
    },
  },
  {
    // delete rule t c handle 4
    id: 'handles that the kernel gives to what the same text makes are not known',
    holds: ({ text, ours, theirs }) =>
      !theirs.startsWith('refused') && /^refused: no rule of `\S+` has handle \d+$/.test(ours) && /\brule\b.*\bhandle\b/.test(text),
  },
  {
    // synproxy s { mss 1460; and wscale 7 on the next line
    id: 'two ends of a line between the words of a synproxy, which nft refuses',
    holds: ({ text, theirs }) =>
      theirs.includes('expecting wscale') && /\bmss \w+;?[^\S\n]*(?:#.*)?\n?\s*\n\s*wscale|\bmss \w+;\s*(?:#.*)?\n\s*wscale/.test(text),
  },
  {
    // table ip filter { chain INPUT { type filter hook input priority filter; } chain a { reject with icmpx no-route } }
    id: 'rules of tables that iptables-nft makes are not checked',
    holds: ({ ours, theirs }) =>
      theirs.startsWith('refused: ') &&
      /table ip6? (?:filter|nat|raw|mangle|security) \{.*chain (?:INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING) \{ type/.test(ours),
  },
  {
    // add element t s { 10.0.0.1 timeout 5m, 10.0.0.1 }
    id: 'the time of an element that is added more than once is for the kernel to choose',
    holds: ({ ours, theirs }) => / timeout \d/.test(ours + theirs) && ours !== theirs && withoutTimes(ours) === withoutTimes(theirs),
  },
];
