/** What a NAT target makes of a connection's first packet.
 *  kernel net/netfilter/nf_nat_core.c get_unique_tuple(), nf_nat_redirect.c, nf_nat_masquerade.c */
import { redirectAddress6 } from '../host/redirectAddress.ts';
import { firstAddress4, selectAddress4, selectAddress6 } from '../host/sourceAddress.ts';
import { manipAt, type Nat, type PortRange } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { randomPorts } from '../netfilter/randomPorts.ts';
import type { Address } from '../packet/address.ts';
import { hasPorts } from '../packet/protocol.ts';
import type { AddressesOf, AddressParts } from '../ruleset/addressParts.ts';
import { OTHER_ADDRESS, OTHER_PORT, type PartsOf } from '../ruleset/portParts.ts';
import type { Choose } from './choices.ts';
import type { Connection, Tuple } from './connection.ts';
import type { Skb } from './skb.ts';

export interface NatPlace {
  readonly hook: HookName;
  /** next hop of the route, for MASQUERADE */
  readonly nextHop: Address | undefined;
  readonly choose: Choose;
  /** ports that stand for the parts of a range, see ruleset/portParts.ts */
  readonly partsOf: PartsOf;
  /** the same for addresses, see ruleset/addressParts.ts */
  readonly addressesOf: AddressesOf;
  /** what is picked is not among those: why it is not said what becomes of it */
  readonly leaveOpen: (why: string) => void;
  /** connections that are there already */
  readonly table: readonly Connection[];
}

/** False when the kernel drops the packet: there is no address to take. */
export function applyNat(skb: Skb, nat: Nat, place: NatPlace): boolean {
  const { connection } = skb;
  if (manipAt(nat, place.hook) === 'dst') {
    const address = newAddress(skb, nat, place);
    if (address === undefined) return false;
    Object.assign(skb, { dst: address, dport: newPort(skb, nat, place) });
  } else {
    const source = newSource(skb, nat, place);
    if (source === undefined) return false;
    Object.assign(skb, source);
  }
  if (connection === undefined) return true;
  connection.translated = skb.tuple();
  if (nat.to.kind === 'out-interface') connection.masqueradedAt = skb.oif;
  return true;
}

function newSource(skb: Skb, nat: Nat, place: NatPlace): Pick<Skb, 'src' | 'sport'> | undefined {
  const only = nat.to.kind === 'addresses' ? undefined : newAddress(skb, nat, place);
  const range = nat.to.kind === 'addresses' ? nat.to : only === undefined ? undefined : { lo: only, hi: only };
  if (range === undefined) return undefined;
  if (staysAsItIs(skb, nat, range)) return { src: skb.src, sport: skb.sport };
  const { src, sport } = sameSource({ skb, nat, place, range }) ?? {};
  if (src !== undefined) return { src, sport };
  const address = only ?? newAddress(skb, nat, place);
  return address === undefined ? undefined : { src: address, sport: newPort(skb, nat, place) };
}

/** A source that the rule could have chosen is left alone. kernel net/netfilter/nf_nat_core.c get_unique_tuple() */
function staysAsItIs({ src, sport, proto }: Skb, { random, ports = ANY_PORT }: Nat, range: AddressParts): boolean {
  return !random && isWithin(src, range) && (!hasPorts(proto) || isWithin(sport ?? 0, ports));
}

/** What the source of another connection from the same address and port became, if this rule could have done it.
 *  kernel net/netfilter/nf_nat_core.c find_appropriate_src() */
function sameSource({ skb, nat, place, range }: Sameness): Tuple | undefined {
  const { connection, proto, src, sport } = skb;
  if (connection === undefined || nat.random || !hasPorts(proto)) return undefined;
  return place.table.find(({ proto: its, zone, original, translated }) => {
    const { ports = ANY_PORT } = nat;
    const same = its === proto && zone.original === connection.zone.original && original.src === src && original.sport === sport;
    return same && isWithin(translated.src, range) && isWithin(translated.sport ?? 0, ports);
  })?.translated;
}

interface Sameness {
  readonly skb: Skb;
  readonly nat: Nat;
  readonly place: NatPlace;
  readonly range: AddressParts;
}

const ANY_PORT: PortRange = { lo: 0, hi: 65535 };

function isWithin(value: Address, { lo, hi }: AddressParts): boolean {
  return lo <= value && value <= hi;
}

function newAddress(skb: Skb, nat: Nat, place: NatPlace): Address | undefined {
  const { to } = nat;
  switch (to.kind) {
    case 'keep':
      return manipAt(nat, place.hook) === 'dst' ? skb.dst : skb.src;
    case 'addresses':
      return to.lo === to.hi ? to.lo : pickAddress({ range: to, manip: manipAt(nat, place.hook), oif: skb.oif }, place);
    case 'this-host':
      return redirectAddress(skb, place.hook);
    case 'out-interface':
      return masqueradeAddress(skb, place.nextHop);
    case 'prefix':
      return withPrefix(manipAt(nat, place.hook) === 'dst' ? skb.dst : skb.src, to);
  }
}

