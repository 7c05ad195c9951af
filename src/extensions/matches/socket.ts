/** socket - a local socket would take the packet.
 *  man    iptables-extensions(8), socket
 *  kernel net/netfilter/xt_socket.c socket_match(): sockets bound to no address do not count without `--nowildcard` */
import { masked, present } from '../../netfilter/matchExpr.ts';
import { SOCKET_BITS } from '../../packet/fields.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const socket = matchExtension({
  name: 'socket',
  families: [4, 6],
  options: {
    '--transparent': { value: [] },
    '--nowildcard': { value: [] },
    '--restore-skmark': { value: [] },
  },
  hooks: () => ['PREROUTING', 'INPUT'],
  needsDefrag: true,
  unclear: ['--restore-skmark'],
  writes: (given) => given['--restore-skmark'] && 'a match that sets the packet mark to the mark of a socket',
  listing: {
    opens: /socket/,
    options: { '--transparent': /--transparent/, '--nowildcard': /--nowildcard/, '--restore-skmark': /--restore-skmark/ },
  },
  lower: (given) => [
    { expr: given['--nowildcard'] === undefined ? masked('sk', 0, SOCKET_BITS.wildcard) : present('sk') },
    ...conj(given, {
      '--transparent': () => masked('sk', SOCKET_BITS.transparent, SOCKET_BITS.transparent),
    }),
  ],
});
