/** What to do about rules of nftables: advice is written for iptables, and its calls, conditions and names of chains are said here as nft has them. */

/** In this order: whole calls before their parts. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/`ip6?tables -t (\w+ \S+) -I (\S+)(?: 1)? ([^`]*)`/g, '`nft insert rule $1 $2 $3`'],
  [/`ip6?tables -t raw -I (PREROUTING|OUTPUT) ([^`]*)`/g, '`$2` in a chain of $1 at priority raw'],
  [/-m owner --uid-owner (\w+)/g, 'meta skuid $1'],
  [/-m addrtype --dst-type LOCAL/g, 'fib daddr type local'],
  [/-m mark --mark (\w+)/g, 'meta mark $1'],
  [/! -o (\w+)\b/g, 'oifname != "$1"'],
  [/\bwith -o lo\b/g, 'for lo'],
  [/, with iptables and with ip6tables\b/g, ', in a table of inet'],
  [/-m conntrack --ctstate ([\w,]+)/g, 'ct state $1'],
  [/--ctstate RELATED\b/g, 'ct state related'],
  [/-j TCPMSS --clamp-mss-to-pmtu/g, 'tcp option maxseg size set rt mtu'],
  [/-o lo (?=-)/g, 'oifname "lo" '],
  [/-i INTERFACE\b/g, 'iifname "INTERFACE"'],
  [/-([sd]) SERVER\b/g, 'ip $1addr SERVER'],
  [/-([sd]) ([0-9.]+)\/32/g, 'ip $1addr $2'],
  [/-([sd]) ([0-9a-f:]+)\/128/g, 'ip6 $1addr $2'],
  [/! --dport (\d+)/g, 'tcp dport != $1'],
  [/-p (tcp|udp) --dport (\d+)/g, '$1 dport $2'],
  [/--([sd])port (\d+)/g, 'udp $1port $2'],
  [/-p (tcp|udp)\b/g, 'meta l4proto $1'],
  [/-j CT --zone (\w+)/g, 'ct zone set $1'],
  [/-j REDIRECT --to-ports (\d+)/g, 'redirect to :$1'],
  [/-j ACCEPT\b/g, 'accept'],
  [/-j RETURN\b/g, 'return'],
  [/-j DROP\b/g, 'drop'],
  [/\bthe -o lo (rules?)\b/g, 'the $1 for lo'],
  [/\bRETURNs?\b/g, 'return'],
  [/\b(mangle|nat) (?=ISTIO_)/g, 'istio-proxy-$1 '],
  [/\bof table raw\b/g, 'at priority raw'],
  [/\btable nat lets\b/g, 'the nat chain lets'],
  [/\bin table raw\b/g, 'at priority raw'],
  [/\bnat (?=PREROUTING)/g, 'the nat chain of '],
];

const CHAINS = /\bISTIO_(?:OUTPUT_DNS|OUTPUT|IN_REDIRECT|INBOUND|REDIRECT|TPROXY|DIVERT|PRERT|DROP)\b/g;

export function nftWords(advice: string): string {
  const said = WORDS.reduce((text, [from, to]) => text.replaceAll(from, to), advice);
  return said
    .replaceAll(/\bct state [A-Z,]+/g, (words) => words.toLowerCase())
    .replaceAll(CHAINS, (name) => (name === 'ISTIO_PRERT' ? 'istio-prerouting' : name.toLowerCase().replaceAll('_', '-')));
}