/** kernel net/netfilter/xt_NETMAP.c netmap_tg4() */
function withPrefix(address: Address, { address: prefix, mask }: { readonly address: Address; readonly mask: Address }): Address {
  if (typeof address === 'bigint') return (address & ~BigInt(mask)) | (BigInt(prefix) & BigInt(mask));
  return ((address & ~Number(mask)) | (Number(prefix) & Number(mask))) >>> 0;
}

/** The kernel picks by a hash of the addresses with a secret; every address is possible. */
function pickAddress(picked: Parameters<AddressesOf>[0], { choose, addressesOf, leaveOpen }: NatPlace): Address {
  const { firsts, more } = addressesOf(picked);
  const taken = choose({ why: 'chance', what: 'the kernel picks an address of the range', ways: firsts.length + Number(more) });
  if (taken === firsts.length) leaveOpen(OTHER_ADDRESS);
  return firsts[taken] ?? picked.range.lo;
}

function redirectAddress(skb: Skb, hook: HookName): Address | undefined {
  if (hook === 'OUTPUT') return skb.family === 4 ? 0x7f00_0001 : 1n;
  if (skb.family === 4) return firstAddress4(skb.host, skb.iif);
  return redirectAddress6(skb.host, skb.iif, skb.dst as bigint);
}

/** Of an answer, which NAT leaves as it is: whether the target finds something to do at all. */
export function hasAddress(skb: Skb, { to }: Nat, nextHop: Address | undefined): boolean {
  return to.kind !== 'out-interface' || masqueradeAddress(skb, nextHop) !== undefined;
}

/** The same of a packet with a template, which has no source: masquerading of IPv4 leaves such a one alone.
 *  kernel net/netfilter/nf_nat_masquerade.c nf_nat_masquerade_ipv4() */
export function hasAddressOfTemplate(skb: Skb, nat: Nat, { hook, nextHop }: Pick<NatPlace, 'hook' | 'nextHop'>): boolean {
  if (nat.to.kind === 'this-host') return redirectAddress(skb, hook) !== undefined;
  return skb.family === 4 || hasAddress(skb, nat, nextHop);
}

function masqueradeAddress(skb: Skb, nextHop: Address | undefined): Address | undefined {
  const dev = skb.oif ?? '';
  return skb.family === 4 ? selectAddress4(skb.host, { dev, near: nextHop ?? skb.dst }) : selectAddress6(skb.host, dev, skb.dst as bigint);
}

/** Kept when inside the range. Else a destination gets the first port of the range, a source a random one. */
function newPort(skb: Skb, nat: Nat, place: NatPlace): number | undefined {
  const manip = manipAt(nat, place.hook);
  const own = manip === 'dst' ? skb.dport : skb.sport;
  if (own === undefined || !hasPorts(skb.proto)) return own;
  const pick = (range: PortRange) => anyPort({ range, manip, oif: skb.oif }, place);
  const lots = lotsOf(nat, manip, own);
  if (lots !== undefined) return pick(lots);
  const { ports } = nat;
  if (ports === undefined || (ports.lo <= own && own <= ports.hi)) return own;
  return manip === 'dst' || ports.lo === ports.hi ? ports.lo : pick(ports);
}

/** From which ports the kernel picks one; undefined: the port follows from the packet and the rule. */
export function pickedPorts(nat: Nat, manip: 'src' | 'dst', own: number | undefined): PortRange | undefined {
  const { random, ports } = nat;
  if (own === undefined || (ports !== undefined && ports.lo === ports.hi)) return undefined;
  if (random) return lotsOf(nat, manip, own);
  return manip === 'dst' || ports === undefined || isWithin(own, ports) ? undefined : ports;
}

function lotsOf(nat: Nat, manip: 'src' | 'dst', own: number): PortRange | undefined {
  return randomPorts(nat, manip).find((one) => isWithin(own, one.own))?.picked;
}

/** One way for each part of the range that something distinguishes. */
function anyPort(picked: Parameters<PartsOf>[0], { choose, partsOf, leaveOpen }: NatPlace): number {
  const { lo, hi } = picked.range;
  if (lo === hi) return lo;
  const { firsts, more } = partsOf(picked);
  const what = `the kernel picks a port of ${lo}-${hi}`;
  const says = [...firsts.map(String), ...(more ? ['another'] : [])];
  const taken = choose({ why: 'chance', what, ways: says.length, says });
  if (taken === firsts.length) leaveOpen(OTHER_PORT);
  return firsts[taken] ?? lo;
}
