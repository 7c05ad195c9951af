/** One packet, as it is typed: `out tcp 10.244.0.5 -> 10.0.0.9:80 uid=1000`, or options of iptables. What is left out stays out. */

import { type Family, familyOf } from '../../packet/address.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { expectation } from '../grammar/expectation.ts';
import type { Capture } from '../grammar/grammar.ts';
import { matchPacketText } from '../grammar/packetGrammar.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { type ProblemSink, reportInto } from '../text/problems.ts';
import type { Source, Span } from '../text/source.ts';
import { directionNamed } from './directionNamed.ts';
import { pairKeyNamed, reportUnknownKey } from './keyNames.ts';
import { flagNames } from './keyValues.ts';
import { meantPacket, nameHelp } from './meantPacket.ts';
import { oneOfSet } from './oneOfSet.ts';
import { lowerCase, plainPacketText } from './packetCharacters.ts';
import { KEYS, type Key, type KeyName } from './packetKeys.ts';
import { type PacketOption, packetOptions } from './packetOptions.ts';
import { parsePacketSet } from './parsePacketSet.ts';
import { readSeenPacket } from './seenPacket.ts';

export interface ParsedPacket {
  /** absent when the text is malformed */
  readonly packet?: PartialPacket;
  /** where each part stands in the text */
  readonly spans: Readonly<Partial<Record<keyof PartialPacket, Span>>>;
  readonly diagnostics: readonly Diagnostic[];
  /** of a line that a program wrote: what was made of it, and what it does not say */
  readonly notes?: readonly string[];
  /** of such a line: no direction is in it */
  readonly isWayUnsaid?: true;
}

const PACKET_HELP = 'a packet is written `[in|out] PROTO [SRC[:PORT]] -> DST[:PORT] [key=value ...]`, such as `out tcp -> 203.0.113.9:443`';

interface Reading {
  readonly report: ProblemSink;
  readonly diagnostics: readonly Diagnostic[];
  readonly spans: Partial<Record<keyof PartialPacket, Span>>;
  packet: PartialPacket;
  /** as far as addresses show it */
  family: Family;
}

/** The notation, options of iptables, or a line of the kernel's log or of tcpdump. */
export function parsePacket(source: Source): ParsedPacket {
  const seen = readSeenPacket(source.text);
  if (seen !== undefined) return { ...seen, spans: {}, diagnostics: [] };
  const read = readPacket(source);
  return read.packet === undefined ? { ...read, diagnostics: withMeaning(source, read.diagnostics) } : read;
}

function readPacket(source: Source): ParsedPacket {
  const diagnostics: Diagnostic[] = [];
  const reading: Reading = { report: reportInto(diagnostics, source), diagnostics, spans: {}, packet: {}, family: 4 };
  const text = plainPacketText(source.text);
  if (/^\s*[-!](?!-?>)/.test(text)) readOptions(reading, text);
  else readArrow(reading, text);
  checkFamilies(reading);
  return diagnostics.length > 0 ? { spans: reading.spans, diagnostics } : { packet: reading.packet, spans: reading.spans, diagnostics };
}

function isSet(text: string): boolean {
  return parsePacketSet({ file: '', text }).set !== undefined;
}

/** The first error, with what was probably meant: only what parses is suggested. */
function withMeaning(source: Source, [first, ...others]: readonly Diagnostic[]): readonly Diagnostic[] {
  if (first === undefined) return [];
  const text = plainPacketText(source.text);
  const parses = (suggested: string | undefined): suggested is string =>
    suggested !== undefined && readPacket({ file: '', text: suggested }).packet !== undefined;
  if (/\bIP6? \S+ > \S+: /.test(source.text)) {
    return [
      { ...first, message: 'this line of tcpdump has names for numbers', help: '`tcpdump -nn` writes addresses and ports as numbers' },
    ];
  }
  const meant = meantPacket(text);
  const { set } = text.trim() === '' ? {} : parsePacketSet({ file: '', text: isSet(text) || meant === undefined ? text : meant.text });
  const one = set && oneOfSet(set);
  if (parses(one) && !parses(meant?.text)) {
    const all = isSet(text) ? text.trim() : meant?.text;
    const help = `one of them: \`${one}\`; all of them: \`chainwalk find RULES --where "${all}" --outcome ${set?.dir === 'in' ? 'captured-in' : 'direct'}\``;
    const span = { start: text.length - text.trimStart().length, end: text.trimEnd().length };
    return [{ ...first, message: 'a set of packets, where one packet is needed', span, help }];
  }
  if (meant === undefined || !parses(meant.text)) return [first, ...others];
  if (meant.hostName === undefined) {
    const help = first.help === undefined || first.help === PACKET_HELP ? `did you mean \`${meant.text}\`?` : first.help;
    return [{ ...first, help }, ...others];
  }
  const start = text.indexOf(meant.hostName);
  return [
    {
      ...first,
      message: `\`${meant.hostName}\` is a name, and no DNS is asked`,
      span: { start, end: start + meant.hostName.length },
      help: `${nameHelp(meant.hostName)}, such as \`${meant.text}\``,
    },
  ];
}

