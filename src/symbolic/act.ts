/** What targets do to sets of packets: simulate/hook.ts and nat.ts for all packets at once. */
import type { Host } from '../host/host.ts';
import { redirectChoices6 } from '../host/redirectAddress.ts';
import { isSecondary } from '../host/routing.ts';
import { firstAddress4, isLoopback4, sourceChoices6 } from '../host/sourceAddress.ts';
import { assertNever } from '../lib/invariant.ts';
import { type CopyMark, type Divert, type Effect, manipAt, type Nat, type PortRange, type SetField } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Address } from '../packet/address.ts';
import { familyOf } from '../packet/address.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';
import { listenerShares } from './listeners.ts';
import { inPrefix } from './routes.ts';
import type { Space } from './space.ts';
import type { Doubt, Env, PacketClass } from './state.ts';
import { hasTemplate } from './state.ts';
import type { Vector } from './vector.ts';
import { between, constant, saturatingAdd, vectorIn } from './vector.ts';
import type { Act, Acted, EndedClass } from './walk.ts';

const NOTHING: Acted = { on: [], accepted: [], ended: [] };

export interface ActPlace {
  readonly hook: HookName;
  /** ports that stand for the parts of a range, see ruleset/portParts.ts */
  readonly partsOf: (range: PortRange) => readonly number[];
}

export function actor(space: Space, { hook, partsOf }: ActPlace): Act {
  return (one, effect, rule) => {
    switch (effect.kind) {
      case 'setMark':
      case 'copyMark':
        return goOn(one, marked(space, one.env, effect));
      case 'setField':
        return goOn(one, written(space, one.env, effect));
      case 'conntrack':
        return goOn(one, setConntrack(one.env, effect));
      case 'nat':
        return nat(space, one, { nat: effect, hook, rule, partsOf });
      case 'divert':
        return divert(space, one, { effect, rule });
      case 'unmodelled': {
        const doubts: readonly Doubt[] = [...one.doubts, { why: 'unmodelled', what: effect.reason, rule }];
        return { ...NOTHING, ended: [{ ...one, doubts, decided: rule, end: 'undecided' }] };
      }
      case 'accept':
      case 'drop':
      case 'reject':
      case 'return':
      case 'continue':
      case 'jump':
      case 'goto':
        return goOn(one, one.env);
      default:
        return assertNever(effect);
    }
  };
}

function goOn(one: PacketClass, env: Env): Acted {
  return { ...NOTHING, on: [{ ...one, env }] };
}

/** (old & keep) ^ xor, bit by bit. */
function rewritten({ manager }: Space, old: Vector, { keep, xor }: { readonly keep: number; readonly xor: number }): Vector {
  return old.map((bit, index) => {
    const weight = old.length - 1 - index;
    const kept = ((keep >>> weight) & 1) === 1 ? bit : EMPTY;
    return ((xor >>> weight) & 1) === 1 ? manager.not(kept) : kept;
  });
}

function marked(space: Space, env: Env, effect: Extract<Effect, { kind: 'setMark' }> | CopyMark): Env {
  const onConnection = effect.kind === 'setMark' ? effect.on === 'connection' : effect.from === 'packet';
  if (env.original === undefined && !hasTemplate(env) && (onConnection || effect.kind === 'copyMark')) return env;
  const old = onConnection ? env.connmark : env.mark;
  const from = onConnection ? env.mark : env.connmark;
  const value = effect.kind === 'setMark' ? rewritten(space, old, effect) : copied(space, { old, from, effect });
  return onConnection ? { ...env, connmark: value } : { ...env, mark: value };
}

function written(space: Space, env: Env, { field, change }: SetField): Env {
  const old = env[field];
  return { ...env, [field]: 'add' in change ? saturatingAdd(space.manager, old, change.add) : rewritten(space, old, change) };
}

/** (to & ~toMask) ^ (from & fromMask) */
function copied(
  { manager }: Space,
  { old, from, effect }: { readonly old: Vector; readonly from: Vector; readonly effect: CopyMark },
): Vector {
  return old.map((bit, index) => {
    const weight = 31 - index;
    const kept = ((effect.toMask >>> weight) & 1) === 1 ? EMPTY : bit;
    const added = ((effect.fromMask >>> weight) & 1) === 1 ? (from[index] as Bdd) : EMPTY;
    return manager.xor(kept, added);
  });
}

