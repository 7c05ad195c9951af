/** Packets and sets of packets in a file of YAML, in any of their forms. */

import { unknownAtStart } from '../../diff/unknownAtStart.ts';
import type { Node } from '../../kubernetes/yaml/node.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { PACKET_KEYS, readPacketJson } from '../../packet/readPacketJson.ts';
import { type PacketSet, parsePacketSet } from '../../syntax/packets/parsePacketSet.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { JsonSchema } from '../config/jsonSchema.ts';
import { type At, type Read, read, readText, wrong } from '../config/read.ts';
import { readPacketText } from '../trace/packets.ts';

export interface WrittenPacket {
  readonly text: string;
  readonly given: PartialPacket;
  readonly isWayUnsaid?: true;
  readonly span: Span;
}

export interface WrittenSet {
  readonly text: string;
  readonly where: PacketSet;
  readonly span: Span;
}

const OBJECT_FORM: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(PACKET_KEYS.map((key) => [key, {}])),
  additionalProperties: false,
};

/** Arrow, iptables or object form. */
export const packetIn: Read<WrittenPacket> = read({ anyOf: [readText.schema, OBJECT_FORM] }, (node, at) => {
  if (node.kind === 'map') {
    const value = toValue(node);
    const { given, problems } = readPacketJson(value);
    for (const message of problems) wrong(at, node, { message });
    return given === undefined ? undefined : { text: JSON.stringify(value), given, span: node.span };
  }
  const text = readText(node, at);
  if (text === undefined) return undefined;
  const found = readPacketText(text);
  if ('given' in found)
    return { text: text.trim(), given: found.given, ...(found.isWayUnsaid && { isWayUnsaid: found.isWayUnsaid }), span: node.span };
  tellAll(at, { node, text: text.trim() }, found.diagnostics ?? []);
  return undefined;
});

export const setIn: Read<WrittenSet> = read(readText.schema, (node, at) => {
  const text = readText(node, at);
  if (text === undefined) return undefined;
  const { set, diagnostics } = parsePacketSet({ file: 'packets', text });
  tellAll(at, { node, text }, diagnostics);
  const late = set === undefined ? undefined : unknownAtStart(set);
  if (late !== undefined) return wrong(at, node, { message: `packets before the rules have no \`${late}\`` });
  return set === undefined ? undefined : { text: text.trim(), where: set, span: node.span };
});

interface Quoted {
  readonly node: Node;
  /** in which the places count */
  readonly text: string;
}

/** Places inside a text, as places of the file where the text stands there as it is. */
function tellAll(at: At, { node, text }: Quoted, diagnostics: readonly Diagnostic[]): void {
  const offset = at.source.text.slice(node.span.start, node.span.end).indexOf(text);
  for (const { message, help, span } of diagnostics) {
    const start = node.span.start + offset;
    const place = offset < 0 ? node.span : { start: start + span.start, end: start + span.end };
    wrong(at, { ...node, span: place }, { message, ...(help !== undefined && { help }) });
  }
}

function toValue(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(toValue);
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, toValue(value)]));
  return node.value;
}
