/** Tables of nftables that no packet of IP walks as such: what they may do to it before or behind the rules of IP is said, not modelled.
 *  kernel net/bridge/br_input.c br_handle_frame(), net/ipv4/arp.c arp_rcv() */
import type { NftRulesetNode, NftTableNode } from '../syntax/nft/ast.ts';
import type { TextFinding } from '../syntax/text/problems.ts';
import { isDormant } from './nftBase.ts';
import { hasActingRule } from './nftDevices.ts';

const MAY: Partial<Readonly<Record<NftTableNode['family'], string>>> = {
  bridge: 'packets that come from a port of a bridge, or go to one, may be dropped or changed there',
  arp: 'a neighbour whose answers are dropped there is not reached',
};

/** Undefined where the table does nothing. */
export function apart(table: NftTableNode): TextFinding | undefined {
  const may = MAY[table.family];
  const acts = hasActingRule(table) || table.chains.some(({ base }) => base?.policy?.text === 'drop');
  if (may === undefined || isDormant(table) || !acts) return undefined;
  const { name } = table;
  return {
    kind: 'warning',
    code: 'nft-apart',
    message: `what table \`${table.family} ${name.text}\` does is not modelled: ${may}`,
    span: { start: name.start, end: name.end },
  };
}

/** All tables of the text are such, so that there is nothing to answer from. */
export function onlyApart({ tables }: NftRulesetNode): TextFinding {
  const names = tables.map(({ family, name }) => `\`${family} ${name.text}\``).join(', ');
  return {
    kind: 'malformed',
    code: 'no-rules',
    message: `no table here is one that packets of IPv4 or IPv6 walk: ${names}`,
    help: 'is this all that `nft list ruleset` printed? A host without tables of IP is meant with --allow-empty, in the library `allowEmpty`',
    span: { start: tables[0]?.start ?? 0, end: tables[0]?.end ?? 0 },
  };
}
