/** Objects that have a name, in the words in which nft 1.0.6 lists them. nftables src/rule.c obj_print_data() */
import type { NftFamily, NftName, NftObjectNode } from '../../syntax/nft/ast.ts';
import { nftDuration } from '../values/canonicalValue.ts';
import { canonicalCounting } from './canonicalCounts.ts';

export function canonicalObject(object: NftObjectNode, family: NftFamily): NftObjectNode {
  const { kind, says } = object;
  const span = { start: object.start, end: object.end };
  const told = (texts: readonly string[]): NftObjectNode => ({ ...object, says: texts.map((text) => ({ ...span, text })) });
  const words = says.map(({ text }) => text);
  switch (kind) {
    case 'counter':
      return words.length === 0 ? told(['packets', '0', 'bytes', '0']) : object;
    case 'quota':
      return words.length === 0 ? told(['0', 'bytes']) : counted(object, kind);
    case 'limit':
      return counted(object, kind);
    case 'synproxy':
      return told([...says.flatMap(({ text }, at) => (SIZES.has(text) ? [text, words[at + 1] ?? ''] : [])), ...flagsOf(words)]);
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
      return { ...object, says: withFamily(says.map(withDuration), family) };
    default:
      return object;
  }
}

function counted(object: NftObjectNode, kind: 'quota' | 'limit'): NftObjectNode {
  const said = canonicalCounting({ kind, says: object.says, start: object.start, end: object.end });
  return said.kind === kind ? { ...object, says: said.says } : object;
}

const SIZES: ReadonlySet<string> = new Set(['mss', 'wscale']);

function flagsOf(words: readonly string[]): readonly string[] {
  return ['timestamp', 'sack-perm'].filter((flag) => words.includes(flag));
}

/** Of an expectation; those of a policy are plain numbers. */
function withDuration(name: NftName, at: number, says: readonly NftName[]): NftName {
  return says[at - 1]?.text === 'timeout' ? { ...name, text: nftDuration(name.text) } : name;
}

/** Without it, of the family of the table. */
function withFamily(says: readonly NftName[], family: NftFamily): readonly NftName[] {
  const last = says.at(-1);
  if (last === undefined || says.some(({ text }) => text === 'l3proto')) return says;
  const { start, end } = last;
  return [...says, { text: 'l3proto', start, end }, { text: family, start, end }];
}
