/** cgroup - the control group of the sending or receiving process.
 *  man    iptables-extensions(8), cgroup
 *  kernel net/netfilter/xt_cgroup.c cgroup_mt(): false without a socket, also when inverted */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension, saveOption } from '../contract/extension.ts';

export const cgroup = matchExtension({
  name: 'cgroup',
  families: [4, 6],
  claim: { modelled: 'not', why: 'processes are described by user and group, not by control group' },
  options: {
    '--path': { value: ['path'], invertible: true, excludes: ['--cgroup'] },
    '--cgroup': { value: ['u32'], invertible: true },
  },
  hooks: () => ['INPUT', 'OUTPUT', 'POSTROUTING'],
  check: (given) => (Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m cgroup` needs `--path` or `--cgroup`' }]),
  unclear: ['--path', '--cgroup'],
  listing: { options: { '--cgroup': /cgroup (! )?(\d+)/, '--path': /cgroup (! )?([^\s\d!]\S*)/ } },
  lower: () => [{ expr: unmodelled('the control group of a process') }],
  save: (given, context) => {
    const { '--path': path, '--cgroup': cgroup } = given;
    if (path !== undefined) return [...(path.inverted ? ['!'] : []), '--path', `"${path.values[0].replace(/["'\\]/g, '\\$&')}"`];
    return cgroup === undefined ? [] : saveOption(cgroup, { value: ['u32'] }, context);
  },
});
