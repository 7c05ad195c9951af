/** TCPMSS - rewrites the segment size that a SYN offers.
 *  man    iptables-extensions(8), TCPMSS
 *  kernel net/netfilter/xt_TCPMSS.c tcpmss_mangle_packet(): an option of TCP, which only -m tcpmss reads
 *  fact   with both options given, `--clamp-mss-to-pmtu` holds */
import { PROTO } from '../../packet/protocol.ts';
import { targetExtension } from '../extension.ts';

/** What a packet can carry beside the IP header. */
const MAX_MSS = { 4: 65515, 6: 65495 } as const;

export const TCPMSS = targetExtension({
  name: 'TCPMSS',
  families: [4, 6],
  options: { '--set-mss': { value: ['u16'] }, '--clamp-mss-to-pmtu': { value: [] } },
  protocols: [PROTO.tcp],
  hooks: (given) => (given['--clamp-mss-to-pmtu'] === undefined ? undefined : ['FORWARD', 'OUTPUT', 'POSTROUTING']),
  check: (given, { family }) => {
    const mss = given['--set-mss'];
    if (mss === undefined) {
      return given['--clamp-mss-to-pmtu'] === undefined
        ? [{ kind: 'malformed', message: '`-j TCPMSS` needs `--set-mss` or `--clamp-mss-to-pmtu`' }]
        : [];
    }
    return mss.values[0] <= MAX_MSS[family]
      ? []
      : [{ kind: 'malformed', message: `expected a segment size from 0 to ${MAX_MSS[family]}`, option: '--set-mss' }];
  },
  lower: () => ({ kind: 'continue' }),
  save: (given) =>
    given['--clamp-mss-to-pmtu'] === undefined ? ['--set-mss', String(given['--set-mss']?.values[0] ?? 0)] : ['--clamp-mss-to-pmtu'],
});
