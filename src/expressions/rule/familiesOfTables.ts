/** What does not load in tables of arp, bridge and netdev, or of one of them.
 *  nftables src/evaluate.c stmt_evaluate_nat(), stmt_evaluate_tproxy(), stmt_evaluate_reject(); kernel net/netfilter/nft_fib.c nft_fib_validate(),
 *  nft_meta.c nft_meta_get_validate(), nft_socket.c nft_socket_validate(), nft_rt.c nft_rt_validate(), nf_conntrack_proto.c nf_ct_netns_get() */
import type { NftFamily, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { selectorsOf } from '../values/asked.ts';

const IP: readonly NftFamily[] = ['ip', 'ip6', 'inet'];
const WITH_BRIDGE: readonly NftFamily[] = [...IP, 'bridge'];
const WITH_NETDEV: readonly NftFamily[] = [...IP, 'netdev'];
const WITH_BOTH: readonly NftFamily[] = [...WITH_BRIDGE, 'netdev'];

const STATEMENTS: Readonly<Record<string, readonly NftFamily[] | undefined>> = {
  nat: IP,
  tproxy: IP,
  reject: WITH_BOTH,
  'ct count': WITH_BRIDGE,
  'other synproxy': WITH_BRIDGE,
  'other queue': WITH_BRIDGE,
};

const ASKED: Readonly<Record<string, readonly NftFamily[] | undefined>> = {
  ct: WITH_BRIDGE,
  fib: WITH_NETDEV,
  'header ip option': WITH_BOTH,
  'header exthdr': WITH_BOTH,
  'meta ipsec': WITH_NETDEV,
  'meta secpath': WITH_NETDEV,
  'meta sdif': IP,
  'meta sdifname': IP,
  'other socket': IP,
  'other rt': IP,
  'other osf': IP,
  'other ipsec': IP,
};

export function refuseElsewhere(statement: NftStatement, { table, report }: NftRuleContext): void {
  if (IP.includes(table)) return;
  const refuse = (what: string, tables: readonly NftFamily[], { start, end }: Span): void => {
    const message = `\`${what}\` is for tables of ${tables.join(', ')} only`;
    report({ kind: 'not-loadable', code: 'wrong-family', message, span: { start, end } });
  };
  const verb = statement.kind === 'other' ? ` ${statement.verb}` : '';
  const tables = STATEMENTS[`${statement.kind}${verb}`];
  if (tables?.includes(table) === false)
    refuse(statement.kind === 'nat' ? statement.verb : `${statement.kind}${verb}`.replace('other ', ''), tables, statement);
  for (const selector of selectorsOf(statement)) {
    const of = ASKED[kindOf(selector)];
    if (of?.includes(table) === false) refuse(kindOf(selector).replace(/^(?:other|header) /, ''), of, selector);
  }
}

function kindOf(selector: NftSelector): string {
  if (selector.kind === 'meta') return `meta ${selector.key}`;
  if (selector.kind === 'header') return `header ${selector.of}`;
  return selector.kind === 'other' ? `other ${selector.words[0]}` : selector.kind;
}
