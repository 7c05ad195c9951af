/** What a NAT target makes of a connection's first packet.
 *  kernel net/netfilter/nf_nat_core.c get_unique_tuple(), nf_nat_redirect.c, nf_nat_masquerade.c */
import { redirectAddress6 } from '../host/redirectAddress.ts';
import { firstAddress4, selectAddress4, selectAddress6 } from '../host/sourceAddress.ts';
import { manipAt, type Nat, type PortRange } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Address } from '../packet/address.ts';
import { hasPorts } from '../packet/protocol.ts';
import type { PartsOf } from '../ruleset/portParts.ts';
import type { Choose } from './choices.ts';
import type { Skb } from './skb.ts';

export interface NatPlace {
  readonly hook: HookName;
  /** next hop of the route, for MASQUERADE */
  readonly nextHop: Address | undefined;
  readonly choose: Choose;
  /** ports that stand for the parts of a range, see ruleset/portParts.ts */
  readonly partsOf: PartsOf;
}

/** False when the kernel drops the packet: there is no address to take. */
export function applyNat(skb: Skb, nat: Nat, place: NatPlace): boolean {
  const address = newAddress(skb, nat, place);
  if (address === undefined) return false;
  const port = newPort(skb, nat, place);
  const { connection } = skb;
  if (manipAt(nat, place.hook) === 'dst') {
    skb.dst = address;
    skb.dport = port;
  } else {
    skb.src = address;
    skb.sport = port;
  }
  if (connection !== undefined) Object.assign(connection.translated, { src: skb.src, dst: skb.dst, sport: skb.sport, dport: skb.dport });
  return true;
}

function newAddress(skb: Skb, nat: Nat, place: NatPlace): Address | undefined {
  const { to } = nat;
  switch (to.kind) {
    case 'keep':
      return manipAt(nat, place.hook) === 'dst' ? skb.dst : skb.src;
    case 'addresses':
      return pickAddress(to.lo, to.hi, place.choose);
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
function pickAddress(lo: Address, hi: Address, choose: Choose): Address {
  const span = typeof lo === 'bigint' ? Number((hi as bigint) - lo) : (hi as number) - lo;
  if (lo === hi) return lo;
  const taken = choose({ why: 'chance', what: 'the kernel picks an address of the range', ways: Math.min(span + 1, MAX_ADDRESSES) });
  return typeof lo === 'bigint' ? lo + BigInt(taken) : lo + taken;
}

/** Addresses of a longer range behave alike unless a rule tells them apart; the first ones stand for them. */
const MAX_ADDRESSES = 16;

function redirectAddress(skb: Skb, hook: HookName): Address | undefined {
  if (hook === 'OUTPUT') return skb.family === 4 ? 0x7f00_0001 : 1n;
  if (skb.family === 4) return firstAddress4(skb.host, skb.iif);
  return redirectAddress6(skb.host, skb.iif, skb.dst as bigint);
}

function masqueradeAddress(skb: Skb, nextHop: Address | undefined): Address | undefined {
  const dev = skb.oif ?? '';
  return skb.family === 4
    ? selectAddress4(skb.host, dev, (nextHop ?? skb.dst) as number)
    : selectAddress6(skb.host, dev, skb.dst as bigint);
}

/** Kept when inside the range. Else a destination gets the first port of the range, a source a random one. */
function newPort(skb: Skb, nat: Nat, place: NatPlace): number | undefined {
  const manip = manipAt(nat, place.hook);
  const own = manip === 'dst' ? skb.dport : skb.sport;
  if (own === undefined || !hasPorts(skb.proto)) return own;
  const pick = (range: PortRange) => anyPort({ range, manip, oif: skb.oif }, place);
  if (nat.random) return pick(nat.ports ?? { lo: 1024, hi: 65535 });
  const { ports } = nat;
  if (ports === undefined || (ports.lo <= own && own <= ports.hi)) return own;
  return manip === 'dst' || ports.lo === ports.hi ? ports.lo : pick(ports);
}

/** One way for each part of the range that something tells apart. */
function anyPort(picked: Parameters<PartsOf>[0], { choose, partsOf }: NatPlace): number {
  const { lo, hi } = picked.range;
  if (lo === hi) return lo;
  const parts = partsOf(picked);
  const what = `the kernel picks a port of ${lo}-${hi}`;
  return parts[choose({ why: 'chance', what, ways: parts.length, says: parts.map(String) })] ?? lo;
}