function readArrow(reading: Reading, text: string): void {
  const match = matchPacketText('packet', lowerCase(text));
  if (!match.ok) {
    const span = { start: Math.min(match.at, Math.max(0, text.length - 1)), end: text.length };
    const hasArrow = text.includes('>') || match.at < text.trimEnd().length;
    const message = hasArrow ? expectation({ ...match, text }) : 'no `->` before the destination';
    reading.report({ kind: 'malformed', code: 'bad-packet', message, span, help: PACKET_HELP });
    return;
  }
  const captures = match.captures.map((capture) => ({ ...capture, text: text.slice(capture.start, capture.end) }));
  if (captures.some(({ rule }) => rule === 'ipv6')) reading.family = 6;
  let end: 'src' | 'dst' = 'src';
  let pair: Capture | undefined;
  for (const capture of captures) {
    switch (capture.rule) {
      case 'dir':
        give(reading, { dir: directionNamed(capture.text) }, capture);
        break;
      case 'destination':
        end = 'dst';
        break;
      case 'proto':
        giveKey(reading, 'proto', capture);
        break;
      case 'ipv4':
      case 'ipv6':
        giveKey(reading, end, capture);
        break;
      case 'port':
        giveKey(reading, end === 'src' ? 'sport' : 'dport', capture);
        break;
      case 'key':
        pair = capture;
        break;
      case 'value': {
        const name = pairKeyNamed(pair?.text ?? '');
        if (name !== undefined) giveKey(reading, name, capture);
        else reportUnknownKey(reading.report, pair ?? capture);
        break;
      }
    }
  }
}

function giveKey(reading: Reading, name: KeyName, { text, start, end }: Capture): void {
  const { one, expected, help }: Key = KEYS[name];
  const value = one(text, reading.family);
  if (value === undefined) {
    const message = `${name}: expected ${expected}, found \`${text}\``;
    reading.report({ kind: 'malformed', code: 'bad-packet', message, span: { start, end }, help: help?.(text) });
  } else give(reading, value, { start, end });
}

function give(reading: Reading, value: PartialPacket, { start, end }: Span): void {
  for (const field of Object.keys(value) as (keyof PartialPacket)[]) {
    if (reading.spans[field] !== undefined) {
      reading.report({ kind: 'malformed', code: 'bad-packet', message: `\`${field}\` is given twice`, span: { start, end } });
      return;
    }
    reading.spans[field] = { start, end };
  }
  reading.packet = { ...reading.packet, ...value };
}

function readOptions(reading: Reading, text: string): void {
  const { report } = reading;
  const options = packetOptions(text, report);
  if (options.some(isOfIPv6)) reading.family = 6;
  for (const option of options) {
    const { meaning, negated, value, valueSpan, flag } = option;
    const socket = meaning.kind === 'flag' && meaning.key === 'socket';
    if (negated && !socket) {
      report({
        kind: 'malformed',
        code: 'bad-packet',
        message: `one packet cannot be \`! ${flag}\``,
        span: option,
        help: 'negation is for sets of packets',
      });
    } else if (meaning.kind === 'key') giveKey(reading, meaning.key, { rule: '', text: value, ...valueSpan });
    else if (socket) give(reading, { socket: !negated }, option);
    else if (meaning.kind === 'syn') give(reading, { flags: 2 }, option);
    else if (meaning.kind === 'tcpFlags') {
      const flags = flagNames(value.split(' ')[1] ?? '');
      if (flags === undefined)
        report({ kind: 'malformed', code: 'bad-packet', message: `\`${value}\` are not valid TCP flags`, span: valueSpan });
      else give(reading, { flags }, valueSpan);
    } else if (meaning.kind === 'fragment') {
      report({
        kind: 'malformed',
        code: 'bad-packet',
        message: '`-f` does not say which fragment',
        span: option,
        help: 'use the arrow form with `frag=OFFSET`',
      });
    }
  }
  const { iif, oif, dst } = reading.packet;
  if (iif !== undefined) reading.packet = { ...reading.packet, dir: 'in' };
  else if (oif !== undefined) reading.packet = { ...reading.packet, dir: 'out' };
  if (dst === undefined && reading.diagnostics.length === 0) {
    report({
      kind: 'malformed',
      code: 'bad-packet',
      message: 'the packet has no destination',
      span: { start: 0, end: text.length },
      help: 'say `-d ADDRESS`',
    });
  }
}

function isOfIPv6({ flag, meaning, value }: PacketOption): boolean {
  if (flag === '--icmpv6-type') return true;
  return meaning.kind === 'key' && (meaning.key === 'src' || meaning.key === 'dst') && value.includes(':');
}

function checkFamilies({ packet: { src, dst }, spans, report }: Reading): void {
  if (src === undefined || dst === undefined || familyOf(src) === familyOf(dst)) return;
  const message = `the source is IPv${familyOf(src)} and the destination IPv${familyOf(dst)}`;
  report({ kind: 'malformed', code: 'bad-packet', message, span: spans.dst ?? { start: 0, end: 0 } });
}
