/** A question to both the kernel and the simulator: a host, rules of one family, packets. */
import { ADDRESSES, IDS, MARKS, PORTS } from '../../../src/api/arbitraries/pools.ts';
import type { Family } from '../../../src/packet/address.ts';
import type { HostJson, Rules, SentPacket } from '../question.ts';
import { drawHost, drawRules } from './drawn.ts';
import { arrivals, type PacketPools } from './pools.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';
import { randomPacket } from './randomPacket.ts';

export interface Case {
  readonly name: string;
  readonly host: HostJson;
  readonly family: Family;
  readonly rules: Rules;
  readonly packets: readonly SentPacket[];
}

/** A new network namespace costs as much as a hundred packets, so that many rulesets share a host. */
const RULESETS_PER_HOST = 16;
const PACKETS_PER_RULESET = 30;

/** @param purpose of other purposes the same seed has other cases */
export function* randomCases(pairs: number, seed: number, purpose = 'pairs'): Generator<Case> {
  let host: HostJson | undefined;
  for (let made = 0, index = 0; made < pairs; index++) {
    if (host === undefined || index % RULESETS_PER_HOST === 0) host = drawHost(randomFrom(seed, purpose, 'host', index));
    const one = randomCase(randomFrom(seed, purpose, 'ruleset', index), {
      name: `seed ${seed}, ruleset ${index + 1}`,
      host,
      packets: Math.min(PACKETS_PER_RULESET, pairs - made),
    });
    made += one.packets.length;
    yield one;
  }
}

function randomCase(
  random: Random,
  { name, host, packets }: { readonly name: string; readonly host: HostJson; readonly packets: number },
): Case {
  const family: Family = random.chance(0.6) ? 4 : 6;
  const text = drawRules(random, family);
  const pools = poolsFor(family, host);
  return {
    name,
    host,
    family,
    rules: family === 4 ? { v4: text } : { v6: text },
    packets: Array.from({ length: packets }, () => randomPacket(random, family, pools)),
  };
}

export function poolsFor(family: Family, host: HostJson): PacketPools {
  return { addresses: ADDRESSES[family], ports: PORTS, ids: IDS, marks: MARKS, interfaces: arrivals(host) };
}
