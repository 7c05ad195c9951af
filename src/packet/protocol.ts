/** Protocol numbers and names. source: IANA protocol numbers, as Debian's /etc/protocols spells them. */
export const PROTO = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  ipcomp: 108,
  sctp: 132,
  mh: 135,
  udplite: 136,
} as const;

/** Protocols whose header has a security parameters index: in IPv6, AH is not a protocol of its own but a header before one. */
export function hasIndex(proto: number, family: 4 | 6): boolean {
  return proto === PROTO.esp || (proto === PROTO.ah && family === 4);
}

/** Protocols whose header starts with a source and a destination port. */
export function hasPorts(proto: number): boolean {
  return proto === PROTO.tcp || proto === PROTO.udp || proto === PROTO.sctp || proto === PROTO.dccp || proto === PROTO.udplite;
}

/** A name or a number; undefined: neither is known. */
export function namedProtocol(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const name = text === 'ipv6-icmp' ? 'icmpv6' : text;
  return Object.entries(PROTO).find(([known]) => known === name)?.[1];
}
