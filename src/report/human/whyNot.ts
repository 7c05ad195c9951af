/** Why a packet does not have an outcome, in words: the smallest change of it that gives the outcome, and the rule against it today. */
import type { Journey } from '../../connection/journey.ts';
import { paragraph } from '../../lib/layout.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { toPacketJson } from '../../packet/packetJson.ts';
import type { ChangedPacket, TraceWhyNot } from '../json/traceInput.ts';
import { conditionText } from '../text/decisions.ts';
import { OUTCOME_WORDS } from '../text/labels.ts';
import { ruleGist, ruleLine } from '../text/location.ts';
import { sawText } from '../text/observedValues.ts';

interface Asked {
  readonly journey: Journey;
  readonly file: string;
}

/** A sentence each, the first one first. */
export function whyNotTexts({ outcome, answer, without }: TraceWhyNot, { journey, file }: Asked): readonly string[] {
  const deleted =
    without === undefined
      ? []
      : [
          `with rule ${without.chain} ${without.number} (${ruleLine(without, file)}) deleted this packet would be ${OUTCOME_WORDS[outcome]}; \`chainwalk diff\` shows what else that changes`,
        ];
  switch (answer.kind) {
    case 'has':
      return [`${outcome} is its outcome: nothing has to change`];
    case 'none':
      return [`not ${outcome}, whatever is changed: ${answer.reason}`, ...deleted];
    case 'undecided':
      return [`not ${outcome}; which change gives it is undecided: ${answer.reason}`, ...deleted];
    case 'found':
      return [
        ...answer.packets.map((one, index) => {
          const because = `because ${valuesText(one, journey.packet)}`;
          return `${index === 0 ? `not ${outcome} ${because}` : `or ${because}`}: ${wouldText(one)}`;
        }),
        ...deleted,
      ];
  }
}

export function whyNotLines(whyNot: TraceWhyNot, { width, ...asked }: Asked & { readonly width: number }): readonly string[] {
  return whyNotTexts(whyNot, asked).map((text) => paragraph({ text, width, hang: 2 }));
}

function wouldText(one: ChangedPacket): string {
  return `${typedText(one)} would be ${endText(one.journey)}${againstText(one)}`;
}

/** `CAPTURED (15001)` */
function endText({ outcome, paths: [path] }: Journey): string {
  const port = path?.legs.find(({ role }) => role !== undefined)?.listener?.port;
  const [word] = OUTCOME_WORDS[outcome].split(/ (?=[a-z])/);
  return port === undefined || !outcome.startsWith('captured') ? OUTCOME_WORDS[outcome] : `${word} (${port})`;
}

function againstText({ against }: ChangedPacket): string {
  if (against === undefined) return '';
  const { rule, clause } = against;
  const name = `${rule.chain} ${rule.number}`;
  return clause === undefined ? `; today ${name} decides: ${ruleGist(rule)}` : `; ${name} matches on ${conditionText(clause)}`;
}

/** What the changed parts are today: `protocol is udp`. */
function valuesText({ changed }: ChangedPacket, packet: Packet): string {
  const told = changed.includes('socket') && packet.socket ? ['socket'] : changed;
  return told.map((key) => valueText(key, packet)).join(' and ');
}

const PARTS: Readonly<Record<string, keyof Packet>> = { len: 'length', frag: 'fragOffset' };

function valueText(key: string, packet: Packet): string {
  switch (key) {
    case 'socket':
      return packet.socket ? 'a socket sends it' : 'no socket sends it';
    case 'icmp':
      return `icmp type is ${toPacketJson(packet).icmp ?? 'none'}`;
    case 'dst':
    case 'src':
      return sawText({ [key]: packet[key] }).replace(key, key === 'dst' ? 'destination' : 'source');
    case 'dport':
      return sawText({ dport: packet.dport }).replace('dport', 'port');
    default:
      return sawText({ [key]: packet[PARTS[key] ?? (key as keyof Packet)] as FieldValue });
  }
}

/** As it would be typed: what is filled in anyway is left out. */
function typedText({ journey: { packet }, changed, defaults }: ChangedPacket): string {
  const left = new Set<string>(defaults);
  const words = packetText(packet).split(' ');
  const arrow = words.indexOf('->');
  const from = left.has('sport') && arrow === 3 ? withoutPort(words[2] ?? '') : (words[2] ?? '');
  const keys = words.slice(arrow + 2).filter((word) => {
    const [key = ''] = word.split('=');
    return !left.has(key === 'icmp' ? 'icmpType' : key === 'frag' ? 'fragOffset' : key);
  });
  const unsaid = (['ttl', 'tos', 'len'] as const)
    .filter((key) => changed.includes(key))
    .map((key) => `${key}=${toPacketJson(packet)[key]}`);
  const start = [...words.slice(0, 2), ...(left.has('src') && left.has('sport') ? [] : [from])];
  return [...start, '->', words[arrow + 1], ...keys, ...unsaid].join(' ');
}

function withoutPort(endpoint: string): string {
  const [, six, four] = /^(?:\[([^\]]+)\]|([^:]+)):\d+$/.exec(endpoint) ?? [];
  return six ?? four ?? endpoint;
}