function setConntrack(env: Env, effect: Extract<Effect, { kind: 'conntrack' }>): Env {
  if (env.tracked) return env;
  if (!effect.track) return { ...env, tracked: true, state: 'UNTRACKED' };
  return { ...env, tracked: true, zone: effect.zone !== undefined && effect.zone.dir !== 'reply' ? effect.zone.id : 0 };
}

interface NatPlace extends ActPlace {
  readonly nat: Nat;
  readonly rule: Rule;
}

interface Share {
  readonly set: Bdd;
  readonly address: Vector | undefined;
  readonly doubt?: Doubt;
}

function nat(space: Space, one: PacketClass, place: NatPlace): Acted {
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  for (const share of addressShares(space, one, place)) {
    const set = space.manager.and(one.set, share.set);
    if (set === EMPTY) continue;
    const doubts = share.doubt === undefined ? one.doubts : [...one.doubts, share.doubt];
    const part: PacketClass = { ...one, set, doubts, decided: place.rule };
    if (share.address === undefined) ended.push({ ...part, end: 'no-address' });
    else accepted.push(...withPorts(space, part, { ...place, address: share.address }));
  }
  return { on: [], accepted, ended };
}

/** Which packets get which address. */
function addressShares(space: Space, { env }: PacketClass, { nat, hook, rule }: NatPlace): readonly Share[] {
  const { host, family } = space;
  const width = family === 4 ? 32 : 128;
  const all = (address: Address | undefined): readonly Share[] => [
    { set: FULL, address: address === undefined ? undefined : constant(address, width) },
  ];
  const { to } = nat;
  switch (to.kind) {
    case 'keep':
      return [{ set: FULL, address: manipAt(nat, hook) === 'dst' ? env.dst : env.src }];
    case 'addresses': {
      if (to.lo === to.hi) return all(to.lo);
      const doubt: Doubt = { why: 'chance', what: 'the kernel picks an address of the range', rule };
      return addressesOf(to.lo, to.hi).map((address) => ({ set: FULL, address: constant(address, width), doubt }));
    }
    case 'this-host':
      if (hook === 'OUTPUT') return all(family === 4 ? 0x7f00_0001 : 1n);
      if (family === 4) return all(firstAddress4(host, env.iif));
      return redirectChoices6(host, env.iif).map(({ to: range, address }) => ({
        set: vectorIn(space.manager, env.dst, range),
        address: address === undefined ? undefined : constant(address, 128),
      }));
    case 'out-interface':
      return masquerade(space, env);
    case 'prefix':
      return [{ set: FULL, address: withPrefix(manipAt(nat, hook) === 'dst' ? env.dst : env.src, to) }];
    default:
      return assertNever(to);
  }
}

function withPrefix(old: Vector, { address, mask }: { readonly address: Address; readonly mask: Address }): Vector {
  const fixed = constant(mask, old.length);
  const prefix = constant(address, old.length);
  return old.map((bit, index) => (fixed[index] === FULL ? (prefix[index] as Bdd) : bit));
}

/** As simulate/nat.ts: the first addresses stand for a long range. */
const MAX_ADDRESSES = 16;

function addressesOf(lo: Address, hi: Address): readonly Address[] {
  const count = Math.min(Number(BigInt(hi) - BigInt(lo)) + 1, MAX_ADDRESSES);
  return Array.from({ length: count }, (_, index) => (typeof lo === 'bigint' ? lo + BigInt(index) : lo + index));
}

