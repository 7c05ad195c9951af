/** physdev - the bridge port that a bridged packet came or goes by.
 *  man    iptables-extensions(8), physdev
 *  kernel net/netfilter/xt_physdev.c physdev_mt(): every test is false of a packet that no bridge carries
 *  fact   the hosts described here have no bridge */
import type { HookName } from '../../netfilter/hooks.ts';
import { NEVER } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const physdev = matchExtension({
  name: 'physdev',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'hosts without a bridge are' },
  options: {
    '--physdev-is-in': { value: [], invertible: true },
    '--physdev-in': { value: ['portName'], invertible: true },
    '--physdev-is-out': { value: [], invertible: true },
    '--physdev-out': { value: ['portName'], invertible: true },
    '--physdev-is-bridged': { value: [], invertible: true },
  },
  checksHooksOnEntry: true,
  hooks: (given): readonly HookName[] | undefined => {
    const bridged = given['--physdev-is-bridged'];
    const leaving = given['--physdev-out'] ?? given['--physdev-is-out'];
    if (leaving === undefined || (bridged !== undefined && !bridged.inverted)) return undefined;
    return ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'];
  },
  check: (given) => (Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m physdev` needs at least one option' }]),
  listing: {
    opens: /PHYSDEV match/,
    options: {
      '--physdev-in': /(! )?--physdev-in (\S+)/,
      '--physdev-out': /(! )?--physdev-out (\S+)/,
      '--physdev-is-in': /(! )?--physdev-is-in/,
      '--physdev-is-out': /(! )?--physdev-is-out/,
      '--physdev-is-bridged': /(! )?--physdev-is-bridged/,
    },
  },
  lower: (given) =>
    conj(given, {
      '--physdev-is-in': () => NEVER,
      '--physdev-in': () => NEVER,
      '--physdev-is-out': () => NEVER,
      '--physdev-out': () => NEVER,
      '--physdev-is-bridged': () => NEVER,
    }),
});
