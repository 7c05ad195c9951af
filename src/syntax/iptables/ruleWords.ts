/** The little that the readers must know of a rule's words: where it jumps, and whether it is for several addresses. */
import type { RuleNode, Word } from './ast.ts';

const JUMP = /^(?:-[jg]|--jump=?|--goto=?)/;

/** The word that names the target, as `-j X`, `-jX`, `--jump X` or `--jump=X`. */
export function jumpOf(rule: RuleNode): Word | undefined {
  return jumpIn(rule.words)?.name;
}

/** `at`: which of the words holds the name. */
function jumpIn(words: readonly Word[]): { readonly name: Word; readonly at: number } | undefined {
  for (const [at, word] of words.entries()) {
    if (word.quoted || !JUMP.test(word.text)) continue;
    const flag = JUMP.exec(word.text)?.[0].length ?? 0;
    const next = words[at + 1];
    if (word.text.length === flag && !word.text.endsWith('=')) return next === undefined ? undefined : { name: next, at: at + 1 };
    if (word.text[1] !== '-' || word.text[flag - 1] === '=')
      return { name: { ...word, text: word.text.slice(flag), start: word.start + flag }, at };
  }
  return undefined;
}

export function renamed(rule: RuleNode, names: { readonly from: string; readonly to: string }): RuleNode {
  const before = rule.words;
  const jump = jumpIn(before);
  const jumps = jump?.name.text === names.from;
  const chain = rule.chain.text === names.from ? { ...rule.chain, text: names.to } : rule.chain;
  if (!jumps && chain === rule.chain) return rule;
  const words = before.map((word, at) =>
    jumps && at === jump.at ? { ...word, text: word.text.slice(0, word.text.length - names.from.length) + names.to } : word,
  );
  return { chain, words, span: rule.span, line: rule.line, saved: rule.saved === true };
}

/** Names of the two options that may hold several addresses. man iptables */
const ADDRESS_OPTIONS: readonly (readonly string[])[] = [
  ['-s', '--source', '--src'],
  ['-d', '--destination', '--dst'],
];

const SEVERAL_ADDRESSES = / (?:-[sd]|--(?:source|src|destination|dst)) \S+,/;

/** Whether a line may be for several addresses. No kernel prints such lines. */
export function isForSeveral(line: string): boolean {
  return SEVERAL_ADDRESSES.test(line);
}

/** A rule for several addresses is as many rules, those of the first source first. With `!` at either side it is none: it stays whole, and is refused. */
export function oneAddressEach(words: readonly Word[]): readonly (readonly Word[])[] {
  const places = ADDRESS_OPTIONS.map((names) => words.findIndex(({ text, quoted }) => !quoted && names.includes(text)) + 1);
  if (places.some((at) => words[at - 2]?.text === '!')) return [words];
  let made: readonly (readonly Word[])[] = [words];
  for (const at of places) {
    const value = words[at];
    if (at === 0 || value?.text.includes(',') !== true) continue;
    const parts = value.text.split(',');
    made = made.flatMap((one) => parts.map((text) => one.map((word, index) => (index === at ? { ...word, text } : word))));
  }
  return made;
}

/** Word by word: for rules of which nothing is understood; others are compared by what they mean. */
export function readsAlike(a: readonly Word[], b: readonly Word[]): boolean {
  return a.length === b.length && a.every((word, at) => word.text === b[at]?.text);
}