/** IPv4: by the subnet of the next hop. IPv6: by the destination. */
function masquerade(space: Space, env: Env): readonly Share[] {
  const { host, family, manager } = space;
  const nic = host.interfaces.find(({ name }) => name === env.oif);
  if (family === 6) {
    return sourceChoices6(host, env.oif ?? '').map(({ to, address }) => ({
      set: vectorIn(space.manager, env.dst, to),
      address: address === undefined ? undefined : constant(address, 128),
    }));
  }
  const own = (nic?.addresses ?? []).filter(
    ({ address }, index) => typeof address === 'number' && !isLoopback4(address) && nic !== undefined && !isSecondary(nic, index),
  );
  const near = env.way?.via === undefined ? env.dst : constant(env.way.via, 32);
  const shares: Share[] = [];
  let left: Bdd = FULL;
  for (const prefix of own) {
    const set = manager.and(left, inPrefix(space, near, prefix));
    shares.push({ set, address: constant(prefix.address, 32) });
    left = manager.minus(left, set);
  }
  const rest = own[0]?.address ?? otherPrimary(host);
  return [...shares, { set: left, address: rest === undefined ? undefined : constant(rest, 32) }];
}

function otherPrimary(host: Host): Address | undefined {
  for (const nic of host.interfaces) {
    const found = nic.addresses.find(
      ({ address }, index) => typeof address === 'number' && !isLoopback4(address) && !isSecondary(nic, index),
    );
    if (found !== undefined) return found.address;
  }
  return undefined;
}

/** Kept inside the range; else the first port for a destination, any for a source. */
function withPorts(
  space: Space,
  one: PacketClass,
  { nat, hook, rule, address, partsOf }: NatPlace & { readonly address: Vector },
): readonly PacketClass[] {
  const { manager, has } = space;
  const manip = manipAt(nat, hook);
  const own = manip === 'dst' ? one.env.dport : one.env.sport;
  const finish = (set: Bdd, port: Vector, doubt?: Doubt): readonly PacketClass[] => {
    if (set === EMPTY) return [];
    const env = manip === 'dst' ? { ...one.env, dst: address, dport: port } : { ...one.env, src: address, sport: port };
    return [{ ...one, set, env, doubts: doubt === undefined ? one.doubts : [...one.doubts, doubt] }];
  };
  const ports = nat.ports ?? (nat.random ? { lo: 1024, hi: 65535 } : undefined);
  if (ports === undefined) return finish(one.set, own);
  const with_ = manager.and(one.set, has.ports);
  const inside = nat.random ? EMPTY : manager.and(with_, between(manager, own, ports));
  const outside = manager.minus(with_, inside);
  const single = ports.lo === ports.hi || (manip === 'dst' && !nat.random);
  const doubt: Doubt | undefined = single ? undefined : { why: 'chance', what: `the kernel picks a port of ${ports.lo}-${ports.hi}`, rule };
  const kept = manager.or(manager.minus(one.set, has.ports), inside);
  const picked = single ? [ports.lo] : partsOf(ports);
  return [...finish(kept, own), ...picked.flatMap((port) => finish(outside, constant(port, 16), doubt))];
}

/** Which transparent socket the packets get; without one they are dropped. */
function divert(space: Space, one: PacketClass, { effect, rule }: { readonly effect: Divert; readonly rule: Rule }): Acted {
  const { manager, host, family } = space;
  const address = effect.address ?? localAddress(space, one.env);
  const dst = address === undefined ? one.env.dst : constant(address, family === 4 ? 32 : 128);
  const dport = effect.port === 0 ? one.env.dport : constant(effect.port, 16);
  const accepted: PacketClass[] = [];
  let none = one.set;
  for (const { set: wanted, listener } of listenerShares(space, { dst, dport })) {
    const set = manager.and(none, wanted);
    if (set === EMPTY) continue;
    none = manager.minus(none, set);
    const env = { ...one.env, mark: rewritten(space, one.env.mark, effect), diverted: host.listeners.indexOf(listener) };
    if (listener.transparent) accepted.push({ ...one, set, decided: rule, env });
    else none = manager.or(none, set);
  }
  return { on: [], accepted, ended: none === EMPTY ? [] : [{ ...one, set: none, decided: rule, end: 'no-transparent-socket' }] };
}

function localAddress(space: Space, env: Env): Address | undefined {
  if (space.family === 4) return firstAddress4(space.host, env.iif);
  const nic = space.host.interfaces.find(({ name }) => name === env.iif);
  return nic?.addresses.findLast(({ address }) => familyOf(address) === 6)?.address;
}
