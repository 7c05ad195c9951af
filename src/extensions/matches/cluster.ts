/** cluster - this node's share of the connections, by a hash of the source address.
 *  man    iptables-extensions(8), cluster
 *  kernel net/netfilter/xt_cluster.c xt_cluster_mt()
 *  fact   iptables 1.8.9 takes no mask above 32, although it prints larger ones */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

const OPTIONS = {
  '--cluster-local-nodemask': { value: ['nodeMask'], invertible: true, excludes: ['--cluster-local-node'] },
  '--cluster-local-node': { value: ['node'], invertible: true },
  '--cluster-total-nodes': { value: ['node'], required: true },
  '--cluster-hash-seed': { value: ['hexNumber'], required: true },
} as const;

export const cluster = matchExtension({
  name: 'cluster',
  families: [4, 6],
  claim: { modelled: 'not', why: 'the hash over addresses is not computed' },
  options: OPTIONS,
  needsConntrack: () => true,
  check: (given): readonly RuleComplaint[] => {
    const { '--cluster-local-nodemask': mask, '--cluster-local-node': node, '--cluster-total-nodes': total } = given;
    if (total === undefined) return [];
    if (mask === undefined && node === undefined) {
      return [{ kind: 'malformed', message: '`-m cluster` needs `--cluster-local-node` or `--cluster-local-nodemask`' }];
    }
    const nodes = total.values[0];
    const fits = mask === undefined ? (node?.values[0] ?? 0) <= nodes : mask.values[0] < 2 ** nodes;
    return fits ? [] : [{ kind: 'malformed', message: `there are only ${nodes} nodes`, option: (mask ?? node)?.name ?? '' }];
  },
  unclear: ['--cluster-hash-seed'],
  listing: {
    pieces: [
      {
        pattern: /cluster (!)?node_mask=(\S+) total_nodes=(\d+) hash_seed=(\S+)/,
        words: (not = '', mask = '', total = '', seed = '') => [
          ...listedNot(not),
          ...['--cluster-local-nodemask', mask, '--cluster-total-nodes', total, '--cluster-hash-seed', seed],
        ],
      },
    ],
  },
  lower: () => [{ expr: unmodelled('which node of a cluster takes a connection') }],
  save: (given) => {
    const { '--cluster-local-nodemask': mask, '--cluster-local-node': node } = given;
    const own = mask?.values[0] ?? 2 ** ((node?.values[0] ?? 1) - 1);
    return [
      ...((mask ?? node)?.inverted ? ['!'] : []),
      ...['--cluster-local-nodemask', word(own)],
      ...['--cluster-total-nodes', String(given['--cluster-total-nodes']?.values[0] ?? 0)],
      ...['--cluster-hash-seed', word(given['--cluster-hash-seed']?.values[0] ?? 0)],
    ];
  },
});

function word(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
