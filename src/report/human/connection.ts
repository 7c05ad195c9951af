/** The connection of a leg: one line that says whether it completes, or every packet of it as a leg of its own. */
import type { Leg } from '../../connection/journey.ts';
import { toldWay } from '../../connection/legConnection.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import { indented, paragraph } from '../../lib/layout.ts';
import { endpointText, flowText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { decisionsOf } from '../text/decisions.ts';
import { alikeParts, laterParts, type ShownPart } from '../text/shownParts.ts';
import { connectionSentence, partEnd, shortName } from '../text/stall.ts';
import { decisionLines } from './decisionLines.ts';
import { type StepStyle, stepLines } from './steps.ts';

const LEAD = '   ';

export function connectionLine(leg: Leg, style: StepStyle): readonly string[] {
  // what the kernel answers has been said
  const said = leg.reply === undefined ? connectionSentence(leg, style.file) : undefined;
  if (said === undefined) return [];
  const paint =
    leg.connection?.end === 'completes' ? style.paint.green : leg.connection?.end === 'stalls' ? style.paint.red : style.paint.yellow;
  return indented({ text: said, ...style, lead: LEAD }).map((line) => paint(line));
}

/** What decided for each packet; those that go the same way stand together. */
export function shortParts(leg: Leg, style: StepStyle): readonly string[] {
  return alikeParts(leg).flatMap((shown) => {
    const { packet, steps } = shown.part.walk;
    const text = `${shown.names.map(shortName).join(', ')} from ${shown.leg.sender}: ${flow(packet)}`;
    const title = indented({ text, ...style, lead: LEAD }).map((line) => style.paint.bold(line));
    return [...title, ...decisionLines(decisionsOf(steps), style), ...endLines(shown, leg, style)];
  });
}

/** Every step of each packet. */
export function fullParts(leg: Leg, number: number, style: StepStyle): readonly string[] {
  return laterParts(leg).flatMap((shown) => {
    const { packet, steps } = shown.part.walk;
    const text = `leg ${number}, ${PART_WORDS[shown.part.name]}: ${shown.leg.sender} sends ${flowText(packet)}`;
    const title = style.paint.bold(paragraph({ text, width: style.width, hang: 7 }));
    return ['', title, ...stepLines(steps, style), ...endLines(shown, leg, { ...style, lead: '  ' })];
  });
}

function endLines({ part }: ShownPart, leg: Leg, style: StepStyle & { readonly lead?: string }): readonly string[] {
  const text = `=> ${partEnd(part, { way: toldWay(leg), file: style.file }).replace(/^is /, '')}`;
  return indented({ text, lead: LEAD, ...style, hang: 6 }).map((line) => style.paint.cyan(line));
}

function flow({ src, sport, dst, dport, dir, iif }: Packet): string {
  const by = dir === 'in' ? `, arriving on ${iif ?? '?'}` : '';
  return `${endpointText({ address: src, port: sport })} -> ${endpointText({ address: dst, port: dport })}${by}`;
}
