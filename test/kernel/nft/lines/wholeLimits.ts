/** What may differ in whole texts, by name, beside what may in one rule. */
import { NFT_LIMITS, type NftLimit } from './limits.ts';

const isCrash = (theirs: string): boolean => theirs === 'refused: nft crashed';

/** Sets that are made together with their elements, without them. */
const withoutElements = (listing: string): string => listing.replaceAll(/ elements = \{[^{}]*\}/g, '');

/** Of elements; that of the set stays. */
const withoutTimes = (listing: string): string => listing.replaceAll(/(?<=elements = \{[^{}]*) timeout \w+/g, '');

export const WHOLE_LIMITS: readonly NftLimit[] = [
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
    holds: ({ text, ours, theirs }) =>
      /\bcreate\s+(?:\\\s*)*(?:set|map)\b[^\n]*elements/.test(text) &&
      (ours.startsWith('refused') || withoutElements(ours) === withoutElements(theirs)),
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
    holds: ({ text, theirs }) => /^\s*(?:flush|delete)\s+(?:table|chain|set|map|element)\s/m.test(text) && theirs.startsWith('refused: '),
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
