/** What the kernel does and the simulator is not asked: there it would take the data of packets. */
import { base, inet, type NftCase } from './nftCase.ts';

export const KERNEL_ONLY_CASES: readonly NftCase[] = [
  {
    name: 'ports of a later fragment are read from its data, where x_tables finds none',
    nft: inet(
      base(
        'o',
        'filter output 0',
        'udp dport != 1 meta mark set mark | 1',
        'th dport != 1 meta mark set mark | 2',
        'ip frag-off & 0x1fff != 0 meta mark set mark | 4',
      ),
    ),
    ends: { 'out udp 10.244.0.5 -> 203.0.113.9 frag=100': 'sent -o eth0 10.244.0.5 > 203.0.113.9 mark 7' },
  },
];
