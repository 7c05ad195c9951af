/** Words of nft that cannot be names or values without quotes. fact: asked of nft 1.0.6, one by one */

const NEITHER = new Set(
  `
   accept add all and auto-merge bridge cgroup chain comment constant continue counter cpu create ct day define delete describe
   device devices drop dst dup dynamic element elements eq expires export exthdr fib flags flow flowtable flush frag fwd
   gc-interval ge get goto gt handle hbh hook hour ibriport ibrname iif iifgroup iifname iiftype import include index inet insert
   interval ipsec jhash jump le limit list log lshift lt map mark masquerade meta meter mh monitor ne netdev nftrace not notrack
   numgen obriport obrname offload oif oifgroup oifname oiftype or osf pkttype policy position priority queue quota random
   redefine reject rename replace return rshift rt rt0 rt2 rtclassid rule ruleset secmark set size skgid skuid socket srh symhash
   synproxy table th time timeout tproxy type typeof undefine update vmap xor xt
  `
    .trim()
    .split(/\s+/),
);

/** Values too: protocols, and constants that are words of nft elsewhere. */
const VALUES_ONLY = new Set(
  `
   ah arp comp dccp dnat ecn esp ether exists icmp icmpv6 igmp ip ip6 missing redirect reset sctp snat tcp udp udplite vlan
  `
    .trim()
    .split(/\s+/),
);

export function isNameOfNft(word: string): boolean {
  return !NEITHER.has(word) && !VALUES_ONLY.has(word);
}

export function isValueOfNft(word: string): boolean {
  return !NEITHER.has(word);
}
