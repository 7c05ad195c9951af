/** The promises as properties: each takes a world and what its rules declare. A broken one throws the packet and its outcome. */
import fc from 'fast-check';
import type { Journey, Outcome } from '../../src/connection/journey.ts';
import { TCP_FLAGS } from '../../src/packet/fields.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Declaration } from './declarations.ts';
import type { PacketText, Pod, World } from './world.ts';
import { address4, address6, appUid, hostFor, inAny, isOwn, journeyOf, pod, port } from './world.ts';

type Property = fc.IProperty<unknown[]>;

const anyAddress = ({ families }: Declaration): fc.Arbitrary<string> =>
  families.includes(6) ? fc.oneof({ withCrossShrink: true }, address4, address6) : address4;

/** Own and loopback addresses too: whatever a proxy may dial. */
const anyTarget = (declared: Declaration): fc.Arbitrary<(at: Pod) => string> =>
  fc.oneof(
    { withCrossShrink: true },
    anyAddress(declared).map((address) => () => address),
    fc.constant((at: Pod) => at.ip),
    fc.constant((at: Pod) => at.net1 ?? at.ip),
    fc.constantFrom('127.0.0.1', '127.0.0.6').map((address) => () => address),
    ...(declared.families.includes(6) ? [fc.constant((at: Pod) => at.ip6), fc.constant(() => '::1')] : []),
  );

/** Every packet of a proxy process, whatever its destination, journeys without a loop and never returns to its own listener. */
export function proxyNeverLoops(world: World, declared: Declaration): Property {
  const uid = fc.constantFrom(...declared.proxyUids);
  // the uid alone marks the proxy; in TPROXY mode it is root and only its group does
  const gid = declared.mode === 'TPROXY' ? fc.constantFrom(...declared.proxyGids) : fc.constantFrom(...declared.proxyGids, 0);
  const proto = fc.constantFrom<number>(PROTO.tcp, PROTO.udp);
  return fc.property(pod, anyTarget(declared), port, proto, uid, gid, (at, target, dport, proto, uid, gid) => {
    const packet = { dir: 'out', proto, dst: target(at), dport, uid, gid, mark: declared.proxyMark ?? 0 } as const;
    const journey = journeyOf(world, at, packet);
    refuse(journey.outcome === 'loop', packet, journey);
    const first = journey.paths[0]?.legs[0];
    refuse(first?.role === 'outbound' && dport !== first.listener?.port, packet, journey);
  }) as unknown as Property;
}

/** Any packet of the application or of a client. */
export function comesBack(world: World, declared: Declaration): Property {
  return fc.property(pod, anyTarget(declared), port, appUid, fc.boolean(), (at, target, dport, uid, inbound) => {
    const out: PacketText = { dir: 'out', proto: PROTO.tcp, dst: target(at), dport, uid, gid: uid };
    const arriving: PacketText = { dir: 'in', proto: PROTO.tcp, dst: at.ip, dport };
    const packet = inbound ? arriving : out;
    const journey = journeyOf(world, at, packet);
    refuse(journey.outcome === 'loop', packet, journey);
  }) as unknown as Property;
}

export function outboundIsCaptured(world: World, declared: Declaration): Property {
  return fc.property(pod, anyAddress(declared), port, appUid, (at, dst, dport, uid) => {
    fc.pre(isApplication(declared, uid) && isOutside(world, at, dst));
    fc.pre(!viaExcludedInterface(declared, at, dst));
    fc.pre(!declared.excludedOutbound.includes(dport));
    const captured = declared.includedOutbound.includes(dport) || isIncluded(declared, dst);
    fc.pre(captured && !inAny(declared.excludedCidrs, dst));
    const packet = { dir: 'out', proto: PROTO.tcp, dst, dport, uid, gid: uid } as const;
    const journey = journeyOf(world, at, packet);
    refuse(journey.outcome !== (dnsCaptured(declared, { dst, dport }) ? 'dns' : 'captured-out'), packet, journey);
  }) as unknown as Property;
}

export function inboundIsCaptured(world: World, declared: Declaration): Property {
  return fc.property(pod, anyAddress(declared), port, fc.constantFrom('eth0', 'net1'), (at, src, dport, iif) => {
    fc.pre(iif === 'eth0' || (at.net1 !== undefined && !src.includes(':')));
    fc.pre(iif !== declared.excludedInterface);
    fc.pre(declared.inboundOnly?.includes(dport) ?? !declared.excludedInbound.includes(dport));
    fc.pre(isOutside(world, at, src));
    const dst = src.includes(':') ? at.ip6 : iif === 'net1' ? (at.net1 ?? at.ip) : at.ip;
    const packet = { dir: 'in', proto: PROTO.tcp, src, dst, dport, iif, flags: TCP_FLAGS.S } as const;
    const journey = journeyOf(world, at, packet);
    refuse(journey.outcome !== 'captured-in', packet, journey);
  }) as unknown as Property;
}

