/** Random packets: sent here or arriving, of all kinds that the oracle can make.
 *  Left out: broadcast and multicast destinations of local packets (the kernel walks POSTROUTING twice for them),
 *  TCP fragments at offset 1 (x_tables drops them at -m tcp, iptables-nft does not). */

import { invariant } from '../../../src/lib/invariant.ts';
import type { Address, Family } from '../../../src/packet/address.ts';
import { parseAddress } from '../../../src/packet/address.ts';
import { hasIndex, hasPorts, PROTO } from '../../../src/packet/protocol.ts';
import type { SentPacket } from '../question.ts';
import type { PacketPools } from './pools.ts';
import { INDICES, LENGTHS, TCP_FLAG_BYTES, TOS, TTLS } from './pools.ts';
import type { Random } from './random.ts';

const ICMP_TYPES: Readonly<Record<Family, readonly number[]>> = {
  4: [8, 8, 8, 0, 3, 5, 11, 13, 15, 17, 42, 255],
  6: [128, 128, 128, 129, 1, 3, 130, 133, 135, 136, 139, 143, 151, 255],
};
/** No ends of local packets: more than one receiver, no address at all, a scope that is missing, IPv4 in disguise. */
export const NOT_SENT = /\.(?:0|255)$|^(?:0\.|22\d\.|23\d\.|ff|fe[89ab].|::ffff:)|::$/;

/** Marks that random hosts route to lo: connect(2) fails there without a source, as the kernel would choose the foreign destination. */
const TO_LOCAL: ReadonlySet<number> = new Set([1337, 0x111]);

export function randomPacket(random: Random, family: Family, pools: PacketPools): SentPacket {
  const { weighted, pick, chance } = random;
  const proto = weighted([
    [60, PROTO.tcp],
    [25, PROTO.udp],
    [12, family === 4 ? PROTO.icmp : PROTO.icmpv6],
    [3, PROTO.gre],
    [2, PROTO.udplite],
    [3, PROTO.esp],
    [family === 4 ? 2 : 0, PROTO.ah],
  ]);
  const local = chance(0.6);
  const fragOffset = chance(0.03) ? pick([proto === PROTO.tcp ? 2 : 1, 185]) : 0;
  const common = {
    family,
    proto,
    ...transport(random, { family, proto, whole: fragOffset === 0, pools }),
    ttl: chance(0.8) ? 64 : pick(TTLS),
    tos: chance(0.9) ? 0 : pick(TOS),
    // a SYN of IPv6 without room for its options grows where TCPMSS rewrites it
    length: pick(family === 6 && proto === PROTO.tcp ? LENGTHS.slice(2) : LENGTHS),
    fragOffset,
  };
  return local ? { ...common, ...outgoing(random, family, pools) } : { ...common, ...arriving(random, pools) };
}

interface Kind {
  readonly family: Family;
  readonly proto: number;
  readonly whole: boolean;
  readonly pools: PacketPools;
}

function transport({ chance, pick }: Random, { family, proto, whole, pools }: Kind): Partial<SentPacket> {
  if (!whole) return {};
  if (proto === PROTO.icmp || proto === PROTO.icmpv6)
    return { icmpType: pick(ICMP_TYPES[family]), icmpCode: chance(0.8) ? 0 : pick([1, 4]) };
  if (hasIndex(proto, family)) return { spi: pick(INDICES) };
  if (!hasPorts(proto)) return {};
  const ports = { sport: chance(0.6) ? 40000 : pick(pools.ports), dport: pick(pools.ports) };
  return proto === PROTO.tcp ? { ...ports, flags: chance(0.75) ? 2 : pick(TCP_FLAG_BYTES) } : ports;
}

function outgoing({ chance, pick }: Random, family: Family, pools: PacketPools) {
  const { own, foreign, odd } = pools.addresses;
  const dst = pick([...own, ...foreign, ...foreign, ...odd].filter((address) => !NOT_SENT.test(address)));
  const mark = chance(0.6) ? 0 : pick(pools.marks);
  const chooseSource = !TO_LOCAL.has(mark) && chance(0.5);
  return {
    dir: 'out' as const,
    src: parsed(chooseSource ? (family === 4 ? '0.0.0.0' : '::') : pick(chance(0.85) ? own : foreign.filter((one) => !NOT_SENT.test(one)))),
    ...(chooseSource ? { chooseSource } : {}),
    dst: parsed(dst),
    uid: pick(pools.ids),
    gid: pick(pools.ids),
    socket: true,
    mark,
    ...(chance(0.05) ? { oif: pick(pools.interfaces).name } : {}),
  };
}

function arriving({ chance, pick }: Random, pools: PacketPools) {
  const { own, foreign, odd } = pools.addresses;
  const { name: iif, mac } = pick(pools.interfaces);
  return {
    dir: 'in' as const,
    src: parsed(chance(0.9) ? pick(foreign) : pick([...own, ...odd])),
    dst: parsed(chance(0.6) ? pick(own) : chance(0.8) ? pick(foreign) : pick(odd)),
    socket: false,
    mark: 0,
    iif,
    ...(mac === undefined ? {} : { mac }),
  };
}

export function parsed(text: string): Address {
  const address = parseAddress(text);
  invariant(address !== undefined, `\`${text}\` in the pools is an address`);
  return address;
}
