/** The packet on its way: what the kernel's sk_buff carries, mutable, one per walk. */
import { addrType } from '../host/addrType.ts';
import type { Host, Listener } from '../host/host.ts';
import { findSocket, socketBits } from '../host/listeners.ts';
import type { Address, Family } from '../packet/address.ts';
import { CT_STATUS } from '../packet/fields.ts';
import type { CtState, Packet } from '../packet/packet.ts';

export interface Tuple {
  src: Address;
  dst: Address;
  sport: number | undefined;
  dport: number | undefined;
}

/** A conntrack entry as far as one packet needs it. */
export interface Connection {
  readonly original: Tuple;
  /** of the original direction, after NAT */
  readonly translated: Tuple;
  readonly proto: number;
  readonly zone: number;
  mark: number;
  /** in the table of connections: its first packet survived all hooks */
  confirmed: boolean;
  /** source and destination manipulation are decided */
  srcDone: boolean;
  dstDone: boolean;
}

/** Fields are declared, not defined: each is then written once, in the constructor. */
export class Skb {
  declare readonly host: Host;
  declare readonly family: Family;
  declare readonly proto: number;
  declare src: Address;
  declare dst: Address;
  declare sport: number | undefined;
  declare dport: number | undefined;
  declare flags: number | undefined;
  declare readonly icmpType: number | undefined;
  declare readonly icmpCode: number | undefined;
  declare readonly length: number;
  declare ttl: number;
  declare tos: number;
  declare readonly fragOffset: number;
  declare readonly mac: number | undefined;
  declare iif: string | undefined;
  declare oif: string | undefined;
  declare mark: number;
  declare socket: number | undefined;
  declare uid: number | undefined;
  declare gid: number | undefined;
  /** state conntrack gave; undefined: it has not seen the packet */
  declare state: CtState | undefined;
  declare connection: Connection | undefined;
  /** zone set by CT before the lookup; 0 when none was */
  declare zone: number;
  /** CT or an earlier lookup has attached something: later CT rules are ignored */
  declare tracked: boolean;
  /** connection mark of the template that CT attached */
  declare templateMark: number;
  /** socket assigned by TPROXY */
  declare diverted: Listener | undefined;

  constructor(packet: Packet, host: Host) {
    this.host = host;
    this.family = packet.family;
    this.proto = packet.proto;
    this.src = packet.src;
    this.dst = packet.dst;
    this.sport = packet.sport;
    this.dport = packet.dport;
    this.flags = packet.flags;
    this.icmpType = packet.icmpType;
    this.icmpCode = packet.icmpCode;
    this.length = packet.length;
    this.ttl = packet.ttl;
    this.tos = packet.tos;
    this.fragOffset = packet.fragOffset;
    this.mac = packet.mac;
    this.iif = packet.dir === 'in' ? packet.iif : undefined;
    this.oif = undefined;
    this.mark = packet.mark;
    const local = packet.dir === 'out' && packet.socket;
    this.socket = local ? 1 : undefined;
    this.uid = local ? packet.uid : undefined;
    this.gid = local ? packet.gid : undefined;
    this.state = undefined;
    this.connection = undefined;
    this.diverted = undefined;
    this.zone = 0;
    this.tracked = false;
    this.templateMark = 0;
  }

  /** CT has attached its template, and the lookup is still to come: in the rest of raw the packet counts as NEW. */
  get hasTemplate(): boolean {
    return this.tracked && this.state === undefined;
  }

  /** Bits of CT_STATUS, or undefined without a connection. */
  ctStatus(): number | undefined {
    const entry = this.connection;
    if (entry === undefined) return undefined;
    const { original, translated } = entry;
    const snat = original.src !== translated.src || original.sport !== translated.sport;
    const dnat = original.dst !== translated.dst || original.dport !== translated.dport;
    return (
      (entry.confirmed ? CT_STATUS.CONFIRMED : 0) |
      (this.state === 'ESTABLISHED' ? CT_STATUS.SEEN_REPLY : 0) |
      (snat ? CT_STATUS.SNAT : 0) |
      (dnat ? CT_STATUS.DNAT : 0)
    );
  }

  /** What conntrack keeps in place of a port: for ICMP type and code as one number, 0 for protocols without ports.
   *  The id that stands for the other ICMP port is not part of our packets. */
  connectionPort(port: number | undefined, icmpType: number | undefined): number | undefined {
    if (this.connection === undefined || port !== undefined) return port;
    if (this.icmpType === undefined) return 0;
    return icmpType === undefined ? undefined : icmpType * 256 + (this.icmpCode ?? 0);
  }

  /** Route type of an address, an index into ADDR_TYPES; with `dev`, looking only there. */
  addressType(address: Address, dev?: string): number {
    return addrType(this.host, address, dev);
  }

  /** Bits of SOCKET_BITS of the socket that a lookup finds, or undefined. */
  lookupSocket(): number | undefined {
    const found = this.diverted ?? findSocket(this.host, { proto: this.proto, dst: this.dst, dport: this.dport });
    return found === undefined ? undefined : socketBits(found);
  }
}
