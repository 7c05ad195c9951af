/** What is not known of the host around rules that came without one, and what is assumed of it for one packet. */

import { addrType } from '../host/addrType.ts';
import { withInterfaces } from '../host/guestInterface.ts';
import type { Host } from '../host/host.ts';
import { POD_INTERFACE, withLength, withPodAddress } from '../host/podAddress.ts';
import { enumeration } from '../lib/enumeration.ts';
import type { Assumption } from '../mesh/assumption.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { type Address, type Family, familyOf, formatAddress } from '../packet/address.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import type { Packet } from '../packet/packet.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import { signOfOtherHost } from '../ruleset/notPod.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

export interface AssumedHost {
  /** families of which its addresses are not given */
  readonly families: readonly Family[];
  /** what shows that the rules are not a pod's, `chain DOCKER` */
  readonly sign?: string;
}

/** `known`: families in which a file or an option says the addresses. */
export function assumedHost(rulesets: readonly Ruleset[], known: readonly Family[] = []): AssumedHost {
  const sign = signOfOtherHost(rulesets);
  return { families: ([4, 6] as const).filter((family) => !known.includes(family)), ...(sign !== undefined && { sign }) };
}

export interface PlacedHost {
  readonly host: Host;
  /** absent: the host was described */
  readonly assumed?: AssumedHost;
}

/** Where a packet is walked. */
export interface Standing {
  readonly host: Host;
  readonly assumptions: readonly Assumption[];
  /** the address that may be this host's or another's: `host` is as if it were its own */
  readonly open?: Address;
}

const OPTIONS = ['--pod-ip', '--host'];

/** The destination of what arrives is the pod's address, and so is the source that is given for what is sent. */
export function standingOf({ host, assumed }: PlacedHost, packet: Packet, given: PartialPacket): Standing {
  if (assumed === undefined) return { host, assumptions: [] };
  const { dir, family, dst, iif } = packet;
  const dev = dir === 'in' ? (iif ?? POD_INTERFACE) : POD_INTERFACE;
  const address = dir === 'in' ? dst : given.src;
  const isOwn = address !== undefined && assumed.families.includes(family) && couldBeOwn(host, packet, address);
  if (!isOwn) return { host, assumptions: [...hostAssumption(host, assumed, family), ...foreignArrival(host, assumed, packet)] };
  const standing = { host: hostWith(host, address, dev) };
  if (dir === 'in' && assumed.sign !== undefined) return { ...standing, assumptions: hostAssumption(host, assumed, family), open: address };
  const says = `${formatAddress(address)}, ${dir === 'in' ? 'where the packet goes' : 'where it comes from'}, is the pod's address`;
  return { ...standing, assumptions: [{ about: 'pod-address', says, options: OPTIONS }] };
}

/** A packet comes by an interface that no rule names: a router has more of them. */
export function withArrivalBy<S extends PlacedHost & { readonly assumptions?: readonly Assumption[] }>(
  scene: S,
  iif: string | undefined,
): S {
  const { host, assumed, assumptions = [] } = scene;
  if (assumed?.sign === undefined || iif === undefined || host.interfaces.some(({ name }) => name === iif)) return scene;
  const there: Assumption = {
    about: 'interface',
    says: `the router has the interface ${iif}, by which the packet comes`,
    options: ['--host'],
  };
  return { ...scene, host: withInterfaces(host, [{ name: iif, addresses: [] }], true), assumptions: [...assumptions, there] };
}

/** A pod whose addresses are known, and a packet for another one by eth0: no node would bring it here. */
function foreignArrival(host: Host, { families, sign }: AssumedHost, packet: Packet): readonly Assumption[] {
  const { dir, family, dst, iif } = packet;
  if (dir !== 'in' || iif !== POD_INTERFACE || sign !== undefined || families.includes(family) || !couldBeOwn(host, packet, dst)) return [];
  const own = host.interfaces.flatMap(({ name, addresses }) => (name === 'lo' ? [] : addresses.map(({ address }) => address)));
  const known = own.filter((address) => familyOf(address) === family).map(formatAddress);
  if (known.length === 0) return [];
  const says = `the packet comes to this pod, though ${formatAddress(dst)} is not its address, which is ${known.join(' or ')}`;
  return [{ about: 'pod-address', says, options: OPTIONS }];
}

/** A set of packets: only as much as is asked here. */
export interface AskedSet {
  readonly dir?: 'in' | 'out';
  readonly alternatives?: boolean;
  readonly terms?: readonly { readonly key: string; readonly negated: boolean; readonly expr: Readonly<Record<Family, MatchExpr>> }[];
}

export interface PinnedAddress {
  readonly address: Address;
  readonly assumption: Assumption;
}

