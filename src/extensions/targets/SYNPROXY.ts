/** SYNPROXY - answers the client in the server's place until the handshake is done.
 *  man    iptables-extensions(8), SYNPROXY
 *  kernel net/ipv4/netfilter/ipt_SYNPROXY.c synproxy_tg4(): a SYN is answered and taken, a last ACK checked */
import { PROTO } from '../../packet/protocol.ts';
import { targetExtension } from '../contract/extension.ts';

export const SYNPROXY = targetExtension({
  name: 'SYNPROXY',
  claim: { modelled: 'not', why: 'the kernel answers for the server' },
  families: [4, 6],
  options: {
    '--sack-perm': { value: [] },
    '--timestamp': { value: [] },
    '--wscale': { value: ['cut8'] },
    '--mss': { value: ['cut16'] },
    '--ecn': { value: [] },
  },
  hooks: () => ['INPUT', 'FORWARD'],
  protocols: [PROTO.tcp],
  needsConntrack: () => true,
  listing: {
    opens: /SYNPROXY/,
    options: {
      '--sack-perm': /sack-perm/,
      '--timestamp': /timestamp/,
      '--wscale': /wscale (\d+)/,
      '--mss': /mss (\d+)/,
      '--ecn': /ecn/,
    },
  },
  lower: () => ({ kind: 'unmodelled', reason: 'SYNPROXY: the kernel answers for the server' }),
});
