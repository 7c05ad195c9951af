/** The connection to which a packet with a state is assumed to belong. A later packet's is the one that its first packet would have
 *  made; of an answer's only what NAT cannot have rewritten is known. */

import type { Host } from '../host/host.ts';
import type { Nat } from '../netfilter/effect.ts';
import { effectsOfKind } from '../netfilter/everyEffect.ts';
import { type Address, familyOf } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { rulesOfTables } from '../ruleset/everyRule.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { isNatTable } from '../ruleset/stages.ts';
import type { Connection } from './connection.ts';
import type { SimulateOptions, SimulationInput } from './simulate.ts';
import { simulate } from './simulate.ts';
import { Skb } from './skb.ts';
import { statedConnection, statedOf } from './stated.ts';

export interface Membership {
  readonly connection: Connection;
  readonly direction: CtDirection;
  /** how it is known: the packet says it, its first packet was walked, or it is the packet itself, the other way round for an answer */
  readonly from: 'packet' | 'first-packet' | 'ends';
}

/** Undefined: the packet is not said to be a later one. */
export function membershipOf({ ruleset, packet, host }: SimulationInput, options: SimulateOptions = {}): Membership | undefined {
  const { ctstate, ctdir: direction = 'original', ctorigsrc, ctorigdst } = packet;
  if (ctstate !== 'ESTABLISHED' && ctstate !== 'RELATED') return undefined;
  const stated = statedOf(packet, undefined);
  if (stated === undefined) return undefined;
  const plain = statedConnection(new Skb(packet, host), stated);
  if (ctorigsrc !== undefined || ctorigdst !== undefined) return { connection: plain, direction, from: 'packet' };
  // an error is about a connection that it does not show
  if (ctstate === 'RELATED') return { connection: { ...plain, unknown: { src: true, dst: true } }, direction, from: 'ends' };
  if (direction === 'reply') return { connection: { ...plain, ...hidden({ ruleset, host, packet }) }, direction, from: 'ends' };
  const made = firstPacketMakes({ ruleset, packet, host }, options);
  return made === undefined ? { connection: plain, direction, from: 'ends' } : { connection: made, direction, from: 'first-packet' };
}

function firstPacketMakes({ ruleset, packet, host }: SimulationInput, options: SimulateOptions): Connection | undefined {
  const { ctstate: _state, ctdir: _direction, connmark: _mark, ...headers } = packet;
  const first: Packet = { ...headers, ...(packet.proto === PROTO.tcp && { flags: TCP_FLAGS.S }) };
  const { walks } = simulate({ ruleset, packet: first, host }, options);
  return walks.flatMap(({ connections }) => connections)[0];
}

type Answer = Pick<SimulationInput, 'ruleset' | 'host' | 'packet'>;

/** Some NAT rule can have made the answer's ends of others. */
function hidden(answer: Answer): Pick<Connection, 'unknown'> {
  const { src, sport, dst, dport } = answer.packet;
  const rules = natRules(answer.ruleset);
  const dstUnknown = rules.some((nat) => nat.manip !== 'src' && leadsTo(nat, answer.host, { address: src, port: sport }));
  const srcUnknown = rules.some((nat) => nat.manip !== 'dst' && leadsTo(nat, answer.host, { address: dst, port: dport }));
  return srcUnknown || dstUnknown ? { unknown: { src: srcUnknown, dst: dstUnknown } } : {};
}

function natRules(ruleset: Ruleset): readonly Nat[] {
  if (!ruleset.usesConntrack) return [];
  return rulesOfTables(ruleset, isNatTable).flatMap((rule) => effectsOfKind(rule, 'nat'));
}

function leadsTo({ to, ports }: Nat, host: Host, end: { readonly address: Address; readonly port: number | undefined }): boolean {
  const { address, port } = end;
  if (ports !== undefined && port !== undefined && (port < ports.lo || port > ports.hi)) return false;
  switch (to.kind) {
    case 'keep':
      return ports !== undefined;
    case 'addresses':
      return to.lo <= address && address <= to.hi;
    case 'this-host':
    case 'out-interface':
      return isOwn(host, address);
    case 'prefix':
      return typeof address === 'bigint'
        ? (address & BigInt(to.mask)) === to.address
        : typeof to.mask === 'number' && (address & to.mask) >>> 0 === to.address;
  }
}

function isOwn({ interfaces }: Host, address: Address): boolean {
  const loopback = typeof address === 'number' && address >>> 24 === 127;
  return (
    loopback ||
    interfaces.some(({ addresses }) => addresses.some((one) => familyOf(one.address) === familyOf(address) && one.address === address))
  );
}
