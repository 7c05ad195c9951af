/** dscp - the DSCP bits of the type of service byte.
 *  man    iptables-extensions(8), dscp
 *  kernel net/netfilter/xt_dscp.c dscp_mt() */
import { masked } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension, saveOption } from '../contract/extension.ts';

/** DSCP stands in the upper six bits. */
const SHIFT = 2;
const MASK = 0xfc;

export const dscp = matchExtension({
  name: 'dscp',
  families: [4, 6],
  options: {
    '--dscp': { value: ['dscp'], invertible: true, excludes: ['--dscp-class'] },
    '--dscp-class': { value: ['dscpClass'], invertible: true },
  },
  check: (given) => (Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m dscp` needs `--dscp` or `--dscp-class`' }]),
  listing: { options: { '--dscp': /DSCP match ?(!)?(\w+)/ } },
  lower: (given) =>
    conj(given, {
      '--dscp': (value) => masked('tos', value << SHIFT, MASK),
      '--dscp-class': (value) => masked('tos', value << SHIFT, MASK),
    }),
  save: (given, context) => {
    const option = given['--dscp'] ?? given['--dscp-class'];
    return option === undefined ? [] : saveOption({ ...option, name: '--dscp' }, { value: ['dscp'] }, context);
  },
});
