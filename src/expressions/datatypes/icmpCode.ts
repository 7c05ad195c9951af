/** A code of ICMP as nft takes it: the last eight bits of a number; a name as it stands. */
import { nftNumber } from '../../syntax/nft/selectors.ts';

export function icmpCodeOf(code: string): string {
  return /^\d/.test(code) ? String(nftNumber(code) % 256) : code;
}
