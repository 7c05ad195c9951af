/** REJECT - drops the packet and answers it.
 *  man    iptables-extensions(8), REJECT
 *  kernel net/ipv4/netfilter/ipt_REJECT.c, net/ipv6/netfilter/ip6t_REJECT.c: table filter; tcp-reset needs `-p tcp` */
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { targetExtension } from '../contract/extension.ts';

const DEFAULT_ANSWER: Readonly<Record<Family, string>> = { 4: 'icmp-port-unreachable', 6: 'icmp6-port-unreachable' };

export const REJECT = targetExtension({
  name: 'REJECT',
  families: [4, 6],
  options: { '--reject-with': { value: ['rejectType'] } },
  tables: ['filter'],
  hooks: () => ['INPUT', 'FORWARD', 'OUTPUT'],
  check: (given, { proto }) => {
    const resets = given['--reject-with']?.values[0] === 'tcp-reset';
    return resets && (proto?.value !== PROTO.tcp || proto.inverted)
      ? [{ kind: 'not-loadable', message: '`--reject-with tcp-reset` needs `-p tcp` in the same rule', option: '--reject-with' }]
      : [];
  },
  listing: { options: { '--reject-with': /reject-with (\S+)/ } },
  lower: (given, { family }) => ({ kind: 'reject', with: given['--reject-with']?.values[0] ?? DEFAULT_ANSWER[family] }),
  save: (given, { family }) => ['--reject-with', given['--reject-with']?.values[0] ?? DEFAULT_ANSWER[family]],
});
