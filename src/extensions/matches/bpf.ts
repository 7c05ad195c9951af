/** bpf - a classic BPF program says yes or no.
 *  man    iptables-extensions(8), bpf
 *  kernel net/netfilter/xt_bpf.c bpf_mt_check_v1() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension } from '../contract/extension.ts';

export const bpf = matchExtension({
  name: 'bpf',
  families: [4, 6],
  claim: { modelled: 'not', why: 'programs over the bytes of a packet are not run' },
  options: {
    '--bytecode': { value: ['bpfProgram'], excludes: ['--object-pinned'] },
    '--object-pinned': { value: ['pinnedPath'] },
  },
  check: (given) =>
    Object.keys(given).length > 0 ? [] : [{ kind: 'malformed', message: '`-m bpf` needs `--bytecode` or `--object-pinned`' }],
  unclear: ['--bytecode', '--object-pinned'],
  listing: {
    pieces: [
      {
        pattern: /match bpf (\d+(?: \d+){3}(?:,\d+(?: \d+){3})*)/,
        words: (program = '') => ['--bytecode', `${program.split(',').length},${program}`],
      },
      { pattern: /match bpf pinned (\S+)/, words: (path = '') => ['--object-pinned', path] },
    ],
  },
  lower: () => [{ expr: unmodelled('what a BPF program says') }],
});
