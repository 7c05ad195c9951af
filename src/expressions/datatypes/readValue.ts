/** The value of a constant, by its type. */
import { closest } from '../../lib/nearest.ts';
import { parseIPv4, parseIPv6 } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { SERVICES } from '../../packet/services.ts';
import type { NftValue } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import { parseDuration, readClock } from './clock.ts';
import { BOOLEAN } from './constants.ts';
import type { Datatype, ValueReading } from './datatype.ts';

/** Undefined: it is no value of the type, which was reported, or only the machine knows it where the rules are loaded. */
export function readValue(value: NftValue & Span, type: Datatype, context: ValueReading): FieldValue | undefined {
  const { text, form } = value;
  const refuse = (message: string, help?: string): undefined =>
    void context.report({ kind: 'not-loadable', code: 'bad-value', message, span: value, help });
  if (form === 'word' && BOOLEAN.has(text) && type.constants !== BOOLEAN)
    return refuse(`\`${text}\` says whether something is there, it is not a value of type ${type.name}`);
  if (type.names === 'clock')
    return readClock(text, type.name) ?? refuse(`\`${text}\` is not ${type.name === 'hour' ? 'a time of day' : 'a date'}`);
  if (type.names === 'duration') return parseDuration(text) ?? refuse(`\`${text}\` is not a time`);
  const onlyThere = (what: string): undefined => {
    const message = `${what} \`${text}\` is looked up when the rules are loaded`;
    context.report({ kind: 'not-modelled', code: 'unknown-value', message, span: value, help: 'write the number' });
  };
  if (form === 'word' && PROTOCOL_WORDS.has(text) && !TYPES_OF_PROTOCOLS.has(type.name))
    return refuse(`\`${text}\` is a protocol, not a value of type ${type.name}`);
  if (form === 'word' && text === 'redirect' && type.name !== 'icmp_type')
    return refuse(`\`redirect\` is a type of ICMP, not a value of type ${type.name}`);
  if (CLASS.test(text) && (type.names === 'service' || type.form === 'address4'))
    return refuse(`\`${text}\` is not a value of type ${type.name}`);
  switch (type.form) {
    case 'address4':
      return (
        parseIPv4(text) ?? (form === 'number' && Number(decimalOf(text)) <= 0xffff_ffff ? numberOf(text) : hostName(value, context, 'IPv4'))
      );
    case 'address6':
      return parseIPv6(text) ?? hostName(value, context, 'IPv6');
    case 'mac':
      // the digits of a number are read as those of an address
      if (form === 'number' && decimalOf(text).length <= 2) return ofHex(decimalOf(text), 2);
      // whatever stands between them
      if (form === 'address4' && /^\d\d?(?:\.\d\d?){3}$/.test(text)) return ofHex(text.replaceAll('.', ':'), 2);
      return form === 'mac' ? ofHex(text, 2) : refuse(`\`${text}\` is not a valid MAC address`);
    case 'classid':
      return text === 'root' ? 0xffff_ffff : classNumber(text);
    case 'name':
      if (type.name === 'ifname' && form !== 'number' && (text === '' || text === '*'))
        return refuse('this is not the name of an interface');
      // kernel net/core/dev.c dev_valid_name()
      if (type.names === 'interface' && /[:/]/.test(text)) return refuse(`\`${text}\` is not the name of an interface`);
      if (type.name === 'ifname' && text.length >= LONGEST_NAME) return refuse(`\`${text}\` is too long for the name of an interface`);
      if (type.name === 'text' && text.length >= LONGEST_NAME)
        return refuse(`\`${text}\` is too long: at most ${LONGEST_NAME - 1} bytes are compared`);
      return form === 'number' ? decimalOf(text) : text;
    case 'number':
      break;
  }
  const named = type.constants?.get(text) ?? accountOf(text, type, context);
  if (named !== undefined) return named;
  // of ports also what is no number of base 8: `080`
  const isQuotedNumber = form === 'string' && (NUMBER.test(text) || (type.names === 'service' && /^\d+$/.test(text)));
  if (form === 'number' || form === 'time' || isQuotedNumber) {
    if (type.name === 'fib_oif' && text !== '0') return onlyThere('interface');
    const number = form === 'time' ? Number.parseInt(text, 10) : isWide(type) ? wideOf(text) : numberOf(text);
    if (number === undefined || number >= 2 ** type.bits || number > (type.last ?? number))
      return refuse(`\`${text}\` exceeds the greatest value of ${type.name}, ${type.last ?? `which has ${type.bits} bits`}`);
    return number;
  }
  if (type.names === 'service' && !/[a-z]/i.test(text))
    return refuse(`\`${text}\` is not a port`, text.includes(':') ? `a range of ports is \`${text.replace(':', '-')}\`` : undefined);
  if (type.name === 'fib_oif' && /[:/]/.test(text)) return refuse(`\`${text}\` is not the name of an interface`);
  if (NAMED_BY_WORDS.has(type.names ?? '') && /^address|mac/.test(form)) return refuse(`\`${text}\` is not the name of a ${type.names}`);
  if (type.names !== undefined) return onlyThere(type.names);
  const meant = type.constants === undefined ? undefined : closest(text, [...type.constants.keys()])?.word;
  return refuse(`\`${text}\` is not a value of type ${type.name}`, meant === undefined ? undefined : `did you mean \`${meant}\`?`);
}

