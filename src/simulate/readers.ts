/** How each field is read off a packet. */
import type { Field, FieldValue } from '../packet/fields.ts';
import { CT_STATES } from '../packet/packet.ts';
import { tupleOf, zoneId } from './connection.ts';
import type { Skb } from './skb.ts';

/** `undefined` is absent. */
export const READERS: Readonly<Record<Field, (skb: Skb) => FieldValue | undefined>> = {
  proto: (skb) => skb.proto,
  src: (skb) => skb.src,
  dst: (skb) => skb.dst,
  sport: (skb) => skb.sport,
  dport: (skb) => skb.dport,
  flags: (skb) => skb.flags,
  icmpType: (skb) => skb.icmpType,
  icmpCode: (skb) => skb.icmpCode,
  spi: (skb) => skb.spi,
  length: (skb) => skb.length,
  ttl: (skb) => skb.ttl,
  tos: (skb) => skb.tos,
  fragOffset: (skb) => skb.fragOffset,
  mac: (skb) => skb.mac,
  iif: (skb) => skb.iif,
  oif: (skb) => skb.oif,
  mark: (skb) => skb.mark,
  connmark: (skb) => (skb.hasTemplate ? skb.templateMark : skb.connection?.mark),
  ctstate: (skb) => CT_STATES.indexOf(skb.state ?? (skb.hasTemplate ? skb.stateOfTemplate : 'INVALID')),
  ctzone: (skb) => {
    const zone = skb.zoneOfConnection();
    return zone && zoneId(zone);
  },
  ctorigzone: (skb) => skb.zoneOfConnection()?.original,
  ctreplzone: (skb) => skb.zoneOfConnection()?.reply,
  ctstatus: (skb) => skb.ctStatus(),
  ctdir: (skb) => (skb.connection === undefined ? undefined : skb.direction === 'original' ? 0 : 1),
  ctproto: (skb) => skb.connection?.proto,
  ctorigsrc: (skb) => skb.connection?.original.src,
  ctorigdst: (skb) => skb.connection?.original.dst,
  ctreplsrc: (skb) => skb.connection?.translated.dst,
  ctrepldst: (skb) => skb.connection?.translated.src,
  ctorigsport: (skb) => skb.connection?.original.sport,
  ctorigdport: (skb) => skb.connection?.original.dport,
  ctreplsport: (skb) => skb.connection && tupleOf(skb.connection, 'reply').sport,
  ctrepldport: (skb) => skb.connection && tupleOf(skb.connection, 'reply').dport,
  socket: (skb) => skb.socket,
  uid: (skb) => skb.uid,
  gid: (skb) => skb.gid,
  srcType: (skb) => skb.addressType(skb.src),
  dstType: (skb) => skb.addressType(skb.dst),
  srcTypeIn: (skb) => skb.addressType(skb.src, { dev: skb.iif }),
  srcTypeOut: (skb) => skb.addressType(skb.src, { dev: skb.oif }),
  srcTypeFrom: (skb) => skb.addressType(skb.src, { from: skb.dst }),
  srcTypeFromIn: (skb) => skb.addressType(skb.src, { dev: skb.iif, from: skb.dst }),
  dstTypeIn: (skb) => skb.addressType(skb.dst, { dev: skb.iif }),
  dstTypeOut: (skb) => skb.addressType(skb.dst, { dev: skb.oif }),
  dstTypeFrom: (skb) => skb.addressType(skb.dst, { from: skb.src }),
  dstTypeFromIn: (skb) => skb.addressType(skb.dst, { dev: skb.iif, from: skb.src }),
  wayBack: (skb) => skb.wayBack({ mark: 0 }),
  wayBackMarked: (skb) => skb.wayBack({ mark: skb.mark }),
  wayBackBound: (skb) => skb.wayBack({ mark: 0, bound: true }),
  wayBackBoundMarked: (skb) => skb.wayBack({ mark: skb.mark, bound: true }),
  wayBackMade: (skb) => skb.wayBack({ mark: 0, oif: 'lo' }),
  sk: (skb) => skb.lookupSocket(),
};
