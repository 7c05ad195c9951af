/** iprange - an address between two addresses.
 *  man    iptables-extensions(8), iprange
 *  kernel net/netfilter/xt_iprange.c iprange_mt4(), iprange_mt6() */
import { inSet } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const iprange = matchExtension({
  name: 'iprange',
  families: [4, 6],
  options: {
    '--src-range': { value: ['addressRange'], invertible: true },
    '--dst-range': { value: ['addressRange'], invertible: true },
  },
  check: (given) => {
    const options = [given['--src-range'], given['--dst-range']].flatMap((option) => option ?? []);
    if (options.length === 0) return [{ kind: 'malformed', message: '`-m iprange` needs `--src-range` or `--dst-range`' }];
    return options
      .filter(({ values: [{ lo, hi }] }) => lo > hi)
      .map((option) => ({
        kind: 'warning',
        message: `the range of \`${option.name}\` is reversed: no address is in it`,
        option: option.name,
      }));
  },
  listing: {
    options: { '--src-range': /source IP range (! )?(\S+)/, '--dst-range': /destination IP range (! )?(\S+)/ },
  },
  lower: (given) =>
    conj(given, {
      '--src-range': (range) => inSet('src', [range]),
      '--dst-range': (range) => inSet('dst', [range]),
    }),
});
