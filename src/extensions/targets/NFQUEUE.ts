/** NFQUEUE - hands the packet to a program, which decides.
 *  man    iptables-extensions(8), NFQUEUE
 *  kernel net/netfilter/xt_NFQUEUE.c nfqueue_tg(), nf_queue.c
 *  fact   when no program listens the packet is dropped; with `--queue-bypass` the table accepts it */
import { targetExtension } from '../contract/extension.ts';

/** kernel nfqueue_tg_check(): 65,536 queues are too many */
const MAX_QUEUES = 65535;

export const NFQUEUE = targetExtension({
  name: 'NFQUEUE',
  claim: { modelled: 'not', why: 'a program decides' },
  families: [4, 6],
  options: {
    '--queue-num': { value: ['u16'], excludes: ['--queue-balance'] },
    '--queue-balance': { value: ['queueRange'] },
    '--queue-bypass': { value: [] },
    '--queue-cpu-fanout': { value: [], needs: ['--queue-balance'] },
  },
  check: (given) => {
    const { lo, hi } = given['--queue-balance']?.values[0] ?? { lo: 0, hi: 0 };
    return hi - lo < MAX_QUEUES ? [] : [{ kind: 'not-loadable', message: `at most ${MAX_QUEUES} queues`, option: '--queue-balance' }];
  },
  listing: {
    opens: /NFQUEUE/,
    options: {
      '--queue-num': /num (\d+)/,
      '--queue-balance': /balance (\S+)/,
      '--queue-bypass': /bypass/,
      '--queue-cpu-fanout': /cpu-fanout/,
    },
  },
  lower: () => ({ kind: 'unmodelled', reason: 'NFQUEUE: a program decides' }),
  save: (given) => {
    const { '--queue-num': number, '--queue-balance': balance } = given;
    const range = balance?.values[0];
    return [
      ...(range === undefined ? ['--queue-num', String(number?.values[0] ?? 0)] : ['--queue-balance', `${range.lo}:${range.hi}`]),
      ...(['--queue-bypass', '--queue-cpu-fanout'] as const).filter((flag) => given[flag] !== undefined),
    ];
  },
});
