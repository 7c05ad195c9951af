/** Values out of a closed list of words, and free text. */
import { malformed, quoteWord, type Shape } from './shape.ts';

/** A comma list of words in any order; printed in the order of `words`. `what` names one of them in messages. */
export function wordList<W extends string>(
  what: string,
  words: readonly W[],
  options: { readonly anyCase: boolean },
): Shape<ReadonlySet<W>> {
  const spelt = (word: string): string => (options.anyCase ? word.toUpperCase() : word);
  const known = new Map(words.map((word) => [spelt(word), word]));
  return {
    rule: 'words',
    decode: ({ captures }) => {
      const value = new Set<W>();
      for (const { rule, text } of captures) {
        if (rule !== 'word') continue;
        const word = known.get(spelt(text));
        if (word === undefined) return malformed(`\`${text}\` is not a valid ${what}`, `one of ${words.join(', ')}`);
        value.add(word);
      }
      return { value };
    },
    print: (value) => words.filter((word) => value.has(word)).join(','),
  };
}

/** One word of a list. */
export function word<W extends string>(what: string, words: readonly W[], options: { readonly anyCase: boolean }): Shape<W> {
  const spelt = (text: string): string => (options.anyCase ? text.toUpperCase() : text);
  return {
    rule: 'word',
    decode: ({ text }) => {
      const value = words.find((known) => spelt(known) === spelt(text));
      return value === undefined ? malformed(`\`${text}\` is not a valid ${what}`, `one of ${words.join(', ')}`) : { value };
    },
    print: (value) => value,
  };
}

/** Free text of at least `min` characters; of more than `max` bytes iptables cuts off the rest without a word, or refuses. */
export function freeText(limits: { readonly min: number; readonly max: number; readonly overlong: 'cut' | 'refused' }): Shape<string> {
  const { min, max, overlong } = limits;
  return {
    decode: ({ text }) => {
      if (text.length < min) return malformed('expected a text, found nothing');
      // no character of a JavaScript string takes more than three bytes
      if (text.length * 3 <= max) return { value: text };
      const bytes = new TextEncoder().encode(text);
      if (bytes.length <= max) return { value: text };
      if (overlong === 'refused') return malformed(`\`${text}\` is longer than ${max} bytes`);
      return { value: new TextDecoder().decode(bytes.slice(0, max)), warning: `iptables cuts this off after ${max} bytes` };
    },
    print: quoteWord,
  };
}
