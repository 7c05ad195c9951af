/** multiport - up to 15 ports at once.
 *  man    iptables-extensions(8), multiport
 *  kernel net/netfilter/xt_multiport.c multiport_mt(): false in later fragments, also when inverted */
import { inSet, or, present } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

export const multiport = matchExtension({
  name: 'multiport',
  families: [4, 6],
  options: {
    '--sports': { value: ['portList'], invertible: true, aliases: ['--source-ports'], excludes: ['--dports', '--ports'] },
    '--dports': { value: ['portList'], invertible: true, aliases: ['--destination-ports'], excludes: ['--ports'] },
    '--ports': { value: ['portList'], invertible: true },
  },
  protocols: [PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp],
  check: (given, { proto }) => {
    const [option] = [given['--sports'], given['--dports'], given['--ports']].flatMap((one) => one ?? []);
    if (option === undefined) return [{ kind: 'malformed', message: '`-m multiport` needs one of `--sports`, `--dports` and `--ports`' }];
    return proto !== undefined && proto.span.start > option.span.start
      ? [{ kind: 'malformed', message: `\`-p\` must come before \`${option.name}\``, option: option.name }]
      : [];
  },
  listing: {
    opens: {
      pattern: /multiport (s|d|)ports +(!)?(\S+)/,
      words: (side = '', not = '', ports = '') => [...listedNot(not), `--${side}ports`, ports],
    },
  },
  lower: (given) => [
    { expr: present('sport') },
    ...conj(given, {
      '--sports': (ports) => inSet('sport', ports),
      '--dports': (ports) => inSet('dport', ports),
      '--ports': (ports) => or(inSet('sport', ports), inSet('dport', ports)),
    }),
  ],
});
