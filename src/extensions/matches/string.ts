/** string - a text somewhere in the packet.
 *  man    iptables-extensions(8), string
 *  kernel net/netfilter/xt_string.c string_mt_check() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { U16 } from '../shapes/number.ts';
import { savePattern } from '../shapes/pattern.ts';

const WHAT = 'a text in the data of a packet';

export const string = matchExtension({
  name: 'string',
  families: [4, 6],
  claim: { modelled: 'not', why: 'packets have no data' },
  options: {
    '--string': { value: ['pattern'], invertible: true, excludes: ['--hex-string'] },
    '--hex-string': { value: ['hexPattern'], invertible: true },
    '--algo': { value: ['searchAlgorithm'], required: true },
    '--from': { value: ['u16'] },
    '--to': { value: ['u16'] },
    '--icase': { value: [] },
  },
  check: (given) => {
    const complaints: RuleComplaint[] = [];
    const { '--from': from, '--to': to } = given;
    if (given['--string'] === undefined && given['--hex-string'] === undefined) {
      complaints.push({ kind: 'malformed', message: '`-m string` needs `--string` or `--hex-string`' });
    }
    if ((from?.values[0] ?? 0) > (to?.values[0] ?? U16)) {
      complaints.push({ kind: 'not-loadable', message: '`--from` is greater than `--to`', option: '--from' });
    }
    return complaints;
  },
  unclear: ['--string', '--hex-string'],
  lower: (given) => conj(given, { '--string': () => unmodelled(WHAT), '--hex-string': () => unmodelled(WHAT) }),
  save: (given) => {
    const option = given['--string'] ?? given['--hex-string'];
    const [from, to] = [given['--from']?.values[0] ?? 0, given['--to']?.values[0] ?? U16];
    return [
      ...(option?.inverted ? ['!'] : []),
      ...savePattern(option?.values[0] ?? []),
      ...['--algo', given['--algo']?.values[0] ?? ''],
      ...(from === 0 ? [] : ['--from', String(from)]),
      ...(to === U16 ? [] : ['--to', String(to)]),
      ...(given['--icase'] === undefined ? [] : ['--icase']),
    ];
  },
});
