/** How many elements of a set nft prints on one line of a listing. fact: nft 1.0.6 tells it by the type of the key. */
import type { NftExpression, NftSetNode } from './ast.ts';

const FIVE = new Set([
  'nf_proto',
  'inet_proto',
  'inet_service',
  'tcp_flag',
  'ct_dir',
  'mark',
  'iface_index',
  'classid',
  'uid',
  'gid',
  'arp_op',
  'dccp_pkttype',
]);
const TWO = new Set(['ipv4_addr', 'ct_state', 'ct_status', 'pkt_type']);

export function elementsOnLine(key: NftSetNode['key']): number {
  const type = 'of' in key ? typeOf(key.of) : key.types.length === 1 ? (key.types[0]?.text ?? '') : '';
  return FIVE.has(type) ? 5 : TWO.has(type) ? 2 : 1;
}

const META: Readonly<Record<string, string>> = {
  nfproto: 'nf_proto',
  l4proto: 'inet_proto',
  mark: 'mark',
  iif: 'iface_index',
  oif: 'iface_index',
  priority: 'classid',
  skuid: 'uid',
  skgid: 'gid',
  pkttype: 'pkt_type',
};
const CT: Readonly<Record<string, string>> = {
  state: 'ct_state',
  status: 'ct_status',
  direction: 'ct_dir',
  mark: 'mark',
  protocol: 'inet_proto',
  l3proto: 'nf_proto',
};
const FIELDS: Readonly<Record<string, string>> = {
  sport: 'inet_service',
  dport: 'inet_service',
  nexthdr: 'inet_proto',
  'ip protocol': 'inet_proto',
  'tcp flags': 'tcp_flag',
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'arp saddr ip': 'ipv4_addr',
  'arp daddr ip': 'ipv4_addr',
  'arp operation': 'arp_op',
  'dccp type': 'dccp_pkttype',
};

function typeOf(expression: NftExpression): string {
  switch (expression.kind) {
    case 'payload':
      return FIELDS[`${expression.protocol} ${expression.field}`] ?? FIELDS[expression.field] ?? '';
    case 'meta':
      return META[expression.key] ?? '';
    case 'ct':
      return expression.family === 'ip' ? 'ipv4_addr' : (CT[expression.key] ?? '');
    case 'fib':
      return expression.result === 'oif' ? 'iface_index' : '';
    case 'header':
      return expression.field === 'nexthdr' ? 'inet_proto' : '';
    case 'other':
      return expression.words.join(' ') === 'socket mark' ? 'mark' : expression.words.join(' ') === 'rt ip nexthop' ? 'ipv4_addr' : '';
    default:
      return '';
  }
}
