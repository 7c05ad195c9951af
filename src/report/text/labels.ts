/** Words for typed results: stands once, read by every human format and by `explain`. */
import type { Outcome } from '../../connection/journey.ts';
import type { LostReason } from '../../simulate/trace.ts';
import type { Paint } from './paint.ts';

/** First word of the answer. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  'captured-out': 'CAPTURED outbound',
  'captured-in': 'CAPTURED inbound',
  dns: 'CAPTURED dns',
  direct: 'DIRECT',
  'to-app': 'TO APP',
  'to-proxy': 'TO PROXY',
  forwarded: 'FORWARDED',
  loop: 'LOOP',
  dropped: 'DROPPED',
  rejected: 'REJECTED',
  refused: 'REFUSED',
  lost: 'LOST',
  stalled: 'STALLED',
  undecided: 'UNDECIDED',
};

/** The word of a level stands beside its colour. */
export const LEVEL_COLOURS = { error: 'red', warning: 'yellow', info: 'blue' } as const;

export const OUTCOME_COLOURS: Readonly<Record<Outcome, keyof Paint>> = {
  'captured-out': 'green',
  'captured-in': 'green',
  dns: 'green',
  direct: 'blue',
  'to-app': 'blue',
  'to-proxy': 'blue',
  forwarded: 'blue',
  loop: 'magenta',
  dropped: 'red',
  rejected: 'red',
  refused: 'red',
  lost: 'red',
  stalled: 'red',
  undecided: 'yellow',
};

/** Why the kernel discards a packet outside the rules; completes the sentence `LOST: ...`. */
export const LOST_WORDS: Readonly<Record<LostReason, string>> = {
  'no-route': 'there is no route to the destination',
  'martian-source': 'its source cannot come from outside (a loopback or own address), so the kernel discards it after PREROUTING',
  'loopback-source':
    'a loopback source cannot leave the host, so the kernel refuses to send it: connect() fails with EINVAL, "Invalid argument" (net.ipv4.conf.*.route_localnet is 0)',
  'martian-destination':
    'a loopback destination cannot be reached from outside, so the kernel discards it after PREROUTING (net.ipv4.conf.*.route_localnet is 0)',
  'not-forwarding': 'the destination is not local and forwarding is off (net.ipv4.ip_forward or net.ipv6.conf.all.forwarding is 0)',
  'ttl-exceeded': 'its time to live ran out before it could be forwarded',
  'too-big':
    'it is longer than the MTU of its way and may not be fragmented, so its sender is told to send shorter ones (ICMP, or EMSGSIZE here)',
  'no-transparent-socket': 'TPROXY found no transparent socket on its port, so the kernel drops it',
  'reverse-path': 'its source is not reached through the interface it came from (rp_filter is 1)',
  'reroute-failed': 'after the rules changed it no route fits any more',
  'no-address': 'the interface has no address to send from or to redirect to',
  'awaiting-fragments': 'it is one fragment of a packet, and the kernel waits for the others before the rules see it',
  'connection-clash': 'another connection has the same answers, and nothing distinguishes the two',
  'masquerade-moved': 'MASQUERADE took the address of another interface than it now leaves via, so the kernel ends the connection',
  'translated-redirect': 'it is an ICMP redirect about a connection whose addresses are rewritten here',
  'bad-address':
    'its source or destination can never be on the wire (0.0.0.0, a multicast source, a broadcast sender, ::ffff:0:0/96 as a source from here)',
  'unreachable-route': 'the route to its destination is unreachable, prohibit or blackhole, or leads IPv6 to lo without being local',
};
