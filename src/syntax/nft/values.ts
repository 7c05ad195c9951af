/** Constants, and the parts of the text that are nothing but one. */
import { PROTO } from '../../packet/protocol.ts';
import { captures } from '../generated/nft.ts';
import type { NftExpression, NftValue } from './ast.ts';
import { afterPart, type NftReader, partAt, spanAt, textAt, unquotedNft } from './matched.ts';
import { isValueOfNft } from './reserved.ts';

export const NFT_VALUES: ReadonlyMap<number, NftValue['form']> = new Map([
  [captures.number, 'number'],
  [captures.time, 'time'],
  [captures.address4, 'address4'],
  [captures.address6, 'address6'],
  [captures.mac, 'mac'],
  [captures.classid, 'word'],
  [captures.quoted, 'string'],
  [captures.word, 'word'],
]);

const WRAPS: ReadonlySet<number> = new Set([
  captures.left,
  captures.leftBinary,
  captures.rhs,
  captures.value,
  ...[captures.cConcat, captures.cRanged, captures.cBinary],
  ...[captures.vConcat, captures.vRanged, captures.vBinary],
]);

/** The part that is all of the others around it. */
export function innermostPart(reader: NftReader, from: number): number {
  const { events, top } = reader.s;
  let at = from;
  let asks = false;
  while (at + 3 < top && WRAPS.has(events[at] as number) && events[at + 4] === events[at + 1] && events[at + 5] === events[at + 2]) {
    asks ||= events[at] === captures.vBinary || events[at] === captures.leftBinary;
    at += 3;
  }
  if (asks) sayFieldWords(reader, [at]);
  return at;
}

export function readNftValue(reader: NftReader, index: number, form: NftValue['form']): NftExpression {
  const { start, end } = spanAt(reader, index);
  const text = textAt(reader, index);
  if (partAt(reader, index) === captures.word && !isValueOfNft(text)) sayWordOfNft(reader, index);
  return { kind: 'value', form, text: form === 'string' ? unquotedNft(text) : text, start, end };
}

function sayWordOfNft(reader: NftReader, index: number): void {
  const message = `\`${textAt(reader, index)}\` is a word of nft and cannot be a value here`;
  const help = 'write it in quotes if it is a name';
  reader.report({ kind: 'malformed', code: 'bad-value', message, span: spanAt(reader, index), help });
}

/** Values within a part that are words of nft there alone. */
export function sayWordsOfNft(reader: NftReader, index: number, words: ReadonlySet<string>): void {
  const end = afterPart(reader, index);
  for (let at = index + 3; at < end; at += 3)
    if (partAt(reader, at) === captures.word && words.has(textAt(reader, at))) sayWordOfNft(reader, at);
}

/** fact: of the protocols, those of the network and the link may be values behind `set` */
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ...(['tcp', 'udp', 'udplite', 'esp', 'ah', 'icmp', 'igmp', 'icmpv6', 'dccp', 'sctp'] as const).map((name): readonly [string, number] => [
    name,
    PROTO[name],
  ]),
  ['comp', PROTO.ipcomp],
  // the type of ICMP
  ['redirect', 5],
]);

/** Behind an operator, whatever the type. nftables src/parser_bison.y keyword_expr, primary_rhs_expr */
export function asProtocolNumber(value: NftExpression): NftExpression {
  const number = value.kind === 'value' && value.form === 'word' ? PROTOCOLS.get(value.text) : undefined;
  return number === undefined ? value : { ...value, kind: 'value', form: 'number', text: String(number) };
}

export function sayFieldWords(reader: NftReader, parts: readonly number[]): void {
  for (const part of parts) {
    const text = partAt(reader, part) === captures.word ? textAt(reader, part) : '';
    if (!PROTOCOLS.has(text)) continue;
    const message = `\`${text}\` begins a field here, and cannot be a value`;
    reader.report({ kind: 'malformed', code: 'bad-value', message, span: spanAt(reader, part) });
  }
}
