/** One leg: who sends, the steps, and the end in words. */
import type { Leg } from '../../connection/journey.ts';
import { assertNever } from '../../lib/invariant.ts';
import { paragraph } from '../../lib/layout.ts';
import { endpointText, flowText, hexMark } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import { whySpent } from '../../simulate/trace.ts';
import { destination, KERNEL, originalDestination, processOf, takenByKernel } from '../text/endpoints.ts';
import { LOST_WORDS } from '../text/labels.ts';
import { ruleName } from '../text/location.ts';
import { choiceText, unansweredText } from './headline.ts';
import { type StepStyle, stepLines } from './steps.ts';

export function legLines({ leg, number }: { readonly leg: Leg; readonly number: number }, style: StepStyle): readonly string[] {
  const { packet } = leg.walk;
  const { paint, width } = style;
  const title = paragraph({ text: `leg ${number}: ${sender(leg.sender, packet)} ${flowText(packet)}`, width, hang: 7 });
  const end = paragraph({ text: `=> ${fateText(leg, style.file)}`, width: width - 2, hang: 5 });
  return [paint.bold(title), ...stepLines(leg.walk.steps, style), `  ${paint.cyan(end)}`];
}

function sender(name: string, packet: Packet): string {
  const mark = packet.mark === 0 ? '' : `, mark ${hexMark(packet.mark)}`;
  if (packet.dir === 'in') return `${name}, in by ${packet.iif ?? '?'}${mark}, sends`;
  const ids = packet.uid === undefined ? (packet.socket ? '' : 'no socket') : `uid ${packet.uid} gid ${packet.gid ?? '?'}`;
  const known = `${ids}${mark}`.replace(/^, /, '');
  return known === '' ? `${name} sends` : `${name} (${known}) sends`;
}

/** The end of a leg as a clause: `delivered to app at 10.244.0.5:8080`. */
export function fateText(leg: Leg, file: string): string {
  const { fate, after, packet } = leg.walk;
  switch (fate.kind) {
    case 'delivered':
      return delivered(leg);
    case 'sent':
      return `leaves the host by ${fate.oif} ${changed(leg)}`;
    case 'forwarded':
      return `forwarded by ${fate.oif} ${changed(leg)}`;
    case 'dropped':
      if (fate.by === undefined) return 'dropped by the policy';
      if (fate.unanswered !== undefined) return `dropped by ${ruleName(fate.by, file)}: ${unansweredText(fate.unanswered, file)}`;
      return `dropped by ${ruleName(fate.by, file)}${fate.by.effect.kind === 'reject' ? ', which answers no such packet' : ''}`;
    case 'rejected':
      return `rejected with ${fate.with} by ${ruleName(fate.by, file)}`;
    case 'lost':
      return `lost: ${LOST_WORDS[fate.reason]} (${flowText({ ...packet, src: after.src, dst: after.dst, ...ports(leg) })})`;
    case 'undecided':
      if (whySpent(leg.walk) !== undefined) return `undecided: budget: ${whySpent(leg.walk)}`;
      return `undecided: it depends on ${fate.reasons.map((reason) => choiceText(reason, file)).join('; ')}`;
    default:
      return assertNever(fate);
  }
}

function ports({ walk: { after } }: Leg): Pick<Packet, 'sport' | 'dport'> {
  return { ...(after.sport !== undefined && { sport: after.sport }), ...(after.dport !== undefined && { dport: after.dport }) };
}

/** A capture is told as what the sender sees: its handshake is answered, but by whom? */
function delivered(leg: Leg): string {
  const { packet, fate } = leg.walk;
  const process = processOf(leg);
  const original = originalDestination(leg);
  if (process === KERNEL) return `delivered to ${destination(leg)}, ${takenByKernel(packet)}`;
  if (process === 'nobody') return `delivered to ${destination(leg)}, where nothing listens: refused`;
  if (original === undefined) return `delivered to ${process} at ${destination(leg)}`;
  const port = fate.kind === 'delivered' ? (fate.listener ?? leg.walk.after.dport) : undefined;
  const by = `${process} (${port ?? destination(leg)})`;
  const meant = endpointText({ address: packet.dst });
  const self = meant === endpointText({ address: leg.walk.after.dst });
  const other = self || packet.dport !== port ? original : meant;
  return packet.proto === PROTO.tcp
    ? `handshake completed by ${by}, not by ${self ? `the listener of ${original}` : other}`
    : `answered by ${by}, not by ${other}`;
}

function changed({ walk: { packet, after } }: Leg): string {
  const same = packet.src === after.src && packet.dst === after.dst && packet.sport === after.sport && packet.dport === after.dport;
  if (same) return 'unchanged';
  const from = endpointText({ address: after.src, port: after.sport });
  return `as ${from} -> ${endpointText({ address: after.dst, port: after.dport })}`;
}
