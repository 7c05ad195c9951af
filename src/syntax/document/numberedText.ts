/** Rules with the numbers of their lines before them: `cat -n`, `nl`, `grep -n`, the gutter of an editor or a pager. */

/** The number, and what parts it from the line: a tab, a bar, a colon, blanks. */
const NUMBERED = /^[ \t]*(\d{1,6})(?:\t|:|[ \t]*[|\u2502\u2506][ \t]?|[ \t]+|$)/;

/** Without them; undefined where not every line has one, each greater than the one before. */
export function withoutNumbers(lines: readonly string[]): readonly string[] | undefined {
  let last = -1;
  let count = 0;
  const plain: string[] = [];
  for (const line of lines) {
    const found = NUMBERED.exec(line);
    if (found === null) {
      if (/\S/.test(line)) return undefined;
      plain.push(line);
      continue;
    }
    const number = Number(found[1]);
    if (number <= last) return undefined;
    last = number;
    count++;
    plain.push(line.slice(found[0].length));
  }
  return count < 2 ? undefined : plain;
}
