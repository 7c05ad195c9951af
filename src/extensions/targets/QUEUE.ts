/** QUEUE - hands the packet to the program that listens on queue 0; NFQUEUE's predecessor.
 *  man    iptables(8), TARGETS
 *  fact   iptables-nft 1.8.9 does not load it */
import { targetExtension } from '../contract/extension.ts';

export const QUEUE = targetExtension({
  name: 'QUEUE',
  claim: { modelled: 'not', why: 'a program decides' },
  families: [4, 6],
  options: {},
  check: () => [{ kind: 'warning', message: 'iptables-nft does not load `-j QUEUE`', help: 'write `-j NFQUEUE`', refusedBy: 'nft' }],
  lower: () => ({ kind: 'unmodelled', reason: 'QUEUE: a program decides' }),
});
