/** Tables of nftables are named with their family, `inet fw`; those of iptables, also where iptables-nft has made them, are not. */
import type { Table } from './ruleset.ts';

export function isOfNft({ name }: Pick<Table, 'name'>): boolean {
  return name.includes(' ');
}
