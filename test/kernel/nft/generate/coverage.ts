/** How often each construct of nftables stood in a rule that was drawn, and in one that a packet met. */
import { KEYS } from './keys.ts';

const escaped = (text: string): string => text.replaceAll('.', '\\.');
const ofKeys = Object.values(KEYS)
  .flat()
  .map(({ text }) => text);

const CONSTRUCTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ...[...new Set(ofKeys)].map((text): readonly [string, RegExp] => [
    text,
    new RegExp(`(?:^|[ (])${escaped(text.replace(/^meta (?=mark|skuid|skgid)/, '(?:meta )?'))}(?= )`),
  ]),
  ['!=', / != /],
  ['< >', / [<>]=? /],
  ['mask', / (?:&|and) 0x/],
  ['flags', /tcp flags (?:& \(|== |! |\w+,|\w+ \/)/],
  ['set in place', / \{ [^:}]*\}/],
  ['named set', / @s\d/],
  ['concatenation', / \. .*(?:\{|@)/],
  ['vmap', / vmap \{/],
  ['named vmap', / vmap @/],
  ['map', / map \{/],
  ['named map', / map @/],
  ['`*`', /\* : /],
  ['accept', /accept$/],
  ['drop', /drop$/],
  ['return', /return$/],
  ['jump', /jump [a-z]/],
  ['goto', /goto [a-z]/],
  ['chain without a name', /(?:jump|goto) \{/],
  ['mark set', /(?:meta )?mark set 0x/],
  ['mark with an operator', /mark set (?:meta |ct )?mark [&|^]/],
  ['mark copied', /(?:meta mark set ct|ct mark set (?:meta )?)mark(?: |$)/],
  ['ct zone set', /zone set/],
  ['notrack', /notrack/],
  ['match after a write', /(?: set \S+| \{ ip6? saddr \}) (?:ip|tcp|udp|th|meta l4|meta mark|ct state|iif|oif|skuid|fib)\b/],
  ['snat', /snat (?:ip6? )?to/],
  ['dnat', /dnat (?:ip6? )?to/],
  ['masquerade', /masquerade/],
  ['redirect', /redirect/],
  ['NAT by a map', /[sd]nat .*map/],
  ['address and port by a map', /[sd]nat (?:ip6? )?to [a-z][^{}]* map \{[^}]*: \S+ \. /],
  ['tproxy', /tproxy/],
  ['reject', /reject/],
  ['limit', /limit rate/],
  ['numgen', /numgen/],
  ['jhash', /jhash/],
  ['symhash', /symhash/],
  ['quota', /quota/],
  ['ct count', /ct count/],
  ['dynamic set', /(?:add|update) @d/],
  ['way back', /fib saddr(?: \. \w+)* oif /],
  ['header written', /(?:dscp|ttl|hoplimit) set/],
  ['counter', /counter/],
  ['log', / log|^log/],
];

export interface NftCoverage {
  readonly drawn: (listing: string) => void;
  readonly met: (rule: string) => void;
  /** constructs that no packet has met */
  readonly missing: () => readonly string[];
  readonly report: () => string;
}

export function startNftCoverage(): NftCoverage {
  const counts = new Map(CONSTRUCTS.map(([name]) => [name, { drawn: 0, met: 0 }]));
  const count = (text: string, what: 'drawn' | 'met'): void => {
    for (const [name, pattern] of CONSTRUCTS) {
      const one = counts.get(name);
      if (one !== undefined && pattern.test(text)) one[what]++;
    }
  };
  return {
    drawn: (listing) => {
      for (const line of listing.split('\n')) count(line, 'drawn');
    },
    met: (rule) => count(rule, 'met'),
    missing: () => [...counts].flatMap(([name, { met }]) => (met === 0 ? [name] : [])),
    report: () => [...counts].map(([name, { drawn, met }]) => `${name} ${drawn}/${met}`).join(', '),
  };
}
