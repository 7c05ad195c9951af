/** Text from outside, made safe to show. A terminal obeys control characters; marks of direction change the order in which a line is read;
 *  characters without width and tags hide what is there. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;
const HIDDEN = /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/;
/** Tags and rare selectors, which are two units each; where a line is cut, one. */
const ASTRAL = /\udb40[\udc00-\uddff]?/;
const UNSAFE = new RegExp(`${ASTRAL.source}|${CONTROLS.source}|${HIDDEN.source}`, 'g');

/** One line: what is not to be seen becomes `?`, a tab a blank. Keeps the length. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (char) => (char === '\t' ? ' ' : '?'.repeat(char.length)));
}

/** Lines, with tabs, and with the colours that we give them. */
export function printableLines(text: string): string {
  return text.replaceAll(LINES, (char) => (char === '\n' || char === '\t' || char.length > 2 ? char : '?'.repeat(char.length)));
}

const LINES = new RegExp(`\\u001b\\[[\\d;]{1,8}m|\\u001b\\]8;;(?:file:[!-~]*)?\\u001b\\\\|${UNSAFE.source}`, 'g');

/** A value as JSON in which nothing is hidden, and that no workflow of GitHub takes for a command (`##[` is one anywhere in a line). */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replaceAll(UNSAFE, (char) =>
      char === '\n' ? char : [...Array(char.length).keys()].map((at) => escaped(char.charCodeAt(at))).join(''),
    )
    .replaceAll('##[', '#\\u0023[');
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
