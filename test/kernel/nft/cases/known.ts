/** What the kernel does and the simulator does not: data of packets, hooks of devices. */
import { base, DELIVERED, IN, type NftCase, table } from './nftCase.ts';

export const KERNEL_ONLY_CASES: readonly NftCase[] = [
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
