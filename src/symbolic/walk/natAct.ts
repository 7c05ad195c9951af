/** What NAT makes of sets of connections' first packets: simulate/nat.ts for all packets at once. */
import { redirectChoices6 } from '../../host/redirectAddress.ts';
import { ANY_DEVICE, firstAddress4 } from '../../host/sourceAddress.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import { assertNever } from '../../lib/invariant.ts';
import { manipAt, type Nat, type PortRange } from '../../netfilter/effect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { randomPorts } from '../../netfilter/randomPorts.ts';
import type { Address } from '../../packet/address.ts';
import type { AddressesOf, AddressParts } from '../../ruleset/addressParts.ts';
import { OTHER_ADDRESS, OTHER_PORT, type PartsOf } from '../../ruleset/portParts.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, constant, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { sourceShares } from './sources.ts';
import type { Doubt, Env, PacketClass } from './state.ts';
import type { Acted, EndedClass } from './tableWalk.ts';

export interface ActPlace {
  readonly hook: HookName;
  /** ports that stand for the parts of a range, see ruleset/portParts.ts */
  readonly partsOf: PartsOf;
  /** the same for addresses, see ruleset/addressParts.ts */
  readonly addressesOf: AddressesOf;
  /** see ruleset/templates.ts */
  readonly templatesRemember: boolean;
}

interface NatPlace extends Omit<ActPlace, 'templatesRemember'> {
  readonly nat: Nat;
  readonly rule: Rule;
}

interface Share {
  readonly set: Bdd;
  readonly address: Vector | undefined;
  readonly doubt?: Doubt;
}

export function actNat(space: Space, one: PacketClass, place: NatPlace): Acted {
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  for (const share of addressShares(space, one, place)) {
    space.budget.step(STEPS_OF_A_MOVE);
    const set = space.manager.and(one.set, share.set);
    if (set === EMPTY) continue;
    const doubts = share.doubt === undefined ? one.doubts : [...one.doubts, share.doubt];
    const part: PacketClass = { ...one, set, doubts, decided: place.rule, did: place.nat };
    if (share.address === undefined) ended.push({ ...part, end: 'no-address' });
    else if (share.doubt?.why === 'unmodelled') ended.push({ ...part, end: 'undecided' });
    else {
      const { picked, others } = withPorts(space, masqueraded(part, place.nat), { ...place, address: share.address });
      accepted.push(...picked);
      ended.push(...others.map((one) => ({ ...one, end: 'undecided' as const })));
    }
  }
  return { on: [], accepted, ended, left: [] };
}

/** The connection lasts as long as its packets leave by this interface. */
function masqueraded(one: PacketClass, { to }: Nat): PacketClass {
  return to.kind === 'out-interface' ? { ...one, env: { ...one.env, masqueradedAt: one.env.oif } } : one;
}

/** Of an answer, which NAT leaves as it is: what matters is whether the target finds an address. */
export function actNatOfAnswer(space: Space, one: PacketClass, { nat, rule }: Pick<NatPlace, 'nat' | 'rule'>): Acted {
  return leftAsItIs(space, one, { nat, rule, shares: nat.to.kind === 'out-interface' ? masquerade(space, one.env) : [] });
}

/** Of a packet with a template, which it leaves as it is too. See simulate/nat.ts hasAddressOfTemplate() */
export function actNatOfTemplate(space: Space, one: PacketClass, place: NatPlace): Acted {
  const { nat, rule } = place;
  const needs = nat.to.kind === 'this-host' || (nat.to.kind === 'out-interface' && space.family === 6);
  return leftAsItIs(space, one, { nat, rule, shares: needs ? addressShares(space, one, place) : [] });
}

type Left = Pick<NatPlace, 'nat' | 'rule'> & { readonly shares: readonly Share[] };

function leftAsItIs({ manager }: Space, one: PacketClass, { nat, rule, shares }: Left): Acted {
  const decided = { ...one, decided: rule, did: nat };
  const gone = manager.and(one.set, manager.any(shares.flatMap(({ set, address }) => (address === undefined ? [set] : []))));
  const set = manager.minus(one.set, gone);
  return {
    on: [],
    accepted: set === EMPTY ? [] : [{ ...decided, set }],
    ended: gone === EMPTY ? [] : [{ ...decided, set: gone, end: 'no-address' }],
    left: [],
  };
}

