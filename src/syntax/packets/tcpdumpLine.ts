/** A line of `tcpdump -nn`, with `-v` two of them. man tcpdump, OUTPUT FORMAT; print-ip.c, print-tcp.c, print-sll.c of tcpdump 4.99 */
import { type Address, parseAddress } from '../../packet/address.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { SeenPacket } from './kernelLogLine.ts';
import { flagsValue, protocolValue } from './keyValues.ts';

/** Time, with `-i any` interface and direction, family, with `-v` the header in parentheses, source, destination. */
const LINE =
  /^\s*(?:(?<said>in|out)\s+)?(?:(?:[\d-]+ )?[\d:]+\.\d+ )?(?:(?<device>\S+)\s+(?<way>In|Out|B|M|P)\s+)?(?:[\da-f:]{17} [(>].*? )?IP6? (?:\((?<header>.*?)\)\s+)?(?<src>[\da-f.:]+) > (?<dst>[\da-f.:]+): (?<rest>.*)$/is;

/** Undefined: not such a line. */
export function readTcpdumpLine(text: string): SeenPacket | undefined {
  const { said, device, way, header = '', src = '', dst = '', rest = '' } = LINE.exec(text.trim().replace(/\s+/g, ' '))?.groups ?? {};
  const [from, to] = [endOf(src), endOf(dst)];
  if (from === undefined || to === undefined) return undefined;
  const proto = protocolOf(header, rest, from.port !== undefined);
  if (proto === undefined) return undefined;
  const isSent = said === undefined ? way === 'Out' : /^out$/i.test(said);
  const isSeen = said !== undefined || way !== undefined;
  const packet: PartialPacket = {
    ...(isSeen && { dir: isSent ? 'out' : 'in' }),
    ...(way !== undefined && !isSent && device !== undefined && device !== 'any' && { iif: device }),
    proto,
    src: from.address,
    dst: to.address,
    ...(from.port !== undefined && { sport: from.port }),
    ...(to.port !== undefined && { dport: to.port }),
    ...headerOf(header),
    ...(proto === PROTO.tcp && flagsOf(rest)),
    ...(proto === PROTO.icmp && icmpOf(rest, ICMP_WORDS)),
    ...(proto === PROTO.icmpv6 && icmpOf(rest, ICMPV6_WORDS)),
    ...spiOf(rest),
  };
  if (!isSeen) return { packet, notes: [], isWayUnsaid: true };
  return { packet, notes: said === undefined ? [directionNote(device, way)] : [] };
}

function directionNote(device = '', way?: string): string {
  return way === 'Out'
    ? `Out: read as sent by this host; tcpdump on ${device} sees it after the rules, with addresses as NAT left them`
    : `${way === 'In' ? 'In' : `${way}, not sent by this host`}: read as arriving on ${device}, before the rules`;
}

interface End {
  readonly address: Address;
  readonly port?: number;
}

/** `10.0.0.1.40000`, `fd00::1.80`, or an address alone. */
function endOf(text: string): End | undefined {
  const alone = parseAddress(text);
  if (alone !== undefined) return { address: alone };
  const dot = text.lastIndexOf('.');
  const [address, port] = [parseAddress(text.slice(0, dot)), text.slice(dot + 1)];
  return address === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 0xffff ? undefined : { address, port: Number(port) };
}

function protocolOf(header: string, rest: string, hasPort: boolean): number | undefined {
  const number = /(?:proto|next-header) [\w-]+ \((\d+)\)/.exec(header)?.[1] ?? /\bip-proto-(\d+)/.exec(rest)?.[1];
  if (number !== undefined && Number(number) > 0) return Number(number);
  if (/^Flags \[/.test(rest)) return PROTO.tcp;
  const word = /^(?:HBH )?(?:\([^)]*\) )*(?:\[[^\]]*\] )?(ICMP6|ICMP|igmp|ESP|AH|GRE|sctp|UDP)/i.exec(rest)?.[1];
  return word === undefined ? (hasPort ? PROTO.udp : undefined) : protocolValue(word);
}

/** `tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60`; of IPv6 `class`, `hlim`, `payload length`. */
function headerOf(header: string): PartialPacket {
  const number = (name: string): number | undefined => {
    const text = new RegExp(`\\b${name}:? (0x[\\da-f]+|\\d+)`).exec(header)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const [ttl, tos, offset, payload] = [
    number('ttl') ?? number('hlim'),
    number('tos') ?? number('class'),
    number('offset'),
    number('payload length'),
  ];
  const length = payload === undefined ? number('length') : payload + 40;
  return {
    ...(ttl !== undefined && { ttl }),
    ...(tos !== undefined && { tos }),
    ...(length !== undefined && { length }),
    ...(offset !== undefined && offset > 0 && { fragOffset: offset >> 3 }),
  };
}

/** `S`, `S.`, `P.`, `none`; W is CWR. */
function flagsOf(rest: string): PartialPacket {
  const letters = /^Flags \[([^\]]*)\]/.exec(rest)?.[1] ?? '';
  const flags = letters === 'none' ? 0 : flagsValue(letters.replaceAll('W', 'C'));
  return flags === undefined ? {} : { flags };
}

type IcmpWords = readonly (readonly [words: RegExp, type: number, code?: number])[];

const ICMP_WORDS: IcmpWords = [
  [/echo request/, 8],
  [/echo reply/, 0],
  [/port \S+ unreachable/, 3, 3],
  [/need to frag/, 3, 4],
  [/admin prohibited/, 3, 13],
  [/host \S+ unreachable/, 3, 1],
  [/net \S+ unreachable/, 3, 0],
  [/time exceeded/, 11],
  [/redirect/, 5],
];
const ICMPV6_WORDS: IcmpWords = [
  [/echo request/, 128],
  [/echo reply/, 129],
  [/unreachable port|port \S+ unreachable/, 1, 4],
  [/unreachable/, 1],
  [/packet too big/, 2],
  [/time exceeded/, 3],
  [/router solicitation/, 133],
  [/router advertisement/, 134],
  [/neighbor solicitation/, 135],
  [/neighbor advertisement/, 136],
  [/multicast listener report v2/, 143],
];

function icmpOf(rest: string, words: IcmpWords): PartialPacket {
  const [, icmpType, icmpCode] = words.find(([pattern]) => pattern.test(rest)) ?? [];
  return { ...(icmpType !== undefined && { icmpType }), ...(icmpCode !== undefined && { icmpCode }) };
}

function spiOf(rest: string): PartialPacket {
  const spi = /\bspi=0x([\da-f]{1,8})/.exec(rest)?.[1];
  return spi === undefined ? {} : { spi: Number.parseInt(spi, 16) };
}
