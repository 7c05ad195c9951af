/** One packet, as it is typed: `out tcp 10.244.0.5 -> 10.0.0.9:80 uid=1000`, or options of iptables. What is left out stays out. */

import { familyOf } from '../../packet/address.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { expectation } from '../grammar/expectation.ts';
import { type Capture, matchPacketText } from '../grammar/grammar.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { type ProblemSink, reportInto } from '../text/problems.ts';
import type { Source, Span } from '../text/source.ts';
import { KEYS, type KeyName, PAIR_KEYS } from './packetKeys.ts';
import { packetOptions } from './packetOptions.ts';

export interface ParsedPacket {
  /** absent when the text is malformed */
  readonly packet?: PartialPacket;
  /** where each part stands in the text */
  readonly spans: Readonly<Partial<Record<keyof PartialPacket, Span>>>;
  readonly diagnostics: readonly Diagnostic[];
}

const PACKET_HELP = 'a packet is written `[in|out] PROTO [SRC[:PORT]] -> DST[:PORT] [key=value ...]`';

interface Reading {
  readonly report: ProblemSink;
  readonly diagnostics: readonly Diagnostic[];
  readonly spans: Partial<Record<keyof PartialPacket, Span>>;
  packet: PartialPacket;
}

export function parsePacket(source: Source): ParsedPacket {
  const diagnostics: Diagnostic[] = [];
  const reading: Reading = { report: reportInto(diagnostics, source), diagnostics, spans: {}, packet: {} };
  if (/^\s*[-!](?!>)/.test(source.text)) readOptions(reading, source.text);
  else readArrow(reading, source.text);
  checkFamilies(reading);
  return diagnostics.length > 0 ? { spans: reading.spans, diagnostics } : { packet: reading.packet, spans: reading.spans, diagnostics };
}

function readArrow(reading: Reading, text: string): void {
  const match = matchPacketText('packet', text);
  if (!match.ok) {
    const span = { start: Math.min(match.at, Math.max(0, text.length - 1)), end: text.length };
    reading.report({ kind: 'malformed', code: 'bad-packet', message: expectation({ ...match, text }), span, help: PACKET_HELP });
    return;
  }
  let end: 'src' | 'dst' = 'src';
  let pair: Capture | undefined;
  for (const capture of match.captures) {
    switch (capture.rule) {
      case 'dir':
        give(reading, { dir: capture.text as 'in' | 'out' }, capture);
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
        const name = PAIR_KEYS.find((known) => known === pair?.text);
        if (name !== undefined) giveKey(reading, name, capture);
        else reportUnknownKey(reading.report, pair ?? capture);
        break;
      }
    }
  }
}

export function reportUnknownKey(report: ProblemSink, key: Capture): void {
  report({
    kind: 'malformed',
    code: 'bad-packet',
    message: `unknown key \`${key.text}\``,
    span: key,
    help: `keys are ${PAIR_KEYS.join(', ')}`,
  });
}

function giveKey(reading: Reading, name: KeyName, { text, start, end }: Capture): void {
  const value = KEYS[name].one(text);
  if (value === undefined) {
    reading.report({
      kind: 'malformed',
      code: 'bad-packet',
      message: `${name}: expected ${KEYS[name].expected}, found \`${text}\``,
      span: { start, end },
    });
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
  for (const option of packetOptions(text, report)) {
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

const FLAG_NAMES: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 };

/** `SYN,ACK` as a flag byte. */
export function flagNames(text: string): number | undefined {
  const bits = text.split(',').map((name) => FLAG_NAMES[name.toUpperCase()]);
  return bits.some((bit) => bit === undefined) ? undefined : bits.reduce<number>((byte, bit) => byte | (bit ?? 0), 0);
}

function checkFamilies({ packet: { src, dst }, spans, report }: Reading): void {
  if (src === undefined || dst === undefined || familyOf(src) === familyOf(dst)) return;
  const message = `the source is IPv${familyOf(src)} and the destination IPv${familyOf(dst)}`;
  report({ kind: 'malformed', code: 'bad-packet', message, span: spans.dst ?? { start: 0, end: 0 } });
}
