/** Fills in what a packet notation leaves out, and says which defaults were used. */
import type { Address, Family } from '../packet/address.ts';
import { familyOf } from '../packet/address.ts';
import { usualDirection } from '../packet/notation.ts';
import type { Packet } from '../packet/packet.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import { hasIndex, hasPorts, PROTO } from '../packet/protocol.ts';
import { USUAL_TTL, usualFields, usualLength } from '../packet/usual.ts';
import { arrivalInterface } from './arrival.ts';
import { directionBetween } from './direction.ts';
import type { Host } from './host.ts';
import { sourceFor } from './output.ts';

export interface Completion {
  /** absent when there is a problem */
  readonly packet?: Packet;
  /** keys that were left out and matter to the packet, in the order of the notation */
  readonly defaults: readonly (keyof PartialPacket)[];
  readonly problem?: string;
}

/** Sources of arriving packets when none is given. */
const CLIENT: Readonly<Record<Family, Address>> = { 4: 0x0af4_0009, 6: (0xfd00_0010_0244n << 80n) | 9n };

export function completePacket(given: PartialPacket, host: Host): Completion {
  const { dst } = given;
  if (dst === undefined) return { defaults: [], problem: 'the packet has no destination' };
  const family = familyOf(dst);
  if (given.src !== undefined && familyOf(given.src) !== family)
    return { defaults: [], problem: 'source and destination are of different families' };
  const dir = given.dir ?? usualWay(given, host);
  const proto = given.proto ?? PROTO.tcp;
  const problem = contradiction(given, { dir, proto, host });
  if (problem !== undefined) return { defaults: [], problem };
  const ports = hasPorts(proto) && (given.fragOffset ?? 0) === 0;
  const icmp = (proto === PROTO.icmp || proto === PROTO.icmpv6) && (given.fragOffset ?? 0) === 0;
  const owned = dir === 'out' && given.socket !== false;
  const { sport, dport, flags, icmpType, icmpCode, spi, uid, gid } = usualFields(family);
  const defaults: Partial<Record<keyof PartialPacket, unknown>> = {
    dir,
    proto,
    src: defaultSource(given, { dir, dst, host }),
    ...(ports ? { sport, dport } : {}),
    ...(proto === PROTO.tcp && ports ? { flags } : {}),
    ...(icmp ? { icmpType, icmpCode } : {}),
    ...(hasIndex(proto, family) && (given.fragOffset ?? 0) === 0 ? { spi } : {}),
    ...(owned ? { uid, gid } : {}),
    ...(dir === 'in' ? { iif: arrivalInterface(host, { dst, ...(given.src !== undefined && { src: given.src }) }) } : {}),
  };
  const quiet = { mark: 0, ttl: USUAL_TTL, tos: 0, fragOffset: 0, length: usualLength(family, proto) };
  const chosen = dir === 'out' && given.src === undefined && asksForSource(host, family) ? { srcChosen: true } : {};
  const rest = { ...quiet, ...defaults, ...given, ...chosen, family, socket: owned } as Packet;
  const later = given.ctstate === 'ESTABLISHED' || given.ctstate === 'RELATED';
  if (later) defaults.ctdir = usualDirection(rest);
  const packet = later ? { ...rest, ctdir: given.ctdir ?? usualDirection(rest) } : rest;
  return { packet, defaults: (Object.keys(defaults) as (keyof PartialPacket)[]).filter((key) => given[key] === undefined) };
}

/** Only then it matters that the kernel looks for a route before the packet has a source, and may keep it. */
export function asksForSource(host: Host, family: Family): boolean {
  const { rules, routes } = host;
  return (
    rules.some((rule) => rule.family === family && (rule.from !== undefined || rule.sport !== undefined)) ||
    routes.some((route) => route.family === family && (route.from !== undefined || route.nexthops !== undefined))
  );
}

/** Sent, unless it is from elsewhere to the host. What has an owner or a way out is sent, whatever its source. */
function usualWay(given: PartialPacket, host: Host): 'in' | 'out' {
  const { uid, gid, oif, iif, socket, mark } = given;
  const isOfSender = [uid, gid, oif, iif, socket, mark].some((value) => value !== undefined);
  return isOfSender ? 'out' : (directionBetween(given, host) ?? 'out');
}

/** Its state says of which kind of connection it is. */
function isOfConnection({ ctstate }: PartialPacket): boolean {
  return ctstate === 'NEW' || ctstate === 'ESTABLISHED' || ctstate === 'RELATED';
}

interface Kind {
  readonly dir: 'in' | 'out';
  readonly proto: number;
  readonly host: Host;
}

function contradiction(given: PartialPacket, { dir, proto, host }: Kind): string | undefined {
  if (dir === 'in' && (given.uid !== undefined || given.gid !== undefined)) return 'an arriving packet has no `uid` or `gid`';
  if (given.socket === false && (given.uid !== undefined || given.gid !== undefined))
    return 'a packet without a socket has no `uid` or `gid`';
  if (dir === 'out' && given.iif !== undefined) return 'a packet that is sent has no `iif`; write `in` for one that arrives';
  if (!hasPorts(proto) && (given.sport !== undefined || given.dport !== undefined)) return `protocol ${proto} has no ports`;
  if (proto !== PROTO.tcp && given.flags !== undefined) return 'only tcp has `flags`';
  if (given.spi !== undefined && !hasIndex(proto, given.dst === undefined ? 4 : familyOf(given.dst))) return 'only esp and ah have `spi`';
  const said = (['ctdir', 'ctorigsrc', 'ctorigdst'] as const).find((key) => given[key] !== undefined);
  if (said !== undefined && !isOfConnection(given)) {
    return `\`${said === 'ctdir' ? 'dir' : said}\` is about the packet's connection: say its state too, as \`ctstate=ESTABLISHED\``;
  }
  if (given.ctstate === 'NEW' && given.ctdir === 'reply') return 'an answer makes its connection ESTABLISHED; it is not NEW';
  const nic = given.iif ?? given.oif;
  if (nic !== undefined && !host.interfaces.some(({ name }) => name === nic)) return `the host has no interface \`${nic}\``;
  if (dir === 'in' && given.iif === undefined && !host.interfaces.some(({ name }) => name !== 'lo'))
    return 'the host has no interface but `lo`; say `iif=` where the packet arrives';
  return undefined;
}

function defaultSource(
  given: PartialPacket,
  { dir, dst, host }: { readonly dir: 'in' | 'out'; readonly dst: Address; readonly host: Host },
): Address {
  const family = familyOf(dst);
  if (dir === 'in') return CLIENT[family];
  const usual = usualFields(family);
  const { mark = 0, oif, uid = usual.uid, tos = 0, proto = PROTO.tcp, sport = usual.sport, dport = usual.dport } = given;
  const ports = hasPorts(proto) ? { sport, dport } : { sport: 0, dport: 0 };
  // a TCP socket has no port of its own when its source is chosen
  const flow = { tos, uid, proto, ...ports, ...(proto === PROTO.tcp && { sport: 0 }) };
  // the unspecified address leaves the choice to the kernel, which will say that there is none
  return sourceFor(host, { family, dst, mark, flow, ...(oif === undefined ? {} : { bound: oif }) }) ?? (family === 4 ? 0 : 0n);
}
