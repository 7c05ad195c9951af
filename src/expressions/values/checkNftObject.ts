/** Objects of conntrack that the kernel refuses. net/netfilter/nft_ct.c nft_ct_helper_obj_init(), nft_ct_expect_obj_init(),
 *  nft_ct_timeout_obj_init() */
import type { NftFamily, NftObjectNode } from '../../syntax/nft/ast.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import { TIMEOUT_STATES } from './timeoutStates.ts';

export function checkNftObject(object: NftObjectNode, family: NftFamily, report: ProblemSink): void {
  const problem = problemOf(object, family);
  const { text, ...span } = object.name;
  if (problem !== undefined) report({ kind: 'not-loadable', code: 'bad-value', message: `\`${text}\`: ${problem}`, span });
}

/** kernel net/netfilter/nf_conntrack_proto.c nf_ct_netns_do_get() */
const NO_CONNECTIONS: readonly NftFamily[] = ['arp', 'netdev'];

function problemOf({ kind, says }: NftObjectNode, family: NftFamily): string | undefined {
  const words = says.map(({ text }) => text);
  const after = (word: string): string | undefined => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const of = after('l3proto') ?? family;
  switch (kind) {
    case 'limit':
      return words.length === 0 ? 'a limit needs its rate' : undefined;
    case 'ct helper':
      if (after('type') === undefined) return 'a helper needs its type and protocol';
      if (NO_CONNECTIONS.includes(family)) return `tables of ${family} know no connections`;
      if (of === 'arp') return 'ARP has no helpers';
      return (of === 'ip' && family === 'ip6') || (of === 'ip6' && family === 'ip')
        ? `packets of ${family} never have a helper of ${of}`
        : undefined;
    case 'ct timeout':
      if (NO_CONNECTIONS.includes(family)) return `tables of ${family} know no connections`;
      return timeoutProblem(words, after('protocol'));
    case 'ct expectation': {
      const missing = ['protocol', 'dport', 'timeout', 'size'].find((word) => isNothing(after(word), word));
      if (missing !== undefined) return `an expectation needs its \`${missing}\``;
      if (of !== 'ip' && of !== 'ip6') return 'an expectation is of `l3proto ip` or `l3proto ip6`';
      return of === family || family === 'inet' ? undefined : `a table of ${family} has no expectations of ${of}`;
    }
    case 'synproxy':
      return NO_CONNECTIONS.includes(family) ? `tables of ${family} know no connections` : undefined;
    default:
      return undefined;
  }
}

/** What is 0 in the bits that there are for it counts as not said. */
function isNothing(text: string | undefined, word: string): boolean {
  if (text === undefined) return true;
  if (word === 'timeout') return /^(?:0+[dhms]+)+$/.test(text);
  return (word === 'size' && nftNumber(text) % 256 === 0) || (word === 'dport' && nftNumber(text) % 65_536 === 0);
}

function timeoutProblem(words: readonly string[], protocol: string | undefined): string | undefined {
  if (protocol === undefined) return 'a timeout needs its protocol';
  const block = words.join(' ').replace(/^[^{]*/, '');
  const states = [...block.matchAll(/([\w-]+)\s*:/g)].map(([, name = '']) => name);
  const known = TIMEOUT_STATES[protocol] ?? [];
  const unknown = states.find((name) => !known.includes(name));
  return unknown === undefined ? undefined : `there is no state \`${unknown}\` of ${protocol}`;
}
