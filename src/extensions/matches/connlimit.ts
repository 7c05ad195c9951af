/** connlimit - how many connections a network has open.
 *  man    iptables-extensions(8), connlimit
 *  kernel net/netfilter/xt_connlimit.c connlimit_mt() */
import { matchExtension } from '../contract/extension.ts';

export const connlimit = matchExtension({
  name: 'connlimit',
  families: [4, 6],
  claim: 'chance',
  options: {
    '--connlimit-upto': { value: ['u32'], invertible: true, excludes: ['--connlimit-above'] },
    '--connlimit-above': { value: ['u32'], invertible: true },
    '--connlimit-mask': { value: ['prefixLength'] },
    '--connlimit-saddr': { value: [], excludes: ['--connlimit-daddr'] },
    '--connlimit-daddr': { value: [] },
  },
  needsConntrack: () => true,
  check: (given) =>
    given['--connlimit-upto'] !== undefined || given['--connlimit-above'] !== undefined
      ? []
      : [{ kind: 'malformed', message: '`-m connlimit` needs `--connlimit-upto` or `--connlimit-above`' }],
  listing: {
    pieces: [
      {
        pattern: /#conn(?: (src|dst))?\/(\d+) (<=|>) (\d+)/,
        words: (side = '', mask = '', sign = '', count = '') => [
          ...[sign === '>' ? '--connlimit-above' : '--connlimit-upto', count, '--connlimit-mask', mask],
          side === 'dst' ? '--connlimit-daddr' : '--connlimit-saddr',
        ],
      },
    ],
  },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId, remembers: true } }],
  save: (given, { family }) => {
    const { '--connlimit-upto': upto, '--connlimit-above': above } = given;
    const isAbove = (above !== undefined) !== ((upto ?? above)?.inverted === true);
    return [
      ...[isAbove ? '--connlimit-above' : '--connlimit-upto', String((upto ?? above)?.values[0] ?? 0)],
      ...['--connlimit-mask', String(given['--connlimit-mask']?.values[0] ?? (family === 4 ? 32 : 128))],
      given['--connlimit-daddr'] === undefined ? '--connlimit-saddr' : '--connlimit-daddr',
    ];
  },
});
