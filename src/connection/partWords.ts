/** Packets of a connection in words. */
import type { PartName } from '../netfilter/connectionParts.ts';

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
  reset: 'reset of the client',
  'reset-back': 'reset of the server',
  rst: 'reset',
  error: 'ICMP error',
  'too-big': 'ICMP error "too big" to the client',
  'too-big-back': 'ICMP error "too big" to the server',
  'ttl-exceeded': 'ICMP error "TTL exceeded" to the client',
  'ttl-exceeded-back': 'ICMP error "TTL exceeded" to the server',
  'port-unreachable': 'ICMP error "port unreachable" to the client',
  'port-unreachable-back': 'ICMP error "port unreachable" to the server',
};
