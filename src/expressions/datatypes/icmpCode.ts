/** A code of ICMP as nft takes it: the last eight bits of a number; a name as it stands. */
export function icmpCodeOf(code: string): string {
  return /^\d+$/.test(code) ? String(Number(code) % 256) : code;
}
