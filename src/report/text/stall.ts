/** Where a connection stops: which packet does not arrive, and why. */
import type { Leg, LegConnection } from '../../connection/journey.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import { endpointText } from '../../packet/notation.ts';
import type { Conversation, ConversationPart } from '../../simulate/conversation.ts';
import { fateText } from './fate.ts';
import { LOST_WORDS } from './labels.ts';

/** Completes `the`. */
export const PART_WORDS: Readonly<Record<PartName, string>> = {
  first: 'first packet',
  'syn-ack': 'SYN-ACK',
  ack: 'ACK',
  answer: 'answer',
  data: 'data of the client',
  'data-back': 'data of the server',
  fin: 'FIN of the client',
  'fin-back': 'FIN of the server',
  rst: 'reset',
  error: 'ICMP error',
  'too-big': 'ICMP error (too big)',
  'too-big-back': 'ICMP error (too big)',
  'ttl-exceeded': 'ICMP error (TTL exceeded)',
  'ttl-exceeded-back': 'ICMP error (TTL exceeded)',
  'port-unreachable': 'ICMP error (port unreachable)',
  'port-unreachable-back': 'ICMP error (port unreachable)',
};

/** `the SYN-ACK is dropped by filter OUTPUT#3 at pod.rules:40`; empty where nothing stops. */
export function stallText({ ways }: LegConnection, file: string): string {
  const stopped = ways.find(({ end }) => end === 'stalls') ?? ways[0];
  const last = stopped.parts.at(-1);
  return last === undefined ? '' : `the ${PART_WORDS[last.name]} ${endOf(last, { way: stopped, file })}`;
}

interface Place {
  readonly way: Conversation;
  readonly file: string;
}

function endOf(part: ConversationPart, { way, file }: Place): string {
  const { walk } = part;
  const { fate, steps } = walk;
  const leg: Leg = { sender: 'kernel', walk };
  switch (fate.kind) {
    case 'dropped': {
      const policy = fate.by === undefined ? steps.findLast((step) => step.kind === 'policy') : undefined;
      return policy?.kind === 'policy' ? `is dropped by the policy of ${policy.table} ${policy.chain}` : `is ${fateText(leg, file)}`;
    }
    case 'rejected':
      return `is ${fateText(leg, file)}`;
    case 'lost':
      return `is lost: ${LOST_WORDS[fate.reason]}`;
    case 'undecided':
      return `may not arrive: ${fateText(leg, file).replace('undecided: ', '')}`;
    default:
      return elsewhere(part, way);
  }
}

/** It comes out where nothing waits for it. */
function elsewhere({ direction, walk }: ConversationPart, { parts: [first] }: Conversation): string {
  if (first === undefined) return '';
  const { packet, after } = first.walk;
  const meant = direction === 'original' ? after : { src: packet.dst, sport: packet.dport, dst: packet.src, dport: packet.sport };
  const from = difference({ address: walk.after.src, port: walk.after.sport }, { address: meant.src, port: meant.sport });
  const to = difference({ address: walk.after.dst, port: walk.after.dport }, { address: meant.dst, port: meant.dport });
  const { fate } = walk;
  const end = fate.kind === 'sent' || fate.kind === 'forwarded' ? `leaves via ${fate.oif}` : 'arrives';
  const as = from === undefined ? '' : ` as ${from}`;
  const at = to === undefined ? '' : `${from === undefined ? '' : ' and'} at ${to}`;
  return `${end}${as}${at}${as + at === '' ? ', where nothing waits for it' : ''}${strange(walk)}`;
}

function difference(is: Ends, meant: Ends): string | undefined {
  const [one, other] = [endpointText(is), endpointText(meant)];
  return one === other ? undefined : `${one}, not ${other}`;
}

type Ends = Parameters<typeof endpointText>[0];

/** Why NAT does not turn it back. */
function strange({ steps }: ConversationPart['walk']): string {
  const seen = steps.findLast((step) => step.kind === 'conntrack');
  if (seen?.kind !== 'conntrack' || seen.state === 'ESTABLISHED' || seen.state === 'RELATED') return '';
  if (seen.state === 'UNTRACKED') return ': a rule keeps it from being tracked, so its addresses are not translated back';
  return `: conntrack${seen.zone === 0 ? '' : ` zone ${seen.zone}`} does not know its connection`;
}