/** As gmp reads it within quotes. */
const NUMBER = /^(?:0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i;

/** `ffff:1` */
const CLASS = /^[\da-f]{1,4}:[\da-f]{1,4}$/i;

/** Words that nft takes for protocols wherever a value stands. nftables src/parser_bison.y primary_rhs_expr */
const PROTOCOL_WORDS: ReadonlySet<string> = new Set([
  'tcp',
  'udp',
  'udplite',
  'esp',
  'ah',
  'icmp',
  'igmp',
  'icmpv6',
  'comp',
  'dccp',
  'sctp',
]);
const TYPES_OF_PROTOCOLS: ReadonlySet<string> = new Set(['inet_proto', 'string']);

const NAMED_BY_WORDS: ReadonlySet<string> = new Set(['user', 'group', 'device group', 'realm', 'label']);

/** Parts between colons, each of that many digits. */
function ofHex(text: string, digits: number): number {
  const parts = text.split(':').map((part) => part.padStart(digits, '0'));
  return Number.parseInt(parts.join(''), 16);
}

/** What strtoull(3) makes of the text, or of the two parts before and behind its first colon, and what comes after is not looked at.
 *  nftables src/meta.c tchandle_type_parse() */
function classNumber(text: string): number {
  const [major = '', minor] = text.split(':');
  const start = (part: string): number => Number.parseInt(/^[\da-f]*/i.exec(part)?.[0] || '0', 16);
  if (minor !== undefined) return start(major) * 0x1_0000 + start(minor);
  return (numberOf(/^0x[\da-f]+|^\d*/i.exec(text)?.[0] || '0') ?? 0) % 2 ** 32;
}

/** With the byte at its end. kernel include/uapi/linux/if.h IFNAMSIZ */
const LONGEST_NAME = 16;

function accountOf(text: string, { names }: Datatype, { users, groups }: ValueReading): number | undefined {
  if (names === 'service') return SERVICES.get(text);
  if (names !== 'user' && names !== 'group') return undefined;
  return (names === 'user' ? users : groups)?.get(text) ?? (text === 'root' ? 0 : undefined);
}

/** source: RFC 6761 */
const LOCALHOST: Readonly<Record<string, FieldValue>> = { IPv4: 0x7f00_0001, IPv6: 1n };

function hostName(value: NftValue & Span, { report }: ValueReading, family: string): FieldValue | undefined {
  if (value.text === 'localhost') return LOCALHOST[family];
  if (value.form === 'word' || value.form === 'string') {
    const message = `the ${family} addresses of host \`${value.text}\` are looked up when the rules are loaded`;
    report({ kind: 'not-modelled', code: 'unknown-value', message, span: value, help: 'write the address' });
  } else report({ kind: 'not-loadable', code: 'bad-value', message: `\`${value.text}\` is not an ${family} address`, span: value });
  return undefined;
}

/** A name or an address that is written as a number; `08` is no number. nftables src/scanner.l, src/datatype.c symbol_parse() */
export function decimalOf(text: string): string {
  if (/^0[0-7]+$/.test(text)) return String(Number.parseInt(text, 8));
  return /^0x/i.test(text) ? String(BigInt(text)) : text;
}

/** Of more bits than a number of JavaScript keeps: a part of a packet by its place. */
function isWide({ prints, bits }: Datatype): boolean {
  return prints === 'hex' && bits > 53;
}

function wideOf(text: string): bigint | undefined {
  return numberOf(text) === undefined ? undefined : BigInt(decimalOf(text));
}

/** As strtoull(3) reads it in base 0. */
function numberOf(text: string): number | undefined {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
