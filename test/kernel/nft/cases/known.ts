/** What the kernel does and the simulator does not: data of packets, sockets of packets that tproxy has given away, hooks of devices. */
import { base, DELIVERED, IN, inet, type NftCase, PROXY, table, toProxy } from './nftCase.ts';

export const KERNEL_ONLY_CASES: readonly NftCase[] = [
  {
    name: 'a packet that tproxy has given to a socket has its user, and those who ask for one find it',
    host: PROXY,
    nft: inet(
      base('p', 'filter prerouting -150', 'tcp dport 80 tproxy to :15006'),
      base('i', 'filter input 0', 'meta skuid 0-65535 meta mark set 1'),
    ),
    ends: {
      [IN]: `${toProxy(DELIVERED)} mark 1`,
      'in tcp 10.0.0.9 -> 10.244.0.5:81 iif=eth0': 'delivered -i eth0 10.0.0.9:40000 > 10.244.0.5:81',
    },
  },
  {
    name: 'a mark that is set at ingress is seen by later hooks',
    nft: table(
      'inet t',
      'chain g { type filter hook ingress device "eth0" priority 0; meta mark set 5; }',
      base('i', 'filter input 0', 'meta mark 5 meta mark set 7'),
    ),
    ends: { [IN]: `${DELIVERED} mark 7` },
  },
  {
    name: 'what ingress drops reaches no other hook',
    nft: table('netdev t', 'chain g { type filter hook ingress device "eth0" priority 0; tcp dport 80 drop; }'),
    ends: { [IN]: 'lost' },
  },
];
