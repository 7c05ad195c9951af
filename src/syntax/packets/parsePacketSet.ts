/** A set of packets, as it is typed: the notation of one packet with networks, ranges, lists and `!`. Missing parts are free. */
import { and, inSet, type MatchExpr, masked, not, or } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { SYN } from '../../packet/syn.ts';
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
import { lowerCase, plainPacketText } from './packetCharacters.ts';
import { anyOf, KEYS, type Key, type KeyName } from './packetKeys.ts';
import { type PacketOption, packetOptions } from './packetOptions.ts';
import { readSeenPacket, seenSetText } from './seenPacket.ts';

export interface PacketSet {
  /** absent: both directions */
  readonly dir?: 'in' | 'out';
  /** the packets of each family; `!` takes packets without the field in, as it does in iptables */
  readonly expr: Readonly<Record<Family, MatchExpr>>;
  /** one for each part that is not free; of all alternatives together, when there are some */
  readonly terms: readonly PacketSetTerm[];
  /** it has several, joined by `or`: no term holds for all packets */
  readonly alternatives?: boolean;
}

export interface PacketSetTerm {
  readonly key: KeyName | 'fragment';
  readonly negated: boolean;
  /** as they are written; none for flags that are looked at through a mask */
  readonly values: readonly string[];
  readonly span: Span;
  readonly expr: Readonly<Record<Family, MatchExpr>>;
}

export interface ParsedPacketSet {
  /** absent when the text is malformed */
  readonly set?: PacketSet;
  readonly diagnostics: readonly Diagnostic[];
}

const PACKET_SET_HELP = 'a set is written like `out tcp -> 10.0.0.0/8:{80,443} uid=!1337`; any part may be missing';

interface Reading {
  readonly report: ProblemSink;
  readonly terms: PacketSetTerm[];
  dir?: 'in' | 'out';
}

/** What stands between two `or`. */
interface Alternative extends Reading {
  readonly span: Span;
}

export function parsePacketSet(source: Source): ParsedPacketSet {
  const read = readSet(source);
  const [first] = read.diagnostics;
  const seen = first === undefined ? undefined : readSeenPacket(source.text);
  const meant = seen
    ? { text: seenSetText(seen) }
    : first?.help === PACKET_SET_HELP
      ? meantPacket(plainPacketText(source.text))
      : undefined;
  if (first === undefined || meant === undefined || readSet({ file: '', text: meant.text }).set === undefined) return read;
  if (!('hostName' in meant)) return { diagnostics: [{ ...first, help: `did you mean \`${meant.text}\`?` }] };
  const message = `\`${meant.hostName}\` is a name, and no DNS is asked`;
  return { diagnostics: [{ ...first, message, help: `${nameHelp(meant.hostName)}, such as \`${meant.text}\`` }] };
}

function readSet(source: Source): ParsedPacketSet {
  const diagnostics: Diagnostic[] = [];
  const report = reportInto(diagnostics, source);
  const text = plainPacketText(source.text);
  const parts = /^\s*(?:-(?!-?>)|!\s)/.test(text) ? [optionsPart(text, report)] : readArrow(report, text);
  const [first, ...more] = parts;
  const odd = more.find(({ dir }) => dir !== first?.dir);
  if (odd !== undefined)
    report({
      kind: 'malformed',
      code: 'bad-packet',
      message: 'alternatives of different directions',
      span: odd.span,
      help: 'write the same `in` or `out` before each of them, or ask once for each direction',
    });
  if (first === undefined || diagnostics.length > 0) return { diagnostics };
  const terms = parts.flatMap((part) => part.terms);
  const either = (family: Family): MatchExpr => or(...parts.map((part) => and(...part.terms.map(({ expr }) => expr[family]))));
  const set = { expr: { 4: either(4), 6: either(6) }, terms, ...(first.dir && { dir: first.dir }) };
  return { set: more.length > 0 ? { ...set, alternatives: true } : set, diagnostics };
}

function optionsPart(text: string, report: ProblemSink): Alternative {
  const part: Alternative = { report, terms: [], span: { start: 0, end: text.length } };
  for (const option of packetOptions(text, report)) readOption(part, option);
  return part;
}

/** Rules of the grammar whose text is one item of a set. */
const ITEMS = new Set(['proto', 'protoRange', 'network4', 'network6', 'hostName', 'portRange', 'plainValue']);
/** Rules that begin a set; `not` and items follow. */
const SETS = new Set(['setProto', 'hostSet', 'portSet', 'setValue']);

