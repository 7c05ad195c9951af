/** TPROXY - hands the packet to a local transparent socket as it is, and drops it when there is none.
 *  man    iptables-extensions(8), TPROXY
 *  kernel net/netfilter/xt_TPROXY.c tproxy_tg4(), tproxy_tg6_v1(): mangle PREROUTING, `-p tcp` or `-p udp` */
import type { Effect } from '../../netfilter/effect.ts';
import { formatAddress } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { targetExtension } from '../contract/extension.ts';
import { invert } from '../contract/markChange.ts';
import { hex } from '../shapes/number.ts';

export const TPROXY = targetExtension({
  name: 'TPROXY',
  families: [4, 6],
  options: {
    '--on-port': { value: ['decimalPort'], required: true },
    '--on-ip': { value: ['address'] },
    '--tproxy-mark': { value: ['xmark'] },
  },
  tables: ['mangle'],
  hooks: () => ['PREROUTING'],
  needsDefrag: true,
  protocols: [PROTO.tcp, PROTO.udp],
  listing: {
    pieces: [
      {
        pattern: /TPROXY redirect (\S*):(\d+) mark (\S+)/,
        words: (address = '', port = '', mark = '') => ['--on-port', port, '--on-ip', address, '--tproxy-mark', mark],
      },
    ],
  },
  lower: (given): Effect => {
    const { value, mask } = given['--tproxy-mark']?.values[0] ?? { value: 0, mask: 0 };
    const divert = {
      kind: 'divert',
      port: given['--on-port']?.values[0] ?? 0,
      keep: invert(mask),
      xor: value,
      final: true,
      onMiss: 'drop',
    } as const;
    const address = given['--on-ip']?.values[0];
    return address === undefined || address === 0 || address === 0n ? divert : { ...divert, address };
  },
  save: (given, { family }) => {
    const { value, mask } = given['--tproxy-mark']?.values[0] ?? { value: 0, mask: 0 };
    return [
      ...['--on-port', String(given['--on-port']?.values[0] ?? 0)],
      ...['--on-ip', formatAddress(given['--on-ip']?.values[0] ?? (family === 4 ? 0 : 0n))],
      ...['--tproxy-mark', `${hex(value)}/${hex(mask)}`],
    ];
  },
});
