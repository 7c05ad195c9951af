/** Objects that have a name, in the words in which nft 1.0.6 lists them. nftables src/rule.c obj_print_data() */
import type { NftFamily, NftName, NftObjectNode } from '../../syntax/nft/ast.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import { nftDuration } from '../values/canonicalValue.ts';
import { TIMEOUT_STATES } from '../values/timeoutStates.ts';
import { canonicalCounting, inDecimal } from './canonicalCounts.ts';

export function canonicalObject(object: NftObjectNode, family: NftFamily): NftObjectNode {
  const { kind, says } = object;
  const span = { start: object.start, end: object.end };
  const told = (texts: readonly string[]): NftObjectNode => ({ ...object, says: texts.map((text) => ({ ...span, text })) });
  const words = says.map(({ text }) => text);
  switch (kind) {
    case 'counter':
      return words.length === 0 ? told(['packets', '0', 'bytes', '0']) : { ...object, says: says.map(inDecimal) };
    case 'quota':
      return words.length === 0 ? told(['0', 'bytes']) : counted(object, kind);
    case 'limit':
      return counted(object, kind);
    case 'synproxy':
      return told([...sizesOf(words), ...flagsOf(words)]);
    case 'ct helper':
      return { ...object, says: withFamily(says, family) };
    case 'ct timeout':
      return told(timeoutWords(words, family));
    case 'ct expectation':
      return told(expectationWords(words, family));
    default:
      return object;
  }
}

function counted(object: NftObjectNode, kind: 'quota' | 'limit'): NftObjectNode {
  const said = canonicalCounting({ kind, says: object.says, start: object.start, end: object.end });
  return said.kind === kind ? { ...object, says: said.says } : object;
}

function sizesOf(words: readonly string[]): readonly string[] {
  const sized = (word: string, size: number): readonly string[] => {
    const said = behind(words, word);
    return said === undefined ? [] : [word, String(nftNumber(said) % size)];
  };
  return [...sized('mss', 0x1_0000), ...sized('wscale', 0x100)];
}

function behind(words: readonly string[], word: string): string | undefined {
  return words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
}

function flagsOf(words: readonly string[]): readonly string[] {
  return ['timestamp', 'sack-perm'].filter((flag) => words.includes(flag));
}

/** States stand in the kernel's order, of each the last that was said. */
function timeoutWords(words: readonly string[], family: NftFamily): readonly string[] {
  const block = words.join(' ').replace(/^[^{]*/, '');
  const said = new Map([...block.matchAll(/(\w+)\s*:\s*(0x[\da-f]+|\d+)/gi)].map(([, name = '', seconds = '']) => [name, seconds]));
  const protocol = behind(words, 'protocol') ?? '';
  const states = (TIMEOUT_STATES[protocol] ?? []).flatMap((name) => {
    const seconds = said.get(name);
    return seconds === undefined ? [] : [`${name} : ${nftNumber(seconds) % 2 ** 32}`];
  });
  const policy = ['policy', '=', '{', states.join(', '), '}'];
  return ['protocol', protocol, 'l3proto', behind(words, 'l3proto') ?? family, ...policy];
}

function expectationWords(words: readonly string[], family: NftFamily): readonly string[] {
  const number = (word: string, size: number): readonly string[] => [word, String(nftNumber(behind(words, word) ?? '') % size)];
  return [
    'protocol',
    behind(words, 'protocol') ?? '',
    ...number('dport', 0x1_0000),
    'timeout',
    nftDuration(behind(words, 'timeout') ?? ''),
    ...number('size', 0x100),
    'l3proto',
    behind(words, 'l3proto') ?? family,
  ];
}

/** Without it, of the family of the table. */
function withFamily(says: readonly NftName[], family: NftFamily): readonly NftName[] {
  const last = says.at(-1);
  if (last === undefined || says.some(({ text }) => text === 'l3proto')) return says;
  const { start, end } = last;
  return [...says, { text: 'l3proto', start, end }, { text: family, start, end }];
}
