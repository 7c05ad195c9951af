/** Where chainwalk is not like the kernel, by name; cases/known.ts has what can be asked by itself. */

import type { Examined } from '../../../src/kernel/compared/examined.ts';
import { formatAddress } from '../../../src/packet/address.ts';

export interface KnownDifference {
  readonly id: string;
  readonly holds: (nft: string, pair: Examined) => boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    id: 'later fragments: nft takes their data for ports, and chains below -400 run before they are put together',
    holds: (_, { packet }) => packet.fragOffset > 0,
  },
  {
    id: '`ct zone set` gives a packet without a connection the state new also behind the lookup',
    holds: (nft, { walks }) =>
      /zone set/.test(nft) &&
      walks.some(({ steps }) =>
        steps.some((step) => step.kind === 'conntrack' && (step.state === 'INVALID' || step.state === 'UNTRACKED')),
      ),
  },
  {
    id: 'a source that is a broadcast address has a way back for nft',
    holds: (nft, { packet }) => /fib saddr[ .a-z]* oif/.test(nft) && packet.family === 4 && /\.(?:0|255)$/.test(formatAddress(packet.src)),
  },
  {
    id: 'an interface that is not there has the number 0',
    holds: (nft) => /\b[io]if (?:!= )?0\b/.test(nft),
  },
];
