/** Text from outside in GitHub's Markdown: nothing in it is markup, a mention or a reference. source: GitHub Flavored Markdown, 2.4, 6.1 */
import { printable } from '../../lib/printable.ts';

/** As running text, in table cells too. */
export function markdownProse(text: string): string {
  return unlinked(entities(printable(text).replaceAll(/[\\`*_{}[\]|~$!^]/g, '\\$&'))).replace(
    /^(\s*)([-+=]|\d+[.)])/,
    (_, blank: string, mark: string) => `${blank}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
  );
}

/** Inside an HTML element, where Markdown is not read. */
export function html(text: string): string {
  return unlinked(entities(printable(text)));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function entities(text: string): string {
  return text.replaceAll(/[&<>]/g, (char) => ENTITIES[char] ?? char);
}

function unlinked(text: string): string {
  return text.replaceAll(/[@#]|:(?=\/\/)|:(?=[\w+-]+:)|www(?=\.)/gi, (char) => `${char}${NOTHING}`);
}

/** A comment parts a word: `@name`, `#1` and `:100:` stay what they are. */
const NOTHING = '<!-- -->';

/** A code span: a fence longer than any inside. Not for table cells. */
export function code(text: string): string {
  const shown = printable(text);
  if (shown.trim() === '') return '` `';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Code in a table cell. A span cannot hold every bar: its backslash may be the second half of another escape. */
export function codeCell(text: string): string {
  if (!text.includes('|')) return code(text);
  return `<code>${printable(text).replaceAll(/[^\w .,:;/()-]|_|:(?=\/)|(?<=www)\./gi, (char) => (char > '\u007f' ? char : `&#${char.charCodeAt(0)};`))}</code>`;
}

/** Lines as they are; a viewer shows the language. */
export function codeBlock(lines: readonly string[], language = ''): string {
  const shown = lines.map(printable);
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return [`${fence}${language}`, ...shown, fence].join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
