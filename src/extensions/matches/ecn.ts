/** ecn - congestion notification in the IP and the TCP header.
 *  man    iptables-extensions(8), ecn
 *  kernel net/netfilter/xt_ecn.c ecn_mt4(): reads the flags of a later fragment out of its data */
import { inSet, type MatchExpr, masked, or, unmodelled } from '../../netfilter/matchExpr.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';

/** ECN stands in the lower two bits of the type of service byte. */
const ECN_MASK = 0x03;

function hasFlag(bit: number): MatchExpr {
  const later = inSet('fragOffset', [{ lo: 1, hi: 0x1fff }]);
  return or({ kind: 'and', of: [later, unmodelled('TCP flags read from the data of a later fragment')] }, masked('flags', bit, bit));
}

export const ecn = matchExtension({
  name: 'ecn',
  families: [4, 6],
  options: {
    '--ecn-tcp-ece': { value: [], invertible: true },
    '--ecn-tcp-cwr': { value: [], invertible: true },
    '--ecn-ip-ect': { value: ['ect'], invertible: true },
  },
  check: (given, { proto }) => {
    if (Object.keys(given).length === 0) return [{ kind: 'malformed', message: '`-m ecn` needs at least one option' }];
    const flag = given['--ecn-tcp-ece'] ?? given['--ecn-tcp-cwr'];
    if (flag === undefined || (proto?.value === PROTO.tcp && !proto.inverted)) return [];
    return [{ kind: 'not-loadable', message: `\`${flag.name}\` needs \`-p tcp\` in the same rule`, option: flag.name }];
  },
  listing: {
    opens: /ECN match/,
    options: { '--ecn-tcp-ece': /(!)?ECE/, '--ecn-tcp-cwr': /(!)?CWR/, '--ecn-ip-ect': /(!)?ECT=(\d)/ },
  },
  lower: (given) =>
    conj(given, {
      '--ecn-tcp-ece': () => hasFlag(TCP_FLAGS.E),
      '--ecn-tcp-cwr': () => hasFlag(TCP_FLAGS.C),
      '--ecn-ip-ect': (value) => masked('tos', value, ECN_MASK),
    }),
});
