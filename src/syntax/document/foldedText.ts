/** Rules that a terminal or a mail program folded into lines of one width: what continues a rule is put back behind it.
 *  Lines stay where they are; those that were put back are empty. */

/** What iptables-save, `iptables -S` and comments between rules start with. */
export const RULE_STARTS =
  /^(?:[ \t]*$|[ \t]*[*#]|:\S+ (?:ACCEPT|DROP|-)(?: |$)|(?:\[\d+:\d+\] ?)?-[A-Z](?: |$)|COMMIT[ \t]*$|[^-\s]*[$#%] ?ip6?tables|ip6?tables)/;
const FEWEST_COLUMNS = 40;

export interface Unfolded {
  readonly lines: readonly string[];
  /** the first that continues another */
  readonly first: number;
}

/** Undefined: no line continues another, or not all that do could be the work of one width. */
export function unfolded(given: readonly string[]): Unfolded | undefined {
  const lines = given.map((line) => line.replace(/\r$/, ''));
  const folded = lines.flatMap((line, index) => (index > 0 && !RULE_STARTS.test(line) ? [index] : []));
  const [first] = folded;
  const longest = Math.max(...lines.map(({ length }) => length));
  if (first === undefined || longest < FEWEST_COLUMNS) return undefined;
  const before = (index: number) => lines[index - 1] ?? '';
  // a blank at the end of a line is not copied
  const width = isUsualWidth(longest + 1) ? longest + 1 : longest;
  const isCut = folded.every((index) => before(index).length >= longest - (width === longest ? 1 : 0));
  const isWrapped = folded.every((index) => before(index).length + 1 + firstWord(lines[index] ?? '') > longest);
  if (!isCut && !isWrapped) return undefined;
  const joined = [...lines];
  const isFolded = new Set(folded);
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (!isFolded.has(index)) start = index;
    else {
      const isWhole = line.startsWith(' ') || (isCut ? before(index).length === width : before(index).endsWith(' '));
      joined[start] = `${joined[start]}${isWhole ? '' : ' '}${line}`;
      joined[index] = '';
    }
  }
  return { lines: joined, first };
}

function isUsualWidth(columns: number): boolean {
  return columns % 10 === 0 || columns === 132;
}

function firstWord(line: string): number {
  return (/^\s*\S*/.exec(line)?.[0] ?? '').length;
}
