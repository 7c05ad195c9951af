/** DSCP - sets the DiffServ code point: the upper six bits of the type of service.
 *  man    iptables-extensions(8), DSCP
 *  kernel net/netfilter/xt_DSCP.c dscp_tg() */
import { targetExtension } from '../contract/extension.ts';
import { hex8 } from '../shapes/number.ts';

/** The two bits of congestion notification stay. */
const KEPT = 0x03;
const SHIFT = 2;

export const DSCP = targetExtension({
  name: 'DSCP',
  families: [4, 6],
  options: {
    '--set-dscp': { value: ['dscp'], excludes: ['--set-dscp-class'] },
    '--set-dscp-class': { value: ['dscpClass'] },
  },
  tables: ['mangle'],
  check: (given) =>
    (given['--set-dscp'] ?? given['--set-dscp-class']) === undefined
      ? [{ kind: 'malformed', message: '`-j DSCP` needs `--set-dscp` or `--set-dscp-class`' }]
      : [],
  listing: { options: { '--set-dscp': /DSCP set (\S+)/ } },
  lower: (given) => {
    const point = (given['--set-dscp'] ?? given['--set-dscp-class'])?.values[0] ?? 0;
    return { kind: 'setField', field: 'tos', change: { keep: KEPT, xor: point << SHIFT } };
  },
  save: (given) => ['--set-dscp', hex8((given['--set-dscp'] ?? given['--set-dscp-class'])?.values[0] ?? 0)],
});
