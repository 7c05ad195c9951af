/** One leg: who sends, the steps, and the end in words. */

import type { Leg } from '../../connection/journey.ts';
import { indented, paragraph } from '../../lib/layout.ts';
import { lastEffect } from '../../netfilter/everyEffect.ts';
import { endpointText, flowText, hexMark } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { type Decision, decisionsOf } from '../text/decisions.ts';
import { fateText } from '../text/fate.ts';
import { decisionLines } from './decisionLines.ts';
import { type StepStyle, stepLines } from './steps.ts';

export interface NumberedLeg {
  readonly leg: Leg;
  readonly number: number;
  /** the answer above has said how it ends, and why */
  readonly told: boolean;
}

export interface LegWords {
  readonly title: string;
  readonly end: string;
}

/** Every step of it. */
export function legLines({ leg, number, told }: NumberedLeg, style: StepStyle): readonly string[] {
  const { packet } = leg.walk;
  const { paint, width } = style;
  const title = paragraph({ text: `leg ${number}: ${sender(leg.sender, packet)} ${flowText(packet)}`, width, hang: 7 });
  const end = paragraph({ text: `=> ${endText({ leg, told }, style.file)}`, width: width - 2, hang: 5 });
  return [paint.bold(title), ...stepLines(leg.walk.steps, style), `  ${paint.cyan(end)}`];
}

/** What decided, and the end. */
export function shortLegLines({ leg, number, told, first }: NumberedLeg & { readonly first: Packet }, style: StepStyle): readonly string[] {
  const { paint, width } = style;
  const decisions = decisionsOf(leg.walk.steps);
  const title = indented({ text: shortTitle(leg, first), lead: `${number}  `, width, hang: 3 });
  const end = indented({ text: `=> ${shortEnd({ leg, told }, { file: style.file, decisions })}`, lead: '   ', width, hang: 6 });
  return [...title.map((line) => paint.bold(line)), ...decisionLines(decisions, style), ...end.map((line) => paint.cyan(line))];
}

/** Who sends where, and what becomes of it: one line each, for those who draw the steps themselves. */
export function legWords({ leg, told, first }: Omit<NumberedLeg, 'number'> & { readonly first: Packet }, file: string): LegWords {
  return { title: shortTitle(leg, first), end: endText({ leg, told }, file) };
}

/** `first`: the packet of the first leg, whose ends the line above has shown. */
function shortTitle({ sender: name, walk: { packet, steps } }: Leg, first: Packet): string {
  const { mark, uid, gid, src, dst, dport } = packet;
  const route = steps.find(({ kind }) => kind === 'route');
  const known = [
    ...(uid === undefined ? (packet.dir === 'in' || packet.socket ? [] : ['no socket']) : [`uid ${uid}`]),
    ...(gid === undefined || gid === uid ? [] : [`gid ${gid}`]),
    ...(mark === 0 ? [] : [`mark ${hexMark(mark)}`]),
  ];
  const who = known.length === 0 ? name : `${name} (${known.join(', ')})`;
  const from = packet.dir === 'in' || src !== first.src ? ` from ${endpointText({ address: src })}` : '';
  const by = packet.dir === 'in' ? `, arriving on ${packet.iif ?? '?'}` : route?.kind === 'route' && route.oif ? ` via ${route.oif}` : '';
  return `${who} sends${from} to ${endpointText({ address: dst, port: dport })}${by}`;
}

interface ShortEnd {
  readonly file: string;
  readonly decisions: readonly Decision[];
}

/** The rule that ends the packet stands right above. */
function shortEnd({ leg, told }: Omit<NumberedLeg, 'number'>, { file, decisions }: ShortEnd): string {
  const { fate } = leg.walk;
  const last = decisions.at(-1);
  if (fate.kind === 'rejected' && last?.kind === 'rule' && last.rule === fate.by) return `rejected with ${fate.with}`;
  if (fate.kind === 'dropped' && fate.unanswered === undefined) {
    if (last?.kind === 'policy') return 'dropped';
    if (last?.kind === 'rule' && last.rule === fate.by && lastEffect(fate.by).kind === 'drop') return 'dropped';
  }
  return endText({ leg, told }, file);
}

/** Why a packet is lost is said once. */
function endText({ leg, told }: Omit<NumberedLeg, 'number'>, file: string): string {
  const { fate, after, packet } = leg.walk;
  if (!told || fate.kind !== 'lost') return fateText(leg, file);
  const ports = { ...(after.sport !== undefined && { sport: after.sport }), ...(after.dport !== undefined && { dport: after.dport }) };
  return `lost (${flowText({ ...packet, src: after.src, dst: after.dst, ...ports })})`;
}

function sender(name: string, packet: Packet): string {
  const mark = packet.mark === 0 ? '' : `, mark ${hexMark(packet.mark)}`;
  if (packet.dir === 'in') return `${name}, arriving on ${packet.iif ?? '?'}${mark}, sends`;
  const ids = packet.uid === undefined ? (packet.socket ? '' : 'no socket') : `uid ${packet.uid} gid ${packet.gid ?? '?'}`;
  const known = `${ids}${mark}`.replace(/^, /, '');
  return known === '' ? `${name} sends` : `${name} (${known}) sends`;
}
