/** A match that asks for a protocol or a family, as nft adds it to rules. */
import type { StatementOf } from '../contract/statement.ts';

const SPAN = { start: 0, end: 0 } as const;

/** `meta l4proto tcp`, `meta nfproto ipv4` */
export function isProtocol(key: 'iiftype' | 'l4proto' | 'nfproto', text: string): StatementOf<'match'> {
  const form = /^\d+$/.test(text) ? 'number' : 'word';
  return { ...SPAN, kind: 'match', left: { ...SPAN, kind: 'meta', key }, right: { ...SPAN, kind: 'value', form, text } };
}
