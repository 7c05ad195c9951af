/** The little that the readers must know of a rule's words: where it jumps, and when two rules read the same. */
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

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['--protocol', '-p'],
  ['--proto', '-p'],
  ['--source', '-s'],
  ['--src', '-s'],
  ['--destination', '-d'],
  ['--dst', '-d'],
  ['--in-interface', '-i'],
  ['--out-interface', '-o'],
  ['--jump', '-j'],
  ['--goto', '-g'],
  ['--match', '-m'],
  ['--fragment', '-f'],
  ['--destination-port', '--dport'],
  ['--source-port', '--sport'],
]);

/** No kernel prints them. */
export const SEVERAL_ADDRESSES = / (?:-[sd]|--(?:source|src|destination|dst)) \S+,/;

/** A rule for several addresses is as many rules, those of the first source first. With `!` at either side it is none: it stays whole, and is refused. */
export function oneAddressEach(words: readonly Word[]): readonly (readonly Word[])[] {
  const places = ['-s', '-d'].map((name) => words.findIndex(({ text, quoted }) => !quoted && (SPELLINGS.get(text) ?? text) === name) + 1);
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

/** Same options in any order: what `-D` and `-C` need. fact: `-p tcp` brings `-m tcp` when one of its options is used. */
export function sameRule(a: readonly Word[], b: readonly Word[]): boolean {
  return a.length === b.length && a.every((word, at) => word.text === b[at]?.text) ? true : canonical(a) === canonical(b);
}

function canonical(words: readonly Word[]): string {
  const clauses: string[][] = [];
  let negated = false;
  for (const { text, quoted } of words) {
    if (text === '!' && !quoted) negated = true;
    else if (text.startsWith('-') && !quoted) {
      const equals = text.startsWith('--') ? text.indexOf('=') : -1;
      const name = equals < 0 ? text : text.slice(0, equals);
      clauses.push([
        negated ? `! ${SPELLINGS.get(name) ?? name}` : (SPELLINGS.get(name) ?? name),
        ...(equals < 0 ? [] : [text.slice(equals + 1)]),
      ]);
      negated = false;
    } else if (negated) {
      const last = clauses.at(-1) ?? [];
      last[0] = `! ${last[0] ?? ''}`;
      last.push(text);
      negated = false;
    } else (clauses.at(-1) ?? clauses[clauses.push([]) - 1])?.push(text);
  }
  const proto = clauses.find(([name]) => name === '-p')?.[1];
  return clauses
    .filter(([name, value]) => !(name === '-m' && value === proto))
    .map(([name, ...values]) => [name, ...values.map((value) => value.replace(/^(\d+\.\d+\.\d+\.\d+)\/32$/, '$1'))].join(' '))
    .sort()
    .join('\n');
}
