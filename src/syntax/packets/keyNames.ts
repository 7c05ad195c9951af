/** Names of keys, as people write them. */
import { nearest } from '../../lib/nearest.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { KeyName } from './packetKeys.ts';

/** Keys that are written `key=value`; the others have a place of their own in the arrow form. */
export const PAIR_KEYS = [
  'uid',
  'gid',
  'socket',
  'iif',
  'oif',
  'mark',
  'ctstate',
  'dir',
  'ctorigsrc',
  'ctorigdst',
  'connmark',
  'flags',
  'icmp',
  'ttl',
  'tos',
  'len',
  'frag',
  'df',
  'mac',
  'spi',
] as const;

/** They have a place of their own, and may be written as keys too. */
const PLACE_KEYS = ['proto', 'src', 'dst', 'sport', 'dport'] as const;

/** What other tools call a key. */
const ALIASES: Readonly<Record<string, KeyName>> = {
  user: 'uid',
  owner: 'uid',
  group: 'gid',
  state: 'ctstate',
  ctdir: 'dir',
  length: 'len',
  iface: 'iif',
  hoplimit: 'ttl',
  hl: 'ttl',
  port: 'dport',
  protocol: 'proto',
};

/** The key that a word before `=` names. */
export function pairKeyNamed(word: string): KeyName | undefined {
  const name = word.toLowerCase();
  return [...PAIR_KEYS, ...PLACE_KEYS].find((known) => known === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
}

export function reportUnknownKey(report: ProblemSink, key: Span & { readonly text: string }): void {
  const meant = nearest(key.text, PAIR_KEYS);
  const keys = `keys are ${PAIR_KEYS.join(', ')}`;
  report({
    kind: 'malformed',
    code: 'bad-packet',
    message: `unknown key \`${key.text}\``,
    span: { start: key.start, end: key.end },
    help: meant === undefined ? keys : `did you mean \`${meant}\`? ${keys}`,
  });
}
