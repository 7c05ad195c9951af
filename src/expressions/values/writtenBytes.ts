/** The bytes that the kernel writes for a part of the packet: whole ones, two of them where the header has a checksum or is within another.
 *  nftables src/evaluate.c stmt_evaluate_payload() */
import type { NftExpression } from '../../syntax/nft/ast.ts';

export interface PartInBits {
  readonly offset: number;
  readonly length: number;
}

/** nftables src/proto.c checksum_key */
const CHECKED: ReadonlySet<string> = new Set(['ip', 'icmp', 'icmpv6', 'igmp', 'tcp', 'udp', 'udplite']);

export function hasChecksum(to: NftExpression): boolean {
  return to.kind === 'raw' ? to.base === 'ih' : to.kind === 'payload' && CHECKED.has(to.protocol);
}

/** `behind`: bits of them behind the part. */
export function bytesAround({ offset, length }: PartInBits, checksum: boolean): PartInBits & { readonly behind: number } {
  const first = Math.floor(offset / 8);
  const bytes = Math.ceil((offset + length) / 8) - first;
  const behind = (first + bytes) * 8 - offset - length;
  const isOdd = checksum && bytes % 2 === 1;
  if (!isOdd) return { offset: first * 8, length: bytes * 8, behind };
  if (first % 2 === 1) return { offset: (first - 1) * 8, length: (bytes + 1) * 8, behind };
  return { offset: first * 8, length: (bytes + 1) * 8, behind: behind + 8 };
}