/** Which packets get which address. */
function addressShares(space: Space, { env }: PacketClass, { nat, hook, rule, addressesOf }: NatPlace): readonly Share[] {
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
      const kept = manipAt(nat, hook) === 'src' ? keptSources(space, env, { nat, range: to }) : EMPTY;
      const set = space.manager.not(kept);
      const { firsts, more } = addressesOf({ range: to, manip: manipAt(nat, hook), oif: env.oif });
      const picked = firsts.map((address) => ({ set, address: constant(address, width), doubt }));
      const others: Share = { set, address: env.src, doubt: { why: 'unmodelled', what: OTHER_ADDRESS, rule } };
      return [{ set: kept, address: env.src }, ...picked, ...(more ? [others] : [])];
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

/** Sources that the rule could have chosen are left alone. */
function keptSources(
  { manager, has }: Space,
  { src, sport }: Env,
  { nat, range }: { readonly nat: Nat; readonly range: AddressParts },
): Bdd {
  if (nat.random) return EMPTY;
  const inPorts = nat.ports === undefined ? FULL : manager.or(manager.not(has.ports), between(manager, sport, nat.ports));
  return manager.and(between(manager, src, range), inPorts);
}

function withPrefix(old: Vector, { address, mask }: { readonly address: Address; readonly mask: Address }): Vector {
  const fixed = constant(mask, old.length);
  const prefix = constant(address, old.length);
  return old.map((bit, index) => (fixed[index] === FULL ? (prefix[index] as Bdd) : bit));
}

/** IPv4: by the subnet of the next hop. IPv6: by the destination. */
function masquerade(space: Space, { oif = ANY_DEVICE, way, dst }: Env): readonly Share[] {
  const { family } = space;
  const near = family === 4 && way?.via !== undefined ? constant(way.via, 32) : dst;
  return sourceShares(space, { dev: oif, near }).map(({ set, address }) => ({
    set,
    address: address === undefined ? undefined : constant(address, family === 4 ? 32 : 128),
  }));
}

interface WithPorts {
  readonly picked: readonly PacketClass[];
  /** with ports that are not walked apart */
  readonly others: readonly PacketClass[];
}

/** Kept inside the range; else the first port for a destination, any for a source. */
function withPorts(
  space: Space,
  one: PacketClass,
  { nat, hook, rule, address, partsOf }: NatPlace & { readonly address: Vector },
): WithPorts {
  const { manager, has } = space;
  const manip = manipAt(nat, hook);
  const own = manip === 'dst' ? one.env.dport : one.env.sport;
  const finish = (set: Bdd, port: Vector, doubt?: Doubt): readonly PacketClass[] => {
    if (set === EMPTY) return [];
    const env = manip === 'dst' ? { ...one.env, dst: address, dport: port } : { ...one.env, src: address, sport: port };
    return [{ ...one, set, env, doubts: doubt === undefined ? one.doubts : [...one.doubts, doubt] }];
  };
  const others: PacketClass[] = [];
  const { random, ports } = nat;
  const lots = randomPorts(nat, manip);
  if (lots.length === 0 && (ports === undefined || random)) return { picked: finish(one.set, own), others };
  const with_ = manager.and(one.set, has.ports);
  const without = manager.minus(one.set, has.ports);
  const pick = (set: Bdd, range: PortRange): readonly PacketClass[] => {
    const single = range.lo === range.hi || (manip === 'dst' && !random);
    const doubt: Doubt | undefined = single
      ? undefined
      : { why: 'chance', what: `the kernel picks a port of ${range.lo}-${range.hi}`, rule };
    const { firsts, more } = single ? { firsts: [range.lo], more: false } : partsOf({ range, manip, oif: one.env.oif });
    if (more) others.push(...finish(set, own, { why: 'unmodelled', what: OTHER_PORT, rule }));
    return firsts.flatMap((port) => finish(set, constant(port, 16), doubt));
  };
  if (ports === undefined || random)
    return {
      picked: [
        ...finish(without, own),
        ...lots.flatMap(({ own: from, picked }) => pick(manager.and(with_, between(manager, own, from)), picked)),
      ],
      others,
    };
  const inside = manager.and(with_, between(manager, own, ports));
  return { picked: [...finish(manager.or(without, inside), own), ...pick(manager.minus(with_, inside), ports)], others };
}
