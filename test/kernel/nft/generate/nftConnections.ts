/** Rulesets of nftables for flows and for connections of real sockets, without end: random ones, with rules that only later packets meet. */
import type { Family } from '../../../../src/packet/address.ts';
import { hostOf } from '../../../support/host.ts';
import { drawHost } from '../../generate/drawn.ts';
import { type Random, randomFrom } from '../../generate/random.ts';
import { poolsFor } from '../../generate/randomCase.ts';
import { type FamilyCase, openingsOf } from '../../generate/randomConnections.ts';
import { varied } from '../../generate/variedHost.ts';
import type { HostJson } from '../../question.ts';
import { drawListing } from './listing.ts';

export interface NftRuleset {
  readonly name: string;
  readonly host: HostJson;
  readonly family: Family;
  readonly nft: string;
}

const LISTINGS_PER_HOST = 12;

/** @param purpose of other purposes the same seed has other rulesets */
export function* nftRulesets(seed: number, purpose: string): Generator<NftRuleset> {
  let host: HostJson | undefined;
  for (let index = 0; ; index++) {
    if (host === undefined || index % LISTINGS_PER_HOST === 0) host = drawVaried(randomFrom(seed, purpose, 'host', index));
    const random = randomFrom(seed, purpose, 'listing', index);
    const family: Family = random.chance(0.6) ? 4 : 6;
    yield { name: `seed ${seed}, listing ${index + 1}`, host, family, nft: drawOf(random, family) };
  }
}

export function* nftConnections(seed: number, each: number): Generator<FamilyCase> {
  for (const { nft, ...one } of nftRulesets(seed, 'nft connections')) {
    const random = randomFrom(seed, 'nft connections', 'openings', one.name);
    const pools = poolsFor(one.family, one.host);
    const rules = { nft: nft.split('\n').map(withoutOwnHeaders).join('\n') };
    yield { ...one, rules, openings: openingsOf(random, { pools: { ...pools, family: one.family }, host: hostOf(one.host) }, each) };
  }
}

function drawVaried(random: Random): HostJson {
  const host = drawHost(random);
  return random.chance(0.5) ? host : varied(random, host);
}

function drawOf(random: Random, family: Family): string {
  const listing = drawListing(random, random.chance(0.5) ? family : undefined);
  // half of them let first packets past their policies, so that there is something to follow
  const open = random.chance(0.5) ? listing.replaceAll(' policy drop;', '') : listing;
  return random.chance(0.6) ? open + laterRules(random) : open;
}

const LATER = [
  'ct state established',
  'ct state established,related',
  'ct direction reply',
  'ct direction original',
  'ct status seen-reply',
  'ct status assured',
  'tcp flags & (syn | ack) == syn | ack',
  'tcp flags & (fin | ack) == fin | ack',
  'tcp flags ack / syn,fin,rst,ack',
  'ct mark 0x539',
  'ct state != new',
  'ct status dnat',
  'meta l4proto udp ct state established',
];
const DONE = ['drop', 'accept', 'reject', 'meta mark set 7', 'ct mark set 0x539', 'meta mark set ct mark', 'counter', 'return'];
const LAST = ['', '', 'ct state invalid drop', 'ct state new drop', 'ct state untracked drop'];

/** One more table, whose rules answers and later packets meet. */
function laterRules({ pick, below }: Random): string {
  const hook = pick(['prerouting', 'input', 'forward', 'output', 'postrouting']);
  // before the lookup there is no connection to ask for
  const priority = pick([-150, -10, 0, 10, 300]);
  const rules = Array.from(
    { length: 1 + below(3) },
    () => `${pick(LATER)} ${pick(hook === 'postrouting' ? DONE.filter((one) => one !== 'reject') : DONE)}`,
  );
  return `table inet later {\nchain base {\ntype filter hook ${hook} priority ${priority};\n${[...rules, pick(LAST)].join('\n')}\n}\n}\n`;
}

const OWN_HEADERS = /\b(?:meta length|ip length|ip6 length|udp length|ip ttl|ip6 hoplimit|ip dscp|ip6 dscp|symhash)\b/;

/** What a socket fills in otherwise than the packet says is not asked for. */
function withoutOwnHeaders(line: string): string {
  return OWN_HEADERS.test(line) && !/^(?:set|map|type|table|chain)\b/.test(line) && !line.endsWith('{') ? 'counter' : line;
}
