/** CLUSTERIP - one address shared by several machines, of which each answers a share of the connections.
 *  man    iptables-extensions(8), CLUSTERIP
 *  kernel net/ipv4/netfilter/ipt_CLUSTERIP.c until 6.3, where it was removed: INPUT, `-d` of one address */
import { type ExtensionOptionSpec, saveOption, targetExtension } from '../contract/extension.ts';

const OPTIONS = {
  '--new': { value: [] },
  '--hashmode': { value: ['clusterHash'] },
  '--clustermac': { value: ['groupMac'] },
  '--total-nodes': { value: ['clusterNodes'] },
  '--local-node': { value: ['clusterNodes'] },
  '--hash-init': { value: ['u32'] },
} as const satisfies Readonly<Record<string, ExtensionOptionSpec>>;

/** All of these make a cluster address; none of them joins one that is there. */
const FULL = ['--new', '--hashmode', '--clustermac', '--total-nodes', '--local-node'] as const;

export const CLUSTERIP = targetExtension({
  name: 'CLUSTERIP',
  claim: { modelled: 'not', why: 'a hash decides which machine answers' },
  families: [4],
  options: OPTIONS,
  hooks: () => ['INPUT'],
  needsConntrack: () => true,
  unclear: ['--new'],
  check: (given) => {
    const some = Object.keys(given).length > 0;
    return some && FULL.some((option) => given[option] === undefined)
      ? [{ kind: 'malformed', message: `\`-j CLUSTERIP\` needs all of ${FULL.map((option) => `\`${option}\``).join(', ')}, or none` }]
      : [];
  },
  lower: () => ({ kind: 'unmodelled', reason: 'CLUSTERIP: a hash decides which machine answers' }),
  save: (given, context) => {
    if (given['--new'] === undefined) return [];
    const words = FULL.flatMap((name) => {
      const option = given[name];
      return option === undefined ? [] : saveOption(option, OPTIONS[name], context);
    });
    return [...words, '--hash-init', String(given['--hash-init']?.values[0] ?? 0)];
  },
});
