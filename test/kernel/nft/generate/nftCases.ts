/** A question to both the kernel and the simulator: a host, tables of nftables, often beside rules of iptables, packets of both families. */
import type { Family } from '../../../../src/packet/address.ts';
import { drawHost, drawRules } from '../../generate/drawn.ts';
import { type Random, randomFrom } from '../../generate/random.ts';
import { poolsFor } from '../../generate/randomCase.ts';
import { randomPacket } from '../../generate/randomPacket.ts';
import type { HostJson, Rules, SentPacket } from '../../question.ts';
import { drawListing } from './listing.ts';

export interface RandomNft {
  readonly name: string;
  readonly host: HostJson;
  readonly rules: Rules & { readonly nft: string };
  readonly packets: readonly SentPacket[];
}

const LISTINGS_PER_HOST = 12;
const PACKETS_PER_LISTING = 30;

export function* randomNft(pairs: number, seed: number): Generator<RandomNft> {
  let host: HostJson | undefined;
  for (let made = 0, index = 0; made < pairs; index++) {
    if (host === undefined || index % LISTINGS_PER_HOST === 0) host = drawHost(randomFrom(seed, 'nft', 'host', index));
    const random = randomFrom(seed, 'nft', 'listing', index);
    const packets = drawPackets(random, host, Math.min(PACKETS_PER_LISTING, pairs - made));
    made += packets.length;
    yield { name: `seed ${seed}, listing ${index + 1}`, host, rules: drawBoth(random), packets };
  }
}

/** Every fifth listing has iptables beside it, of one family, loaded before or after it. */
function drawBoth(random: Random): RandomNft['rules'] {
  const nft = drawListing(random);
  if (random.chance(0.8)) return { nft };
  const family: Family = random.chance(0.6) ? 4 : 6;
  return { nft, [`v${family}`]: drawRules(random, family), nftFirst: random.chance(0.5) };
}

function drawPackets(random: Random, host: HostJson, count: number): readonly SentPacket[] {
  return Array.from({ length: count }, () => {
    const family: Family = random.chance(0.6) ? 4 : 6;
    return randomPacket(random, family, poolsFor(family, host));
  });
}
