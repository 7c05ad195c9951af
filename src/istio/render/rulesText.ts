/** Rendered rules as one text: IPv4, then IPv6; or the commands of nft, which are of both. */
import type { Rendered } from './render.ts';

/** Tells the reader, and chainwalk itself, where the rules of the other family start. */
const SECOND = '# ip6tables\n';

export function rulesText({ v4, v6, nft }: Rendered): string {
  if (nft !== undefined) return nft;
  return v6 === '' ? v4 : `${v4}${SECOND}${v6}`;
}

export function routingText({ routing }: Rendered): string {
  return routing.map((command) => `# ${command}\n`).join('');
}