/** Excluded ports, ranges and interfaces, and all that is not included. */
export function excludedStaysOut(world: World, declared: Declaration): Property {
  const excludedPort = fc.constantFrom(...declared.excludedInbound);
  const outPort = declared.excludedOutbound.length > 0 ? fc.oneof(fc.constantFrom(...declared.excludedOutbound), port) : port;
  return fc.property(pod, address4, excludedPort, outPort, appUid, fc.boolean(), (at, dst, inPort, dport, uid, inbound) => {
    if (inbound) {
      const packet = { dir: 'in', proto: PROTO.tcp, dst: at.ip, dport: inPort } as const;
      const journey = journeyOf(world, at, packet);
      refuse(!['to-proxy', 'to-app'].includes(journey.outcome) || isRewritten(journey), packet, journey);
      return;
    }
    const left = declared.excludedOutbound.includes(dport) || inAny(declared.excludedCidrs, dst) || !isIncluded(declared, dst);
    fc.pre(isOutside(world, at, dst) && !declared.includedOutbound.includes(dport) && !dnsCaptured(declared, { dst, dport }));
    fc.pre(left || viaExcludedInterface(declared, at, dst));
    const packet = { dir: 'out', proto: PROTO.tcp, dst, dport, uid, gid: uid } as const;
    const journey = journeyOf(world, at, packet);
    refuse(journey.outcome !== 'direct', packet, journey);
  }) as unknown as Property;
}

export function loopbackStays(world: World, declared: Declaration): Property {
  const loopback = declared.families.includes(6) ? fc.constantFrom('127.0.0.1', '::1') : fc.constant('127.0.0.1');
  const ports = fc.oneof({ withCrossShrink: true }, fc.constantFrom(80, 8080, 443), fc.integer({ min: 1, max: 65535 }));
  return fc.property(pod, loopback, ports, appUid, (at, dst, dport, uid) => {
    fc.pre(isApplication(declared, uid) && !dnsCaptured(declared, { dst, dport }));
    const packet = { dir: 'out', proto: PROTO.tcp, dst, dport, uid, gid: uid } as const;
    const journey = journeyOf(world, at, packet);
    const isListener = world.profile?.listeners.some((one) => one.port === dport && one.protos.includes('tcp')) === true;
    refuse(isRewritten(journey) || (!isListener && journey.outcome !== 'to-app'), packet, journey);
  }) as unknown as Property;
}

function refuse(broken: boolean, packet: PacketText, { outcome }: Journey): void {
  if (!broken) return;
  const proto = packet.proto === PROTO.udp ? 'udp' : 'tcp';
  const ids =
    packet.uid === undefined ? '' : ` uid=${packet.uid}${packet.gid === packet.uid && packet.uid !== 1337 ? '' : ` gid=${packet.gid}`}`;
  const to = packet.dir === 'in' ? packet.dport : `${packet.dst}:${packet.dport}`;
  throw new Error(`${packet.dir} ${proto} ${to}${ids}: ${outcome satisfies Outcome}`);
}

function isApplication({ proxyUids, proxyGids }: Declaration, id: number): boolean {
  return !proxyUids.includes(id) && !proxyGids.includes(id);
}

function isOutside(world: World, at: Pod, address: string): boolean {
  return (
    !isOwn(hostFor(world, at), address) &&
    !inAny(['127.0.0.0/8', '0.0.0.0/8', '224.0.0.0/3', 'fe80::/10', '::/8'], address) &&
    !isBroadcast(at, address)
  );
}

/** The broadcast addresses of the pod's own subnets. */
function isBroadcast({ ip, net1 }: Pod, address: string): boolean {
  return [ip, net1].some((own) => own !== undefined && address === own.replace(/\d+$/, '255'));
}

function isIncluded({ includedCidrs }: Declaration, dst: string): boolean {
  return includedCidrs === undefined || inAny(includedCidrs, dst);
}

function viaExcludedInterface({ excludedInterface }: Declaration, { net1 }: Pod, dst: string): boolean {
  return excludedInterface !== undefined && net1 !== undefined && inAny([`${net1.replace(/\d+$/, '0')}/24`], dst);
}

function dnsCaptured({ dns }: Declaration, { dst, dport }: { readonly dst: string; readonly dport: number }): boolean {
  return dport === 53 && dns !== undefined && (dns === 'all' || dns.includes(dst));
}

function isRewritten({ paths }: Journey): boolean {
  return paths.some(({ legs }) => legs[0] !== undefined && legs[0].walk.after.dst !== legs[0].walk.packet.dst);
}
