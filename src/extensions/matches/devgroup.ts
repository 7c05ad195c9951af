/** devgroup - the group of the packet's interfaces.
 *  man    iptables-extensions(8), devgroup
 *  kernel net/netfilter/xt_devgroup.c devgroup_mt(), devgroup_mt_checkentry() */
import type { HookName } from '../../netfilter/hooks.ts';
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../extension.ts';

export const devgroup = matchExtension({
  name: 'devgroup',
  families: [4, 6],
  claim: { modelled: 'not', why: 'a host description says nothing about groups of interfaces' },
  options: {
    '--src-group': { value: ['deviceGroup'], invertible: true },
    '--dst-group': { value: ['deviceGroup'], invertible: true },
  },
  checksHooksOnEntry: true,
  hooks: (given): readonly HookName[] => {
    const arriving: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD'];
    const leaving: readonly HookName[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];
    if (given['--dst-group'] === undefined) return arriving;
    return given['--src-group'] === undefined ? leaving : ['FORWARD'];
  },
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m devgroup` needs `--src-group` or `--dst-group`' }],
  unclear: ['--src-group', '--dst-group'],
  lower: (given) =>
    conj(given, {
      '--src-group': () => unmodelled('the group of an interface'),
      '--dst-group': () => unmodelled('the group of an interface'),
    }),
});