function readArrow(report: ProblemSink, text: string): readonly Alternative[] {
  const match = matchPacketText('packetSet', lowerCase(text));
  if (!match.ok) {
    const span = { start: Math.min(match.at, Math.max(0, text.length - 1)), end: text.length };
    report({ kind: 'malformed', code: 'bad-packet', message: expectation({ ...match, text }), span, help: PACKET_SET_HELP });
    return [];
  }
  const captures = match.captures.map((capture) => ({ ...capture, text: text.slice(capture.start, capture.end) }));
  return captures
    .filter(({ rule }) => rule === 'part')
    .map((part) => {
      const alternative: Alternative = { report, terms: [], span: trimmed(part) };
      const inside = captures.filter(({ rule, start, end }) => rule !== 'part' && start >= part.start && end <= part.end);
      readPart(alternative, inside);
      return alternative;
    });
}

function readPart(reading: Reading, captures: readonly Capture[]): void {
  let side: 'source' | 'destination' = 'source';
  let name: KeyName | undefined;
  for (const [at, capture] of captures.entries()) {
    if (capture.rule === 'dir') reading.dir = directionNamed(capture.text);
    else if (capture.rule === 'destinationSet') side = 'destination';
    else if (capture.rule === 'key') {
      name = pairKeyNamed(capture.text);
      if (name === undefined) reportUnknownKey(reading.report, capture);
    } else if (SETS.has(capture.rule)) {
      const inside = captures.slice(at + 1).filter(({ start, end }) => start >= capture.start && end <= capture.end);
      const items = inside.filter(({ rule }) => ITEMS.has(rule));
      const negated = capture.text.startsWith('!');
      const key = capture.rule === 'setValue' ? name : placeOf(capture.rule, side);
      if (key !== undefined) addTerm(reading, { key, items, negated, span: trimmed(capture) });
    }
  }
}

function trimmed({ text, start }: Capture): Span {
  return { start, end: start + text.trimEnd().length };
}

function placeOf(rule: string, side: 'source' | 'destination'): KeyName {
  if (rule === 'setProto') return 'proto';
  if (rule === 'hostSet') return side === 'source' ? 'src' : 'dst';
  return side === 'source' ? 'sport' : 'dport';
}

interface Term {
  readonly key: KeyName;
  readonly items: readonly (Span & { readonly text: string })[];
  readonly negated: boolean;
  readonly span: Span;
}

function addTerm({ report, terms }: Reading, { key, items, negated, span }: Term): void {
  const { one, set, expected, help }: Key = KEYS[key];
  const bad = items.find(({ text }) => set(text, 4) === undefined);
  if (bad !== undefined) {
    const isOfPacket = one(bad.text, 4) !== undefined;
    const message = isOfPacket
      ? `\`${key}\` is of one packet of a known connection: a set of packets has no such key`
      : `${key}: expected ${expected}, found \`${bad.text}\``;
    report({ kind: 'malformed', code: 'bad-packet', message, span: { start: bad.start, end: bad.end }, help: help?.(bad.text) });
    return;
  }
  const texts = items.map(({ text }) => text);
  const expr = (family: Family): MatchExpr => signed(anyOf(key, texts, family) as MatchExpr, negated);
  terms.push({ key, negated, values: texts, span, expr: { 4: expr(4), 6: expr(6) } });
}

function signed(expr: MatchExpr, negated: boolean): MatchExpr {
  return negated ? not(expr) : expr;
}

function readOption(reading: Reading, option: PacketOption): void {
  const { meaning, negated, value, valueSpan, start, end } = option;
  const same = (key: PacketSetTerm['key'], expr: MatchExpr): void => {
    reading.terms.push({ key, negated, values: [], span: { start, end }, expr: { 4: signed(expr, negated), 6: signed(expr, negated) } });
  };
  switch (meaning.kind) {
    case 'key': {
      let from = valueSpan.start;
      const items = value.split(',').map((text) => {
        const item = { text: fullRange(meaning.key, text), start: from, end: from + text.length };
        from += text.length + 1;
        return item;
      });
      addTerm(reading, { key: meaning.key, items, negated, span: { start, end } });
      return;
    }
    case 'flag':
      addTerm(reading, { key: meaning.key, items: [{ text: meaning.value, start, end }], negated, span: { start, end } });
      return;
    case 'syn':
      same('flags', masked('flags', SYN.value, SYN.mask));
      return;
    case 'fragment':
      same('fragment', inSet('fragOffset', [{ lo: 1, hi: 8191 }]));
      return;
    case 'tcpFlags': {
      const [mask, bits] = value.split(' ').map(flagNames);
      if (mask === undefined || bits === undefined) {
        reading.report({
          kind: 'malformed',
          code: 'bad-packet',
          message: `\`${value}\` are not valid TCP flags`,
          span: valueSpan,
          help: 'such as `SYN,ACK SYN`',
        });
      } else same('flags', masked('flags', bits, mask));
      return;
    }
    case 'module':
      return;
  }
}

/** `:90` and `80:` of iptables, with their open end. */
function fullRange(key: KeyName, text: string): string {
  if (key !== 'sport' && key !== 'dport' && key !== 'len') return text;
  return text.replace(/^:/, '0:').replace(/:$/, ':65535');
}
