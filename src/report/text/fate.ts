/** The end of one leg in words, and what it depends on. */

import type { Leg } from '../../connection/journey.ts';
import type { KernelReply } from '../../connection/kernelReply.ts';
import { bridgeSysctl } from '../../host/bridge.ts';
import { assertNever } from '../../lib/invariant.ts';
import { does } from '../../netfilter/everyEffect.ts';
import { endpointText, flowText, pickedText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import { type Choice, pickedSourcePorts, type Unanswered, whySpent } from '../../simulate/trace.ts';
import { destination, KERNEL, NO_PROCESS, originalDestination, processOf, takenByKernel, theProcess } from './endpoints.ts';
import { LOST_WORDS } from './labels.ts';
import { ruleName } from './location.ts';

/** The end of a leg as a clause: `delivered to app at 10.244.0.5:8080`. */
export function fateText(leg: Leg, file: string): string {
  const { fate, after, packet } = leg.walk;
  switch (fate.kind) {
    case 'delivered':
      return delivered(leg);
    case 'sent':
      return `leaves via ${fate.oif} ${changed(leg)}`;
    case 'forwarded':
      return fate.bridged === true ? bridgedText(leg) : `forwarded via ${fate.oif} ${changed(leg)}`;
    case 'dropped':
      if (fate.by === undefined) return 'dropped by the policy';
      if (fate.unanswered !== undefined) return `dropped by ${ruleName(fate.by, file)}: ${unansweredText(fate.unanswered, file)}`;
      return `dropped by ${ruleName(fate.by, file)}${does(fate.by, 'reject') ? ', which answers no such packet' : ''}`;
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

/** What no rule sees. */
export function bridgedText({ walk: { after, packet } }: Leg): string {
  const sysctl = bridgeSysctl(packet.family);
  return `bridged to another port of ${after.oif ?? 'the bridge'}, past these rules, since ${sysctl} is 0 (${flowText(packet)})`;
}

function ports({ walk: { after } }: Leg): Pick<Packet, 'sport' | 'dport'> {
  return { ...(after.sport !== undefined && { sport: after.sport }), ...(after.dport !== undefined && { dport: after.dport }) };
}

/** A capture is told as what the sender sees: its handshake is answered, but by whom? */
function delivered(leg: Leg): string {
  const { packet, fate } = leg.walk;
  const process = processOf(leg);
  const original = originalDestination(leg);
  if (leg.reply !== undefined) return `delivered to ${destination(leg)}, ${repliedText(leg.reply)}`;
  if (process === KERNEL) return `delivered to ${destination(leg)}, ${takenByKernel(packet)}`;
  if (process === NO_PROCESS) return `delivered to ${destination(leg)}, where no process listens: refused`;
  if (original === undefined) return `delivered to ${theProcess(leg)} at ${destination(leg)}`;
  const port = fate.kind === 'delivered' ? (fate.listener ?? leg.walk.after.dport) : undefined;
  const by = `${theProcess(leg)} (${port ?? destination(leg)})`;
  const meant = endpointText({ address: packet.dst });
  const self = meant === endpointText({ address: leg.walk.after.dst });
  const other = self || packet.dport !== port ? original : meant;
  return packet.proto === PROTO.tcp
    ? `the TCP handshake is answered by ${by}, not by ${self ? `the listener of ${original}` : other}`
    : `answered by ${by}, not by ${other}`;
}

function repliedText({ name, walk }: KernelReply): string {
  const kind = walk?.fate.kind;
  return kind === 'sent' || kind === 'delivered' ? `answered by the kernel: ${name}` : `no ${name} arrives`;
}

function changed({ walk }: Leg): string {
  const { packet, after } = walk;
  const same = packet.src === after.src && packet.dst === after.dst && packet.sport === after.sport && packet.dport === after.dport;
  if (same) return 'unchanged';
  const from = pickedText({ address: after.src, port: after.sport }, pickedSourcePorts(walk));
  return `as ${from} -> ${endpointText({ address: after.dst, port: after.dport })}`;
}

/** Where the answer of REJECT dies, as a clause. */
export function unansweredText({ hook, by, table, reason }: Unanswered, file: string): string {
  if (reason !== undefined) return `its answer does not arrive: ${LOST_WORDS[reason]}`;
  return `its answer is dropped in ${hook} by ${by === undefined ? `the policy of ${table} ${hook}` : ruleName(by, file)}`;
}

const CAUSES: Readonly<Record<Exclude<Choice['why'], 'budget'>, (what: string, lacks: string | undefined) => string>> = {
  chance: (what) => `${what}, each time anew`,
  unmodelled: (what, lacks) => (lacks === undefined ? `${what}, which is not modelled` : `${what}, not known without ${lacks}`),
  unsaid: (what) => what,
};

/** What a fork depends on: the rule to blame and why it is open. */
export function choiceText({ rule, what, why, probability, lacks }: Choice, file: string): string {
  if (why === 'budget') return `budget: ${what}`;
  const cause = CAUSES[why](what, lacks);
  const odds = probability === undefined ? '' : ` (probability ${Number(probability.toFixed(4))})`;
  return rule === undefined ? `${cause}${odds}` : `${ruleName(rule, file)}: ${cause}${odds}`;
}
