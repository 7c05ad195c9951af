/** What conntrack says of a first packet, and what makes it look at packets at all. */
import type { KernelCase } from './kernelCase.ts';
import { mangle, markState, nat, out, raw, SENT, stateOf } from './kernelCase.ts';

export const CONNTRACK_CASES: readonly KernelCase[] = [
  {
    name: 'of the TCP flags only FIN, SYN, RST and ACK decide: SYN alone and ACK alone are NEW, all else is INVALID',
    rules: markState('OUTPUT'),
    ends: Object.fromEntries([
      ...['S', 'A', 'SP', 'SU', 'SEC', 'PA', 'AU', 'PAUEC'].map((flags) => [out(flags), SENT + stateOf('NEW')]),
      ...['SA', 'R', 'RA', 'F', 'FA', 'P', 'U', 'PU', 'SF', 'SR', 'FSRPAU', 'EC', 'FPU'].map((flags) => [
        out(flags),
        SENT + stateOf('INVALID'),
      ]),
    ]),
  },
  {
    name: 'ICMP requests are NEW, every other type is INVALID from an empty table',
    rules: markState('OUTPUT'),
    ends: Object.fromEntries(
      [0, 3, 5, 8, 9, 11, 13, 14, 15, 16, 17, 18, 42, 255].map((type) => [
        `out icmp 10.244.0.5 -> 10.0.0.9 icmp=${type}`,
        `sent -o eth0 10.244.0.5 > 10.0.0.9${stateOf([8, 13, 15, 17].includes(type) ? 'NEW' : 'INVALID')}`,
      ]),
    ),
  },
  {
    name: 'ICMPv6 echo and node information requests are NEW, discovery is UNTRACKED, the rest INVALID',
    rules: markState('PREROUTING'),
    ends: Object.fromEntries(
      [1, 2, 3, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 142, 143, 144, 151, 152, 153, 255].map((type) => {
        const state = [128, 139].includes(type)
          ? 'NEW'
          : [130, 131, 132, 133, 134, 135, 136, 143, 151, 152].includes(type)
            ? 'UNTRACKED'
            : 'INVALID';
        return [
          `in icmpv6 2001:db8::9 -> fd00:10:244::5 iif=eth0 icmp=${type}`,
          `delivered -i eth0 2001:db8::9 > fd00:10:244::5${stateOf(state)}`,
        ];
      }),
    ),
  },
  ...[
    '-m state --state NEW',
    '-m conntrack --ctstate NEW',
    '-m connmark --mark 1',
    '-j CONNMARK --save-mark',
    '-j CONNMARK --restore-mark',
  ].map(
    (what): KernelCase => ({
      name: `\`${what}\` in a chain that nothing reaches lets the nat table be consulted`,
      rules: nat() + ['*mangle', ':OUTPUT ACCEPT', ':X - [0:0]', `-A X ${what}`, 'COMMIT', ''].join('\n'),
      meets: { 'out tcp -> 10.0.0.9:80': ['OUTPUT nat:OUTPUT:policy ACCEPT'] },
    }),
  ),
  {
    name: '`CT --zone` lets the nat table be consulted',
    rules: nat() + raw('-A PREROUTING -d 203.0.113.1 -j CT --zone 1'),
    meets: { 'out tcp -> 10.0.0.9:80': ['OUTPUT nat:OUTPUT:policy ACCEPT'] },
  },
  ...[
    nat('-A OUTPUT -j MARK --set-mark 1'),
    nat() + raw('-A OUTPUT -d 203.0.113.1 -j CT --notrack'),
    nat() + raw('-A OUTPUT -d 203.0.113.1 -j NOTRACK'),
  ].map(
    (rules): KernelCase => ({
      name: `the nat table is not consulted by \`${/-j .*/.exec(rules)?.[0]}\` alone`,
      rules,
      ends: { 'out tcp 10.244.0.5 -> 10.0.0.9:80': SENT },
      misses: { 'out tcp -> 10.0.0.9:80': ['OUTPUT nat:OUTPUT:policy ACCEPT', 'OUTPUT nat:OUTPUT:1 CONTINUE'] },
    }),
  ),
  {
    name: '`-m socket` and TPROXY do not let the nat table be consulted',
    rules: nat() + mangle('-A PREROUTING -m socket', '-A PREROUTING -p tcp --dport 9999 -j TPROXY --on-port 15006'),
    misses: { 'out tcp -> 10.0.0.9:80': ['OUTPUT nat:OUTPUT:policy ACCEPT'] },
  },
  {
    name: 'a protocol without ports has connections with port 0',
    rules: mangle('-A OUTPUT -m conntrack --ctorigdstport 0:1023 -j MARK --set-mark 7'),
    ends: { 'out gre 10.244.0.5 -> 10.0.0.9': 'sent -o eth0 10.244.0.5 > 10.0.0.9 mark 7' },
  },
];
