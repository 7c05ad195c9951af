/** devgroup - the group of the packet's interfaces.
 *  man    iptables-extensions(8), devgroup
 *  kernel net/netfilter/xt_devgroup.c devgroup_mt(), devgroup_mt_checkentry() */

import { point } from '../../lib/intervals.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { inSet, type MatchExpr, unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension, type RuleContext } from '../contract/extension.ts';
import type { MaskedNumber } from '../shapes/number.ts';

function inGroup(field: 'iif' | 'oif', { value, mask }: MaskedNumber, { interfaceGroups }: RuleContext): MatchExpr {
  if (interfaceGroups === undefined) return unmodelled('the group of an interface');
  const names = [...interfaceGroups].filter(([, group]) => ((group ^ value) & mask) === 0).map(([name]) => name);
  return inSet(field, names.map(point));
}

export const devgroup = matchExtension({
  name: 'devgroup',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'where the host gives the groups of its interfaces' },
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
  listing: { options: { '--src-group': /(! )?src-group (\S+)/, '--dst-group': /(! )?dst-group (\S+)/ } },
  lower: (given, context) =>
    conj(given, {
      '--src-group': (group) => inGroup('iif', group, context),
      '--dst-group': (group) => inGroup('oif', group, context),
    }),
});
