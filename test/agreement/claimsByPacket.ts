/** The claims once more, for one packet of a plain sidecar at a time: what `verify` proves about sets is held against this.
 *  `must`: packets of the claim's scope for sure; `may`: all that its scope can have. */

import type { Journey, Path } from '../../src/connection/journey.ts';
import { addrType } from '../../src/host/addrType.ts';
import type { Host } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import { ADDR_TYPES, TCP_FLAGS } from '../../src/packet/fields.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';

export interface ClaimByPacket {
  readonly claim: string;
  readonly must: (packet: Packet, host: Host) => boolean;
  readonly may?: (packet: Packet, host: Host) => boolean;
  readonly kept: (path: Path, packet: Packet) => boolean;
}

const PROXY = 1337;
const HEALTH: readonly (number | undefined)[] = [15020, 15021, 15090];
const TUNNEL = 15008;

const typeOf = (host: Host, address: Packet['dst']) => ADDR_TYPES[addrType(host, address)];
const isOutside = (host: Host, address: Packet['dst']): boolean => typeOf(host, address) === 'UNICAST';
const isOwn = (host: Host, address: Packet['dst']): boolean =>
  host.interfaces.some(({ name, addresses }) => name !== 'lo' && addresses.some((one) => one.address === address));

/** The source is the one that the kernel would have chosen. */
const isUsual = ({ family, src, dst, mark }: Packet, host: Host): boolean => sourceFor(host, { family, dst, mark }) === src;

function opens({ proto, flags, icmpType, fragOffset }: Packet): boolean {
  if (fragOffset !== 0) return false;
  if (proto === PROTO.tcp) return flags === TCP_FLAGS.S;
  return (proto !== PROTO.icmp && proto !== PROTO.icmpv6) || icmpType === (proto === PROTO.icmp ? 8 : 128);
}

const sent = (packet: Packet): boolean => packet.dir === 'out' && packet.uid !== undefined && packet.mark === 0 && opens(packet);
const byProxy = (packet: Packet): boolean => sent(packet) && packet.uid === PROXY;
const byGroup = (packet: Packet): boolean => sent(packet) && (packet.uid === PROXY || packet.gid === PROXY);
const byApp = (packet: Packet): boolean => sent(packet) && packet.uid !== PROXY && packet.gid !== PROXY;
const arrives = (packet: Packet, host: Host): boolean =>
  packet.dir === 'in' &&
  packet.proto === PROTO.tcp &&
  packet.mark === 0 &&
  opens(packet) &&
  isOutside(host, packet.src) &&
  isOwn(host, packet.dst);

/** What the kernel loses outside the rules breaks no promise of theirs. */
const isLost = ({ outcome }: Path): boolean => outcome === 'lost';
const taken =
  (role: string) =>
  (path: Path): boolean =>
    isLost(path) || path.legs[0]?.role === role;

function untouched(path: Path, { src, sport, dst, dport }: Packet): boolean {
  const { fate, after } = path.legs[0]?.walk ?? {};
  const same = after?.src === src && after.sport === sport && after.dst === dst && after.dport === dport;
  return isLost(path) || (fate?.kind === 'delivered' && same && !fate.transparent);
}

export const CLAIMS_BY_PACKET: readonly ClaimByPacket[] = [
  { claim: 'no-redirect-loop', must: () => true, kept: ({ outcome }) => outcome !== 'loop' },
  {
    claim: 'proxy-egress-direct',
    must: (packet, host) => byProxy(packet) && isOutside(host, packet.dst) && isUsual(packet, host),
    may: (packet, host) => byGroup(packet) && isOutside(host, packet.dst) && isUsual(packet, host),
    kept: (path) => isLost(path) || path.legs[0]?.walk.fate.kind === 'sent',
  },
  {
    claim: 'outbound-captured',
    must: (packet, host) => packet.proto === PROTO.tcp && byApp(packet) && isOutside(host, packet.dst) && isUsual(packet, host),
    kept: taken('outbound'),
  },
  {
    claim: 'inbound-captured',
    must: (packet, host) => arrives(packet, host) && ![...HEALTH, TUNNEL].includes(packet.dport),
    kept: taken('inbound'),
  },
  {
    claim: 'self-vip-captured',
    must: (packet, host) =>
      packet.proto === PROTO.tcp && byProxy(packet) && isOwn(host, packet.dst) && isUsual(packet, host) && packet.dport !== TUNNEL,
    kept: taken('inbound'),
  },
  {
    claim: 'loopback-preserved',
    must: (packet, host) => byApp(packet) && (packet.dst === 0x7f000001 || packet.dst === 1n) && isUsual(packet, host),
    kept: untouched,
  },
  { claim: 'health-ports-open', must: (packet, host) => arrives(packet, host) && HEALTH.includes(packet.dport), kept: untouched },
  {
    claim: 'tunnel-port-open',
    must: (packet, host) =>
      packet.dport === TUNNEL &&
      (arrives(packet, host) || (packet.proto === PROTO.tcp && byProxy(packet) && isOwn(host, packet.dst) && isUsual(packet, host))),
    kept: untouched,
  },
];

/** Some way of the packet breaks the claim. */
export function isBroken({ kept }: ClaimByPacket, { packet, paths }: Journey): boolean {
  return paths.some((path) => !kept(path, packet));
}
