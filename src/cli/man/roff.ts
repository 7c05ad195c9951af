/** Text for man(7): what roff would take for a request, an escape or a typographic sign stays what it is. */

export function escaped(text: string): string {
  return guarded(signs(text));
}

/** A sentence: what stands between backticks is bold. */
export function roffProse(text: string): string {
  const parts = text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? `\\fB${signs(part)}\\fR` : signs(part)));
  return guarded(parts.join(''));
}

function signs(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}

/** A full stop at the start of a line would be a request. */
function guarded(text: string): string {
  return text.replaceAll(/^\./gm, '\\&.');
}

/** A macro with its arguments, quoted. */
export function macro(name: string, ...args: readonly string[]): string {
  return [`.${name}`, ...args.map((arg) => `"${escaped(arg).replaceAll('"', '\\(dq')}"`)].join(' ');
}

/** Lines as they are, in a fixed font. */
export function example(text: string): string {
  return ['.RS 4', '.EX', escaped(text), '.EE', '.RE'].join('\n');
}

/** A name and what it means. */
export function item(name: string, says: string): string {
  return ['.TP', `\\fB${escaped(name)}\\fR`, roffProse(says)].join('\n');
}
