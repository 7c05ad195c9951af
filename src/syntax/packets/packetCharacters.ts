/** Packets as they are pasted from documents and chats, in the characters of the notation. Places stay where they are. */

/** Unicode's blanks, and invisible marks. */
const BLANKS = /[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\n\r]/g;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
/** of one code unit: `>` is an arrow as well */
const ARROWS = /[\u2192\u21a6\u21d2\u21fe\u27a1\u279c\u2794\u27f6\u27f9]/g;
const QUOTES = /["'`\u2018-\u201f\u00ab\u00bb]/g;

/** The same length. Quotes and prompts around it go, and a list of flags is joined by `+`, as `,` separates values of sets. */
export function plainPacketText(text: string): string {
  const plain = text
    .replace(BLANKS, ' ')
    .replace(DASHES, '-')
    .replace(ARROWS, '>')
    .replace(/\ufe0f/g, ' ')
    .replace(/^\s*[$>]\s/, blank);
  return withoutQuotes(plain).replace(
    /\b(flags=)((?:[a-z]+[,|])+[a-z]+)/gi,
    (_, key: string, names: string) => key + names.replace(/[,|]/g, '+'),
  );
}

function withoutQuotes(text: string): string {
  const inner = text.trim();
  const isQuoted = inner.length > 1 && inner.slice(0, 1).search(QUOTES) === 0 && inner.slice(-1).search(QUOTES) === 0;
  return isQuoted ? text.replace(QUOTES, blank) : text.replace(/[\u201c\u201d]/g, ' ');
}

function blank(text: string): string {
  return ' '.repeat(text.length);
}

/** Words of the notation are lower case; the case that is written means nothing. The same length. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
