/** tproxy, reject, and what remembers. */
import { base, chain, DELIVERED, DELIVERED6, IN, IN6, inet, type NftCase, OUT, PROXY, THROUGH, toProxy } from './nftCase.ts';

export const TARGET_CASES: readonly NftCase[] = [
  {
    name: 'tproxy gives the packet to a socket and goes on: with the rule, and with the chain',
    host: PROXY,
    nft: inet(base('p', 'filter prerouting -150', 'meta l4proto tcp tproxy to :15006 meta mark set 1', 'meta mark set mark | 2')),
    ends: { [IN]: `${toProxy(DELIVERED)} mark 3`, [IN6]: `${toProxy(DELIVERED6)} mark 3` },
    meets: { [IN]: ['PREROUTING inet t:p:1 CONTINUE', 'PREROUTING inet t:p:2 CONTINUE'] },
  },
  {
    name: 'without a transparent socket tproxy stops the rule, and the next one runs',
    host: PROXY,
    nft: inet(
      base(
        'p',
        'filter prerouting -150',
        'meta l4proto tcp tproxy to :9999 meta mark set 1 accept',
        'tcp dport 80 tproxy to :15001 drop',
        'meta mark set mark | 2',
      ),
    ),
    ends: { [IN]: `${DELIVERED} mark 2` },
    misses: { [IN]: ['PREROUTING inet t:p:1 ACCEPT', 'PREROUTING inet t:p:2 DROP'] },
  },
  {
    name: 'only an accept ends the chain after tproxy, and another base chain may still drop',
    host: PROXY,
    nft: inet(
      base('p', 'filter prerouting -150', 'tcp dport 80 tproxy to :15006 accept', 'drop'),
      base('i', 'filter input 0', 'meta mark set 4'),
    ),
    ends: { [IN]: `${toProxy(DELIVERED)} mark 4` },
  },
  {
    name: 'tproxy for one family leaves packets of the other to the next rule',
    host: PROXY,
    nft: inet(base('p', 'filter prerouting -150', 'meta l4proto tcp tproxy ip to :15006 accept', 'meta mark set 2')),
    ends: { [IN]: toProxy(DELIVERED), [IN6]: `${DELIVERED6} mark 2` },
  },
  {
    name: 'tproxy leads a packet for another host here where its mark is routed to lo',
    host: { ...PROXY, ip_rules: ['fwmark 1337 lookup 133'], route_tables: { 133: ['local 0.0.0.0/0 dev lo'] } },
    nft: inet(base('p', 'filter prerouting -150', 'meta l4proto tcp tproxy ip to :15006 meta mark set 1337 accept')),
    ends: { [THROUGH]: 'delivered to a transparent socket -i eth0 10.0.0.9:40000 > 192.168.50.9:80 mark 1337' },
  },
  ...(['prerouting', 'input'] as const).map(
    (hook): NftCase => ({
      name: `reject works at ${hook}`,
      nft: inet(base('r', `filter ${hook} 0`, 'tcp dport 80 reject with tcp reset', 'reject')),
      ends: { [IN]: 'rejected', [IN6]: 'rejected' },
    }),
  ),
  {
    name: 'reject works at output, in a chain that is jumped to',
    nft: inet(chain('u', 'reject with icmpx admin-prohibited'), base('r', 'filter output 0', 'jump u')),
    ends: { [OUT]: 'rejected' },
  },
  {
    name: 'limit lets the first of a burst pass and then stops the rule',
    remembers: true,
    nft: inet(base('i', 'filter input 0', 'limit rate 1/hour burst 1 packets meta mark set 1')),
    ends: { [IN]: `${DELIVERED} mark 1`, 'in udp 10.0.0.9 -> 10.244.0.5:80 iif=eth0': DELIVERED },
  },
  {
    name: 'numgen inc goes round',
    remembers: true,
    nft: inet(base('i', 'filter input 0', 'numgen inc mod 2 0 meta mark set 1')),
    ends: { [IN]: `${DELIVERED} mark 1`, 'in udp 10.0.0.9 -> 10.244.0.5:80 iif=eth0': DELIVERED, [IN6]: `${DELIVERED6} mark 1` },
  },
];
