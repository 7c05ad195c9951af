/** owner - the local process whose socket sent the packet.
 *  man    iptables-extensions(8), owner
 *  kernel net/netfilter/xt_owner.c owner_mt(); reachable from OUTPUT and POSTROUTING only
 *  fact   without a socket every test is false and then `!` applies: `! --uid-owner 1337` takes packets that the kernel made */
import { inSet, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const owner = matchExtension({
  name: 'owner',
  families: [4, 6],
  options: {
    '--socket-exists': { value: [], invertible: true },
    '--uid-owner': { value: ['users'], invertible: true },
    '--gid-owner': { value: ['groups'], invertible: true },
    '--suppl-groups': { value: [], needs: ['--gid-owner'] },
  },
  hooks: () => ['OUTPUT', 'POSTROUTING'],
  check: (given) => {
    if (Object.keys(given).length === 0) {
      return [{ kind: 'malformed', message: '`-m owner` needs one of `--uid-owner`, `--gid-owner` and `--socket-exists`' }];
    }
    const { '--gid-owner': gid, '--suppl-groups': groups } = given;
    return groups !== undefined && gid !== undefined && groups.span.start < gid.span.start
      ? [{ kind: 'malformed', message: '`--suppl-groups` must follow `--gid-owner`', option: groups.name }]
      : [];
  },
  unclear: ['--suppl-groups'],
  listing: {
    options: {
      '--uid-owner': /(! )?owner UID match (\S+)/,
      '--gid-owner': /(! )?owner GID match (\S+)/,
      '--socket-exists': /(! )?owner socket exists/,
      '--suppl-groups': /incl\. suppl\. groups/,
    },
  },
  lower: (given) =>
    conj(given, {
      '--socket-exists': () => present('socket'),
      '--uid-owner': (range) => inSet('uid', [range]),
      '--gid-owner': (range) =>
        given['--suppl-groups'] === undefined
          ? inSet('gid', [range])
          : or(inSet('gid', [range]), unmodelled('supplementary groups of the sender')),
    }),
});
