/** The packet on its way: what the kernel's sk_buff carries, mutable, one per walk. */
import { addrType, type TypeLook } from '../host/addrType.ts';
import type { Host, Listener } from '../host/host.ts';
import { findSocket, type SocketQuery, socketBits } from '../host/listeners.ts';
import { type WayBackQuery, wayBack } from '../host/reversePath.ts';
import type { Address, Family } from '../packet/address.ts';
import { CT_STATUS } from '../packet/fields.ts';
import type { CtDirection, CtState, Packet, Quoted, StreamPlace } from '../packet/packet.ts';
import { type ConnectedSocket, connectedSocket, type SocketEnds } from './connectedSocket.ts';
import { type Connection, NO_ZONE, rewritten, type Tuple, type ZonePair } from './connection.ts';

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
  declare readonly quotes: Quoted | undefined;
  declare readonly spi: number | undefined;
  declare readonly length: number;
  declare ttl: number;
  declare tos: number;
  declare readonly fragOffset: number;
  declare readonly mac: number | undefined;
  declare readonly macUnsaid: boolean;
  declare readonly stream: StreamPlace | undefined;
  declare iif: string | undefined;
  declare oif: string | undefined;
  declare mark: number;
  declare socket: number | undefined;
  declare uid: number | undefined;
  declare gid: number | undefined;
  /** state conntrack gave; undefined: it has not seen the packet */
  declare state: CtState | undefined;
  declare connection: Connection | undefined;
  /** which way of its connection the packet goes */
  declare direction: CtDirection;
  /** zone set by CT before the lookup */
  declare zone: ZonePair;
  /** CT or an earlier lookup has attached something: later CT rules are ignored */
  declare tracked: boolean;
  /** connection mark of the template that CT attached; undefined: what earlier packets have left there */
  declare templateMark: number | undefined;
  /** made by REJECT */
  declare answers: boolean;
  /** of processes here that are connected by now */
  declare sockets: readonly ConnectedSocket[];
  /** it belongs to a socket here, whose user is not known */
  declare ownerUnsaid: boolean;
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
    this.quotes = packet.quotes;
    this.spi = packet.spi;
    this.length = packet.length;
    this.ttl = packet.ttl;
    this.tos = packet.tos;
    this.fragOffset = packet.fragOffset;
    this.mac = packet.mac;
    this.macUnsaid = packet.macUnsaid === true;
    this.stream = packet.stream;
    this.iif = packet.dir === 'in' ? packet.iif : undefined;
    this.oif = undefined;
    this.mark = packet.mark;
    const local = packet.dir === 'out' && packet.socket;
    this.socket = local ? 1 : undefined;
    this.uid = local ? packet.uid : undefined;
    this.gid = local ? packet.gid : undefined;
    this.state = undefined;
    this.connection = undefined;
    this.answers = false;
    this.sockets = [];
    this.ownerUnsaid = false;
    this.diverted = undefined;
    this.direction = 'original';
    this.zone = NO_ZONE;
    this.tracked = false;
    this.templateMark = 0;
  }

  /** CT has attached its template, and no lookup came after it. */
  get hasTemplate(): boolean {
    return this.tracked && this.state === undefined;
  }

  /** An answer has the template of the packet that it is about, the other way round. */
  get stateOfTemplate(): CtState {
    return this.direction === 'reply' ? 'RELATED' : 'NEW';
  }

  /** Bits of CT_STATUS, or undefined without a connection. */
  ctStatus(): number | undefined {
    const entry = this.connection;
    if (entry === undefined) return undefined;
    const { src, dst } = rewritten(entry);
    return (
      (entry.confirmed ? CT_STATUS.CONFIRMED : 0) |
      (entry.seenReply ? CT_STATUS.SEEN_REPLY : 0) |
      (entry.assured ? CT_STATUS.ASSURED : 0) |
      (src ? CT_STATUS.SNAT : 0) |
      (dst ? CT_STATUS.DNAT : 0)
    );
  }

  zoneOfConnection(): ZonePair | undefined {
    return this.connection === undefined ? (this.hasTemplate ? this.zone : undefined) : this.connection.zone;
  }

  /** The packet's ends as conntrack keeps them. */
  tuple(): Tuple {
    const { src, dst, sport, dport, icmpType, icmpCode } = this;
    if (icmpType !== undefined) return { src, dst, sport: undefined, dport: icmpType * 256 + (icmpCode ?? 0) };
    return { src, dst, sport: sport ?? 0, dport: dport ?? 0 };
  }

  /** Route type of an address, an index into ADDR_TYPES. */
  addressType(address: Address, look?: TypeLook): number {
    return addrType(this.host, address, look);
  }

  /** An index into WAYS_BACK; `oif`: by which the answer would come. */
  wayBack({ oif = this.oif, ...asked }: Pick<WayBackQuery, 'mark' | 'bound' | 'oif'>): number {
    const { family, src, dst, iif = '' } = this;
    return wayBack(this.host, { family, src, dst, iif, oif, ...asked });
  }

  /** Errors are for who sent the packet that they quote; under NAT of sources IPv4 knows who that is.
   *  kernel net/ipv4/netfilter/nf_socket_ipv4.c nf_sk_lookup_slow_v4(), net/ipv6/netfilter/nf_socket_ipv6.c */
  #lookedFor(): SocketQuery & SocketEnds {
    const { family, quotes, connection, direction, state } = this;
    const { src, dst, sport, dport } = this;
    const seen: SocketQuery & SocketEnds =
      quotes === undefined
        ? { proto: this.proto, dst, dport, src, sport }
        : { proto: quotes.proto, dst: quotes.src, dport: quotes.sport, src: quotes.dst, sport: quotes.dport };
    const isReply = direction === 'reply' && state === (quotes === undefined ? 'ESTABLISHED' : 'RELATED');
    if (family !== 4 || !isReply || connection === undefined) return seen;
    return { ...seen, dst: connection.original.src, dport: connection.original.sport };
  }

  /** Bits of SOCKET_BITS of the socket that a lookup finds, or undefined. */
  lookupSocket(): number | undefined {
    const query = this.#lookedFor();
    const found = this.diverted ?? connectedSocket(this.sockets, query) ?? findSocket(this.host, query);
    return found === undefined ? undefined : socketBits(found);
  }
}
