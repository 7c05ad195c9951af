/** What each part of a packet is drawn from: the usual value first, then the values that the rules and the host speak of. */
import fc from 'fast-check';
import type { Interval } from '../../lib/intervals.ts';
import { invariant } from '../../lib/invariant.ts';
import { asksAbout } from '../../netfilter/matchExpr.ts';
import { type Address, type Family, familyOf, parseAddress } from '../../packet/address.ts';
import { type Field, type FieldValue, TCP_FLAGS } from '../../packet/fields.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { hasIndex, hasPorts, PROTO } from '../../packet/protocol.ts';
import { boundariesOf } from './boundaries.ts';
import { domainValues } from './domain.ts';
import { poolValues } from './pools.ts';
import type { PacketScene } from './scene.ts';

/** A packet of either direction, with the ends that it has in each. What is undefined has its usual value. */
export interface Drawn {
  readonly dir: 'in' | 'out';
  readonly parts: Parts;
  readonly sent: Parts;
  readonly arriving: Parts;
}

type Parts = { readonly [Part in keyof PartialPacket]: PartialPacket[Part] | undefined };

/** One part shrinks without the others, the direction too. */
export function drawnPackets(scene: PacketScene, family: Family): fc.Arbitrary<Drawn> {
  const { host, profile, proxy, unusual } = scene;
  const conditions = scene.conditions[family];
  const ruled = ruledValues(scene, family);
  const isWanted = (field: Field): boolean => conditions.some((condition) => asksAbout(condition, field));

  /** Always there, but where no value is allowed: then no packet of this kind is in the set, which shows when packets are drawn. */
  const value = <T extends FieldValue>(field: Field, usual: readonly T[], more: Draw<T> = {}): fc.Arbitrary<T | undefined> => {
    const near = [...usual, ...((ruled.get(field) ?? []) as readonly FieldValue[] as readonly T[])];
    return domainValues<T>({ field, family, near, conditions, ...more }) ?? fc.constant(undefined);
  };
  /** Left out where it is the usual value, and where no rule matches on it. */
  const part = <T extends FieldValue>(field: Field, usual: readonly T[], more: Draw<T> = {}): fc.Arbitrary<T | undefined> => {
    if (!unusual && !ruled.has(field) && !isWanted(field)) return fc.constant(undefined);
    return value(field, usual, more).map((one) => (one === usual[0] ? undefined : one));
  };
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((one) => familyOf(one) === family);
  const loopback = parse(LOOPBACK[family]);
  const elsewhere = ELSEWHERE[family].map(parse);
  const nics = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  const processes = [...host.processes.values()];
  const listeners = (profile?.listeners ?? []).map(({ port }) => port);
  const protos = scene.protos ?? [PROTO.tcp, PROTO.udp, ...(unusual ? PROTOCOLS[family] : [])];
  // the kernel discards what arrives from or to 127.0.0.1, whatever the rules
  const arrives = (address: Address): boolean => unusual || !isLoopback(address);
  const clients = [parse(CLIENT[family]), ...elsewhere, ...(unusual ? own : [])];
  const id = (field: 'uid' | 'gid') =>
    proxy ? fc.constant(proxy[field]) : value(field, [1000, 0, ...processes.map((process) => process[field])], { range: IDS });
  const nothing = fc.constant(undefined);
  return fc.record({
    dir: fc.constantFrom(...scene.dirs),
    parts: fc.record({
      proto: value('proto', protos, { allow: (proto) => isKnown(scene, proto) && proto !== FOREIGN[family] }),
      sport: part('sport', [40000, 1024, 65535], { range: PORTS }),
      dport: value('dport', [80, 443, 53, 8080, ...listeners], { range: PORTS }),
      flags: part('flags', [TCP_FLAGS.S, TCP_FLAGS.A, TCP_FLAGS.S | TCP_FLAGS.A, TCP_FLAGS.R, 0], { range: U8 }),
      icmpType: part('icmpType', [family === 4 ? 8 : 128], { range: U8 }),
      icmpCode: part('icmpCode', [0], { range: U8 }),
      spi: part('spi', [256], { range: U32 }),
      ttl: part('ttl', [64, 1], { range: U8 }),
      tos: part('tos', [0], { range: U8 }),
      length: part('length', [60, 61, 1500], { range: LENGTHS }),
      fragOffset: part('fragOffset', [0, 185]),
    }),
    sent: fc.record({
      dst: value('dst', [...elsewhere, ...own, loopback], { range: UNICAST[family] }),
      src: unusual || isWanted('src') ? value<Address>('src', [...own, loopback]) : nothing,
      uid: id('uid'),
      gid: id('gid'),
      socket: unusual || isWanted('socket') ? fc.constantFrom(undefined, undefined, undefined, false) : nothing,
      oif: unusual ? fc.constantFrom(undefined, undefined, undefined, ...nics) : nothing,
      mark: proxy ? fc.constant(proxy.mark) : part('mark', [0, 1], { range: U32 }),
    }),
    arriving: fc.record({
      dst: value('dst', [...own, ...(unusual ? [...elsewhere, loopback] : [])], {
        allow: arrives,
        ...(unusual && { range: UNICAST[family] }),
      }),
      src: part('src', clients, { range: UNICAST[family], allow: arrives }),
      iif: value('iif', [...nics.filter((name) => name === 'eth0'), ...nics], { allow: (name) => nics.includes(name) }),
    }),
  });
}

