/** What becomes of the packets of a connection after the first, and which of them stops it. */
import type { Leg } from '../../connection/journey.ts';
import { stoppedBy, toldWay } from '../../connection/legConnection.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { OPENING_PARTS, type PartName } from '../../netfilter/connectionParts.ts';
import { endpointText } from '../../packet/notation.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Conversation, ConversationPart } from '../../simulate/conversation.ts';
import { decidedByElement } from './doneStep.ts';
import { choiceText, fateText } from './fate.ts';
import { LOST_WORDS } from './labels.ts';
import { ruleGist } from './location.ts';

/** Who sends it stands beside it. */
export function shortName(name: PartName): string {
  return PART_WORDS[name].replace(/ (?:of|to) the (?:client|server)$/, '').replace(/^ICMP error "(.*)"$/, 'ICMP $1');
}

/** `completes: SYN-ACK and ACK pass`, `STALLS: the SYN-ACK is dropped by filter OUTPUT#3 at pod.rules:40`; undefined: nothing to tell. */
export function connectionSentence(leg: Leg, file: string): string | undefined {
  const { connection, walk, foreignSource } = leg;
  if (foreignSource === true && walk.fate.kind !== 'dropped' && walk.fate.kind !== 'lost')
    return `opens no connection: no socket here has the source address ${endpointText({ address: walk.packet.src })}`;
  switch (connection?.end) {
    case 'completes':
      return `completes: ${walk.packet.proto === PROTO.tcp ? 'SYN-ACK and ACK pass' : 'the answer passes'}${afterwards(leg, file)}`;
    case 'stalls':
      return `STALLS: ${stallText(leg, file)}`;
    case 'undecided': {
      const reasons = [...new Set(connection.dependsOn.map((choice) => choiceText(choice, file)))];
      return `may stall: ${reasons.length === 0 ? stallText(leg, file) : `it depends on ${reasons.join('; ')}`}`;
    }
    default: {
      const sent = elsewhereSent(toldWay(leg) ?? rejectionOf(walk)).replace(/^; /, '');
      return sent === '' ? undefined : sent;
    }
  }
}

/** REJECT answers by itself, and opens nothing. */
function rejectionOf(walk: Leg['walk']): Conversation | undefined {
  const { answer, fate } = walk;
  if (answer === undefined || fate.kind !== 'rejected') return undefined;
  const name = answer.packet.proto === PROTO.tcp ? 'rst' : 'error';
  const first: ConversationPart = { name: 'first', direction: 'original', walk, arrives: false };
  return { parts: [first, { name, direction: 'reply', walk: answer, arrives: true }], end: 'refused' };
}

/** What does not arrive of a connection that is open: `; but not FIN of the client: dropped by filter OUTPUT#1`. */
export function afterwards(leg: Pick<Leg, 'connection'>, file: string): string {
  const way = toldWay(leg);
  const lost = way?.parts.filter(({ name, arrives }) => !arrives && name !== 'first' && !OPENING_PARTS.includes(name)) ?? [];
  const byEnd = groupBy(lost, (part) => partEnd(part, { way, file }));
  return [...byEnd]
    .map(([end, parts]) => `; but not ${parts.map(({ name }) => PART_WORDS[name]).join(', ')}: ${end.replace(/^is /, '')}`)
    .join('')
    .concat(elsewhereSent(way));
}

/** Whether a network takes it from there to where it is waited for is not known: no other host's routes are. */
function elsewhereSent(way: Conversation | undefined): string {
  const [first, ...later] = way?.parts ?? [];
  const { packet, fate } = first?.walk ?? {};
  const meant = {
    reply: packet?.dir === 'in' ? packet.iif : undefined,
    original: fate !== undefined && 'oif' in fate ? fate.oif : undefined,
  };
  const part = later.find(
    ({ arrives, direction, walk }) => arrives && 'oif' in walk.fate && walk.fate.oif !== (meant[direction] ?? walk.fate.oif),
  );
  if (part === undefined || !('oif' in part.walk.fate)) return '';
  const as = part.direction === 'reply' ? 'by which the first packet came' : 'as the first packet does';
  return `; the ${PART_WORDS[part.name]} leaves via ${part.walk.fate.oif}, not ${meant[part.direction]}, ${as}`;
}

