/** conntrack - state and tuples of the packet's connection.
 *  man    iptables-extensions(8), conntrack
 *  kernel net/netfilter/xt_conntrack.c conntrack_mt()
 *  fact   without a connection (INVALID, UNTRACKED; a template counts as one) the match is true exactly when `--ctstate` is given and holds: the other options are not looked at */
import { equals, inSet, type MatchExpr, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Address } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { HAS_ENTRY, hasDirection, hasState, hasStatus, orOfTemplate } from '../contract/conntrackExprs.ts';
import { conj, type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { inNetwork } from '../contract/networkExpr.ts';
import type { NetworkText } from '../shapes/address.ts';

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
      '--ctproto': (proto) => orOfTemplate(equals('ctproto', proto), proto === 0),
      '--ctorigsrc': (network) => inNetworkOfConnection('ctorigsrc', network),
      '--ctorigdst': (network) => inNetworkOfConnection('ctorigdst', network),
      '--ctreplsrc': (network) => inNetworkOfConnection('ctreplsrc', network),
      '--ctrepldst': (network) => inNetworkOfConnection('ctrepldst', network),
      '--ctorigsrcport': (range) => orOfTemplate(inSet('ctorigsport', [range]), range.lo === 0),
      '--ctorigdstport': (range) => orOfTemplate(inSet('ctorigdport', [range]), range.lo === 0),
      '--ctreplsrcport': (range) => orOfTemplate(inSet('ctreplsport', [range]), range.lo === 0),
      '--ctrepldstport': (range) => orOfTemplate(inSet('ctrepldport', [range]), range.lo === 0),
      '--ctstatus': hasStatus,
      '--ctexpire': () => unmodelled('the time that a connection has left'),
      '--ctdir': hasDirection,
    });
    if (state.length === 0) return [{ expr: HAS_ENTRY }, ...ofConnection];
    return [...state, ...ofConnection.map((part) => ({ ...part, expr: or(not(HAS_ENTRY), part.expr) }))];
  },
});

function inNetworkOfConnection(field: Field, network: NetworkText): MatchExpr {
  return orOfTemplate(inNetwork(field, network), isZero(network.address) || isZero(network.mask));
}

function isZero(value: Address): boolean {
  return value === 0 || value === 0n;
}
