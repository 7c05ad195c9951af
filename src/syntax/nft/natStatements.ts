/** Statements that change where a packet goes. */
import { captures } from '../generated/nft.ts';
import type { NftExpression, NftName, NftStatement } from './ast.ts';
import { readExpression } from './expressions.ts';
import { findPart, type NftReader, nameAt, partAt, partsIn, spanAt, textAt } from './matched.ts';
import { sayWordsOfNft } from './values.ts';

const VERBS = ['snat', 'dnat', 'masquerade', 'redirect'] as const;
/** fact: words of nft within such a statement, however deep in its maps, and names elsewhere */
const WORDS_OF_NAT: ReadonlySet<string> = new Set(['addr', 'fully-random', 'persistent', 'port', 'prefix', 'to']);
const WORDS_OF_TARGET: ReadonlySet<string> = new Set(['to']);
const FORMS: Readonly<Record<string, 'prefix' | 'interval'>> = { prefix: 'prefix', interval: 'interval' };

export function readNatStatement(reader: NftReader, index: number): NftStatement {
  const parts = partsIn(reader, index);
  const text = textAt(reader, index);
  const verb = VERBS.find((one) => text.startsWith(one)) ?? 'dnat';
  const form = findPart(reader, parts, 'natForm');
  sayWordsOfNft(reader, index, WORDS_OF_NAT);
  return {
    kind: 'nat',
    verb,
    ...familyIn(reader, parts),
    ...(form !== undefined && { form: FORMS[textAt(reader, form)] ?? 'address and port' }),
    ...targetIn(reader, parts, verb === 'redirect'),
    flags: flagsIn(reader, parts),
    ...spanAt(reader, index),
  };
}

function familyIn(reader: NftReader, parts: readonly number[]): { readonly family?: 'ip' | 'ip6' } {
  const family = findPart(reader, parts, 'natFamily');
  return family === undefined ? {} : { family: textAt(reader, family) === 'ip6' ? 'ip6' : 'ip' };
}

/** `redirect to 8080` is a port without its colon. */
function targetIn(
  reader: NftReader,
  parts: readonly number[],
  isPort: boolean,
): { readonly address?: NftExpression; readonly port?: NftExpression } {
  const value = findPart(reader, parts, 'value');
  const port = findPart(reader, parts, 'natPort');
  const given = value === undefined ? {} : { [isPort ? 'port' : 'address']: readExpression(reader, value) };
  return { ...given, ...(port !== undefined && { port: readExpression(reader, port + 3) }) };
}

export function readTproxyStatement(reader: NftReader, index: number): NftStatement {
  const parts = partsIn(reader, index);
  sayWordsOfNft(reader, index, WORDS_OF_TARGET);
  return { kind: 'tproxy', ...familyIn(reader, parts), ...targetIn(reader, parts, false), ...spanAt(reader, index) };
}

/** Of several lists the last one counts. */
function flagsIn(reader: NftReader, parts: readonly number[]): readonly NftName[] {
  const list = parts.filter((part) => partAt(reader, part) === captures.natFlagList).at(-1);
  return list === undefined ? [] : partsIn(reader, list).map((part) => nameAt(reader, part));
}