/** `the SYN-ACK is dropped by filter OUTPUT#3 at pod.rules:40`; empty where nothing stops. */
export function stallText(leg: Pick<Leg, 'connection'>, file: string): string {
  const way = toldWay(leg);
  const last = way?.parts.at(-1);
  return last === undefined ? '' : `the ${PART_WORDS[last.name]} ${partEnd(last, { way, file })}`;
}

/** The rule's own words, after that. */
export function stoppingGist(leg: Pick<Leg, 'connection'>): string {
  const { fate, steps = [] } = toldWay(leg)?.parts.at(-1)?.walk ?? {};
  const rule = fate?.kind === 'dropped' || fate?.kind === 'rejected' ? stoppedBy(leg) : undefined;
  return rule === undefined ? '' : `: ${ruleGist(rule)}${decidedByElement(steps, rule)}`;
}

export interface PartPlace {
  readonly way: Conversation | undefined;
  readonly file: string;
}

/** Follows the name of the packet. */
export function partEnd(part: ConversationPart, place: PartPlace): string {
  const { walk, arrives, direction } = part;
  const { fate, steps, after, packet } = walk;
  const leg: Leg = { sender: 'kernel', walk };
  switch (fate.kind) {
    case 'dropped': {
      const policy = fate.by === undefined ? steps.findLast((step) => step.kind === 'policy') : undefined;
      return policy?.kind === 'policy' ? `is dropped by the policy of ${policy.table} ${policy.chain}` : `is ${fateText(leg, place.file)}`;
    }
    case 'rejected':
      return `is ${fateText(leg, place.file)}`;
    case 'lost':
      // it is not sent at all, and there is no walk of it
      if (after !== place.way?.parts[0]?.walk.after) return `is lost: ${LOST_WORDS[fate.reason]}`;
      return `cannot be sent: ${endpointText({ address: packet.src })} is no address of this host, and the socket is not transparent`;
    case 'undecided':
      return `may not arrive: ${fateText(leg, place.file).replace('undecided: ', '')}`;
    default: {
      const isElsewhere = !arrives && direction === 'reply' && place.way?.parts[0]?.walk.packet.dir === 'in';
      const out = 'oif' in fate ? `leaves via ${fate.oif}` : isElsewhere ? 'comes to this host' : 'arrives';
      if (!arrives) return `${out}${elsewhere(part, place)}`;
      const ends = (one: Ends) => endpointText({ address: one.address, port: one.port });
      return `${out} as ${ends({ address: after.src, port: after.sport })} -> ${ends({ address: after.dst, port: after.dport })}`;
    }
  }
}

/** It comes out where nothing waits for it. */
function elsewhere({ direction, walk }: ConversationPart, { way }: PartPlace): string {
  const first = way?.parts[0];
  if (first === undefined) return '';
  const { packet, after } = first.walk;
  const meant = direction === 'original' ? after : { src: packet.dst, sport: packet.dport, dst: packet.src, dport: packet.sport };
  const from = difference({ address: walk.after.src, port: walk.after.sport }, { address: meant.src, port: meant.sport });
  const to = difference({ address: walk.after.dst, port: walk.after.dport }, { address: meant.dst, port: meant.dport });
  const as = from === undefined ? '' : ` as ${from}`;
  const at = to === undefined ? '' : `${from === undefined ? '' : ' and'} at ${to}`;
  const where = as + at === '' ? `, and not ${direction === 'reply' ? 'to the client' : 'to where the first packet went'}` : `${as}${at}`;
  return `${where}${strange(walk)}`;
}

function difference(is: Ends, meant: Ends): string | undefined {
  const [one, other] = [endpointText(is), endpointText(meant)];
  return one === other ? undefined : `${one}, not ${other}`;
}

type Ends = Parameters<typeof endpointText>[0];

/** Why NAT does not turn it back. */
function strange({ after: { ctstate, ctzone } }: ConversationPart['walk']): string {
  if (ctstate === 'ESTABLISHED' || ctstate === 'RELATED' || ctstate === undefined) return '';
  if (ctstate === 'UNTRACKED') return ': it is not tracked, so its addresses are not translated back';
  return `: conntrack${ctzone === 0 ? '' : ` zone ${ctzone}`} does not know its connection`;
}
