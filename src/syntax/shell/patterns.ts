/** Patterns of the shell: `*`, `?` and `[...]`. POSIX shell, section 2.13 */

type Test = (character: string) => boolean;
/** A test of one character, or `*`. */
type Token = Test | '*';

function tokens(pattern: string): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] as string;
    const bracket = sign === '[' ? /^\[([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]/.exec(pattern.slice(at)) : null;
    if (sign === '*') found.push('*');
    else if (sign === '?') found.push(() => true);
    else if (bracket !== null) {
      found.push(oneOf(bracket[2] ?? '', bracket[1] === ''));
      at += bracket[0].length - 1;
    } else {
      const wanted = sign === '\\' && at + 1 < pattern.length ? pattern[++at] : sign;
      found.push((character) => character === wanted);
    }
  }
  return found;
}

const CLASSES: Readonly<Record<string, string>> = {
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
  space: ' \t\n',
  upper: 'A-Z',
  lower: 'a-z',
};

function oneOf(inside: string, positive: boolean): Test {
  const plain = inside.replaceAll(/\[:(\w+):\]/g, (_, name: string) => CLASSES[name] ?? '');
  const ranges = [...plain.matchAll(/([\s\S])-([\s\S])|([\s\S])/g)].map(([, low, high, one = '']) => [low ?? one, high ?? one] as const);
  return (character) => ranges.some(([low, high]) => low <= character && character <= high) === positive;
}

/** Linear but for the last star, to which it returns. */
export function matchesPattern(text: string, pattern: string): boolean {
  const wanted = tokens(pattern);
  let [at, next] = [0, 0];
  let star: { readonly next: number; at: number } | undefined;
  while (at < text.length) {
    const token = wanted[next];
    if (token === '*') star = { next: ++next, at };
    else if (token?.(text[at] as string) === true) {
      at++;
      next++;
    } else if (star !== undefined) {
      at = ++star.at;
      next = star.next;
    } else return false;
  }
  return wanted.slice(next).every((token) => token === '*');
}

/** `${NAME%PATTERN}` and its like: the shortest part goes, with a doubled sign the longest. */
export function trimmed(text: string, operator: string, pattern: string): string {
  const front = operator.startsWith('#');
  const fromEnd = operator === '##' || operator === '%';
  for (let step = 0; step <= text.length; step++) {
    const cut = fromEnd ? text.length - step : step;
    if (matchesPattern(front ? text.slice(0, cut) : text.slice(cut), pattern)) return front ? text.slice(cut) : text.slice(0, cut);
  }
  return text;
}

/** A pattern that matches this text alone. */
export function literally(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}