/** The one address that all of them arrive for, or are sent from; undefined where there is none, or it is known whose it is. */
export function pinnedAddress(host: Host, set: AskedSet | undefined, known: readonly Family[]): PinnedAddress | undefined {
  if (set?.dir === undefined || set.alternatives === true) return undefined;
  const address = pointOf(set, set.dir === 'in' ? 'dst' : 'src');
  if (address === undefined || known.includes(familyOf(address)) || !isUnicast(host, address)) return undefined;
  // as for one packet: what a proxy sends with its client's address is not from the pod
  const to = pointOf(set, 'dst');
  const isMarked = set.terms?.some(({ key }) => key === 'mark') === true;
  if (set.dir === 'out' && (isMarked || (to !== undefined && isLocal(host, to)))) return undefined;
  const says = `${formatAddress(address)}, ${set.dir === 'in' ? 'where the packets go' : 'where they come from'}, is the pod's address`;
  return { address, assumption: { about: 'pod-address', says, options: OPTIONS } };
}

function pointOf({ terms = [] }: AskedSet, name: 'src' | 'dst'): Address | undefined {
  const found = terms.filter(({ key, negated }) => key === name && !negated);
  const [address, ...more] = found.flatMap(({ expr }) => [...pointsIn(expr[4]), ...pointsIn(expr[6])]);
  return more.length === 0 ? address : undefined;
}

function pointsIn(expr: MatchExpr): readonly Address[] {
  if (expr.kind !== 'in' || expr.intervals.length !== 1) return [];
  return expr.intervals.flatMap(({ lo, hi }) => (lo === hi && (typeof lo === 'number' || typeof lo === 'bigint') ? [lo] : []));
}

/** Neither one that the host has, nor one that no interface has. What a proxy sends with its client's address is not from the pod. */
function couldBeOwn(host: Host, { dir, dst, mark, iif }: Packet, address: Address): boolean {
  if (iif === 'lo' || !isUnicast(host, address)) return false;
  return dir === 'in' || (mark === 0 && !isLocal(host, dst));
}

function isUnicast(host: Host, address: Address): boolean {
  if (typeof address === 'number' && (address >>> 24 === 0 || address >>> 28 === 0xf)) return false;
  return ADDR_TYPES[addrType(host, address)] === 'UNICAST';
}

function isLocal(host: Host, address: Address): boolean {
  return ADDR_TYPES[addrType(host, address)] === 'LOCAL';
}

/** Of one host, the last few: a stream of packets may go anywhere. */
const KEPT = 64;
const MADE = new WeakMap<Host, Map<string, Host>>();

function hostWith(host: Host, address: Address, dev: string): Host {
  const made = MADE.get(host) ?? new Map<string, Host>();
  const key = `${dev} ${address}`;
  const known = made.get(key) ?? withPodAddress(host, withLength(address), dev);
  if (made.size >= KEPT) made.clear();
  MADE.set(host, made.set(key, known));
  return known;
}

/** Why nothing is proved of packets that arrive: rules that are not a pod's, and no description of their host. */
export function unsaidOfArrivals(assumed: AssumedHost | undefined, dir: 'in' | 'out' | undefined): string | undefined {
  if (assumed?.sign === undefined || dir === 'out') return undefined;
  return `the addresses and interfaces of this host are not given, and ${assumed.sign} is not a pod's: give --host (\`chainwalk capture\` collects it)`;
}

/** Empty where its addresses are known in the requested families. */
export function hostAssumption(host: Host, { families, sign }: AssumedHost, ...asked: readonly Family[]): readonly Assumption[] {
  const unsaid = asked.filter((family) => families.includes(family));
  const own = host.interfaces.find(({ name }) => name === POD_INTERFACE)?.addresses ?? [];
  const texts = own.flatMap(({ address }) => (unsaid.includes(familyOf(address)) ? [formatAddress(address)] : []));
  if (texts.length === 0 && sign === undefined) return [];
  if (sign !== undefined) {
    const named = host.interfaces.some(({ name }) => name !== 'lo' && name !== POD_INTERFACE) ? ', as rules name them' : '';
    return [{ about: 'host', says: `${routerWords(host, asked)}${named}, since ${sign} is not a pod's`, options: ['--host'] }];
  }
  const pod = `a pod${texts.length === 0 ? '' : ` with the address ${texts.join(' and ')}`}`;
  return [{ about: 'pod-address', says: pod, options: OPTIONS }];
}

const MOST_NAMES = 6;

/** `a router with eth0 at 10.244.0.5, docker0 at 172.17.0.1 and tun0`: what is assumed of a host that forwards. */
export function routerWords({ interfaces }: Host, families: readonly Family[]): string {
  const known = interfaces.filter(({ name }) => name !== 'lo');
  const named = known.slice(0, MOST_NAMES).map(({ name, addresses }) => {
    const own = addresses.flatMap(({ address }) => (families.includes(familyOf(address)) ? [formatAddress(address)] : []));
    return own.length === 0 ? name : `${name} at ${own.join(' and ')}`;
  });
  const left = known.length - named.length;
  const parts = [...named, ...(left > 0 ? [`${left} more interfaces`] : [])];
  return `a router with ${enumeration(parts) || 'no interface'}`;
}
