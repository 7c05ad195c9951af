/** conntrack - state and tuples of the packet's connection.
 *  man    iptables-extensions(8), conntrack
 *  kernel net/netfilter/xt_conntrack.c conntrack_mt()
 *  fact   without a connection (INVALID, UNTRACKED) the match is true exactly when `--ctstate` is given and holds: the other options are not looked at */
import { equals, inSet, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { hasState, hasStatus } from '../contract/conntrackExprs.ts';
import { conj, type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { inNetwork } from '../contract/networkExpr.ts';

const OPTIONS = {
  '--ctstate': { value: ['ctStates'], invertible: true },
  '--ctproto': { value: ['protocolNumber'], invertible: true },
  '--ctorigsrc': { value: ['ctNetwork'], invertible: true },
  '--ctorigdst': { value: ['ctNetwork'], invertible: true },
  '--ctreplsrc': { value: ['ctNetwork'], invertible: true },
  '--ctrepldst': { value: ['ctNetwork'], invertible: true },
  '--ctorigsrcport': { value: ['decimalPortRange'], invertible: true },
  '--ctorigdstport': { value: ['decimalPortRange'], invertible: true },
  '--ctreplsrcport': { value: ['decimalPortRange'], invertible: true },
  '--ctrepldstport': { value: ['decimalPortRange'], invertible: true },
  '--ctstatus': { value: ['ctStatus'], invertible: true },
  '--ctexpire': { value: ['expireRange'], invertible: true },
  '--ctdir': { value: ['ctDir'] },
} as const;

/** iptables takes the bit of an inverted `--ctstatus` for that of `--ctproto`. iptables libxt_conntrack.c conntrack2_mt_parse(), XT_INV_PROTO */
function complaints(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  if (Object.keys(given).length === 0) return [{ kind: 'malformed', message: '`-m conntrack` needs at least one option' }];
  const { '--ctproto': proto, '--ctstatus': status } = given;
  const mistaken = proto?.values[0] === 0 && status?.inverted === true && status.span.start < proto.span.start;
  const message = 'iptables refuses `--ctproto 0` after an inverted `--ctstatus`';
  return mistaken ? [{ kind: 'malformed', message, option: '--ctproto' }] : [];
}

export const conntrack = matchExtension({
  name: 'conntrack',
  families: [4, 6],
  options: OPTIONS,
  needsConntrack: () => true,
  check: complaints,
  unclear: ['--ctexpire'],
  listing: {
    options: {
      '--ctstate': /(! )?ctstate (\S+)/,
      '--ctproto': /(! )?ctproto (\S+)/,
      '--ctorigsrc': /(! )?ctorigsrc (\S+)/,
      '--ctorigdst': /(! )?ctorigdst (\S+)/,
      '--ctreplsrc': /(! )?ctreplsrc (\S+)/,
      '--ctrepldst': /(! )?ctrepldst (\S+)/,
      '--ctorigsrcport': /(! )?ctorigsrcport (\S+)/,
      '--ctorigdstport': /(! )?ctorigdstport (\S+)/,
      '--ctreplsrcport': /(! )?ctreplsrcport (\S+)/,
      '--ctrepldstport': /(! )?ctrepldstport (\S+)/,
      '--ctstatus': /(! )?ctstatus (\S+)/,
      '--ctexpire': /(! )?ctexpire (\S+)/,
      '--ctdir': /ctdir (\S+)/,
    },
  },
  lower: (given) => {
    const state = conj(given, { '--ctstate': hasState });
    const ofConnection = conj(given, {
      '--ctproto': (proto) => equals('ctproto', proto),
      '--ctorigsrc': (network) => inNetwork('ctorigsrc', network),
      '--ctorigdst': (network) => inNetwork('ctorigdst', network),
      '--ctreplsrc': (network) => inNetwork('ctreplsrc', network),
      '--ctrepldst': (network) => inNetwork('ctrepldst', network),
      '--ctorigsrcport': (range) => inSet('ctorigsport', [range]),
      '--ctorigdstport': (range) => inSet('ctorigdport', [range]),
      '--ctreplsrcport': (range) => inSet('ctreplsport', [range]),
      '--ctrepldstport': (range) => inSet('ctrepldport', [range]),
      '--ctstatus': hasStatus,
      '--ctexpire': () => unmodelled('the time that a connection has left'),
      '--ctdir': (dir) => equals('ctdir', dir === 'REPLY' ? 1 : 0),
    });
    if (state.length === 0) return [{ expr: present('ctdir') }, ...ofConnection];
    return [...state, ...ofConnection.map((part) => ({ ...part, expr: or(not(present('ctdir')), part.expr) }))];
  },
});
