/** Edits of a pod's rules that break connections, and which connections they break: each was played with real sockets. */
import { dumpOf, readFixture } from '../../support/fixtures.ts';
import { type Edit, inserted } from '../generate/randomEdit.ts';
import type { HostJson } from '../question.ts';

const SIDECAR = readFixture('istio-sidecar');
export const SIDECAR_HOST = SIDECAR.host as HostJson;

/** The application to a server, the proxy to it, a client to the pod, the application to itself over loopback, and a question of DNS. */
export const OPENINGS: readonly string[] = [
  'out tcp -> 10.0.0.9:80 uid=1000',
  'out tcp -> 10.0.0.9:80 uid=1337 gid=1337',
  'in tcp 10.244.0.1 -> 10.244.0.5:8080',
  'out tcp -> 127.0.0.1:8080 uid=1000',
  'out udp -> 10.96.0.10:53 uid=1000',
];

export interface ConnectionEdit {
  readonly edits: readonly Omit<Edit, 'first'>[];
  /** policy of filter OUTPUT */
  readonly policy?: 'DROP';
  /** of each opening: `completes`, or the packet that dies and how, as `syn-ack dropped` */
  readonly ends: readonly string[];
}

const filter = (rule: string): Omit<Edit, 'first'> => ({ table: 'filter', rule });

export const CONNECTION_EDITS: readonly ConnectionEdit[] = [
  { edits: [], ends: ['completes', 'completes', 'completes', 'completes', 'completes'] },
  {
    edits: [filter('-A OUTPUT -p tcp --sport 15006 -j DROP')],
    ends: ['completes', 'completes', 'syn-ack dropped', 'completes', 'completes'],
  },
  {
    edits: [filter('-A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP')],
    ends: ['syn-ack dropped', 'completes', 'syn-ack dropped', 'syn-ack dropped', 'completes'],
  },
  {
    edits: [{ table: 'raw', rule: '-A OUTPUT -p tcp --sport 15001 -j CT --notrack' }],
    ends: ['syn-ack delivered', 'completes', 'completes', 'completes', 'completes'],
  },
  {
    edits: [filter('-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT')],
    policy: 'DROP',
    ends: ['syn-ack dropped', 'ack dropped', 'syn-ack dropped', 'syn-ack dropped', 'data dropped'],
  },
  {
    edits: [filter('-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP')],
    ends: ['syn-ack dropped', 'ack dropped', 'syn-ack dropped', 'syn-ack dropped', 'data dropped'],
  },
  {
    edits: [filter('-A INPUT -m conntrack ! --ctstate NEW -j DROP')],
    ends: ['syn-ack dropped', 'syn-ack dropped', 'ack dropped', 'syn-ack dropped', 'answer dropped'],
  },
  {
    edits: [filter('-A OUTPUT -m conntrack --ctdir REPLY -j DROP')],
    ends: ['syn-ack dropped', 'completes', 'syn-ack dropped', 'syn-ack dropped', 'completes'],
  },
  {
    edits: [filter('-A OUTPUT -o eth0 -p tcp -m conntrack --ctstate ESTABLISHED --ctorigdstport 8080 -j DROP')],
    ends: ['completes', 'completes', 'syn-ack dropped', 'completes', 'completes'],
  },
  {
    edits: [filter('-A INPUT -i eth0 -p tcp --tcp-flags SYN,ACK ACK -j DROP')],
    ends: ['completes', 'data-back dropped', 'ack dropped', 'completes', 'completes'],
  },
  {
    edits: [{ table: 'mangle', rule: '-A POSTROUTING -o eth0 -m conntrack --ctstate ESTABLISHED -j DROP' }],
    ends: ['completes', 'ack dropped', 'syn-ack dropped', 'completes', 'data dropped'],
  },
  {
    edits: [filter('-A INPUT -p udp --sport 53 -j DROP')],
    ends: ['completes', 'completes', 'completes', 'completes', 'answer dropped'],
  },
  {
    // a connection of its own: what the server sends next acknowledges data that the first one has not seen
    edits: [{ table: 'raw', rule: '-A PREROUTING -i eth0 -p tcp --tcp-flags PSH PSH -j CT --zone 3' }],
    ends: ['completes', 'data-back delivered', 'data-back sent', 'completes', 'completes'],
  },
];

export function rulesOf({ edits, policy }: Pick<ConnectionEdit, 'edits' | 'policy'>): string {
  const text = edits.reduce((before, edit) => inserted(before, { ...edit, first: true }), dumpOf(SIDECAR.text, 4));
  return policy === undefined
    ? text
    : text.replace(':OUTPUT ACCEPT [0:0]\n-A OUTPUT -m conntrack', `:OUTPUT ${policy} [0:0]\n-A OUTPUT -m conntrack`);
}