/** Without the fields that its direction and protocol do not have, in the order of the object form. */
export function consistent({ dir, parts, sent, arriving }: Drawn, family: Family): PartialPacket {
  const packet = { dir, ...parts, ...(dir === 'out' ? sent : arriving) };
  const { proto = PROTO.tcp, socket } = { socket: undefined, ...packet };
  const whole = (packet.fragOffset ?? 0) === 0;
  const absent: readonly (keyof PartialPacket)[] = [
    ...(hasPorts(proto) && whole ? [] : (['sport', 'dport'] as const)),
    ...(proto === PROTO.tcp && whole ? [] : (['flags'] as const)),
    ...((proto === PROTO.icmp || proto === PROTO.icmpv6) && whole ? [] : (['icmpType', 'icmpCode'] as const)),
    ...(hasIndex(proto, family) && whole ? [] : (['spi'] as const)),
    ...(socket === false ? (['uid', 'gid'] as const) : []),
  ];
  const kept = Object.entries(packet).filter(([key, value]) => value !== undefined && !absent.includes(key as keyof PartialPacket));
  return Object.fromEntries(kept);
}

interface Draw<T> {
  readonly range?: Interval<T & FieldValue>;
  readonly allow?: (value: T) => boolean;
}

const U8 = { lo: 0, hi: 0xff };
const U32 = { lo: 0, hi: 0xffff_ffff };
const PORTS = { lo: 1, hi: 0xffff };
const IDS = { lo: 0, hi: 0xffff_fffe };
const LENGTHS = { lo: 60, hi: 1500 };
const UNICAST: Readonly<Record<Family, Interval<Address>>> = {
  4: { lo: 0x0100_0000, hi: 0xdfff_ffff },
  6: { lo: 0x2000n << 112n, hi: (0x4000n << 112n) - 1n },
};
const LOOPBACK: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' };
/** The source of arriving packets that have none. */
const CLIENT: Readonly<Record<Family, string>> = { 4: '10.244.0.9', 6: 'fd00:10:244::9' };
/** A documentation address first: counterexamples shrink to it. source: RFC 5737, RFC 3849 */
const ELSEWHERE: Readonly<Record<Family, readonly string[]>> = {
  4: ['203.0.113.9', '10.0.0.9', '10.96.0.10', '10.244.0.9'],
  6: ['2001:db8::9', 'fd00:96::a', 'fd00:10:244::9'],
};
const PROTOCOLS: Readonly<Record<Family, readonly number[]>> = {
  4: [PROTO.icmp, PROTO.gre, PROTO.udplite, PROTO.esp, PROTO.ah],
  6: [PROTO.icmpv6, PROTO.gre, PROTO.udplite, PROTO.esp],
};
const FOREIGN: Readonly<Record<Family, number>> = { 4: PROTO.icmpv6, 6: PROTO.icmp };
const KNOWN: ReadonlySet<number> = new Set(Object.values(PROTO));

/** Without rules: the values that `rulesets` are made of, so that a ruleset and a packet can be drawn, and shrink, side by side. */
function ruledValues({ rulesets }: PacketScene, family: Family): ReadonlyMap<Field, readonly FieldValue[]> {
  if (rulesets.length === 0) return poolValues(family);
  const ruled = new Map<Field, FieldValue[]>();
  for (const ruleset of rulesets.filter((one) => one.family === family))
    for (const [field, values] of boundariesOf(ruleset)) ruled.set(field, [...(ruled.get(field) ?? []), ...values]);
  return ruled;
}

/** Numbers beside those that rules ask about stand for no protocol, mostly. */
function isKnown({ unusual, protos }: PacketScene, proto: number): boolean {
  return protos?.includes(proto) ?? (unusual || KNOWN.has(proto));
}

function isLoopback(address: Address): boolean {
  return typeof address === 'number' ? address >>> 24 === 127 : address === 1n;
}

function parse(text: string): Address {
  const address = parseAddress(text);
  invariant(address !== undefined, `\`${text}\` is an address`);
  return address;
}
