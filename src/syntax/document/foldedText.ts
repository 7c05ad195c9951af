/** Rules that a terminal or a mail program folded into lines of one width: what continues a rule is put back behind it.
 *  Lines stay where they are; those that were put back are empty. */

/** What iptables-save, `iptables -S` and comments between rules start with. */
export const RULE_STARTS =
  /^(?:[ \t]*$|[ \t]*[*#]|[ \t]*:\S+ (?:ACCEPT|DROP|-)(?: |$)|[ \t]*(?:\[\d+:\d+\] ?)?-[A-Z](?: |$)|[ \t]*COMMIT[ \t]*$|[^-\s]*[$#%] ?ip6?tables|ip6?tables|(?:\S*\/)?(?:sudo|doas|docker|podman|nerdctl|crictl|kubectl|ip|nsenter)[ \t].*\bip6?tables)/;
const FEWEST_COLUMNS = 40;
const MOST_COLUMNS = 400;
/** Part of a rule: behind a comment it would be lost. */
const OF_A_RULE = /^[*:]\S|^\[?\d*:\d+\]|(?:^|\s)-[A-Za-z](?:\s|$)/;

export interface Unfolded {
  readonly lines: readonly string[];
  /** from the first that is continued to the last that continues one */
  readonly from: number;
  readonly to: number;
}

/** Undefined: no line continues another, or not all that do could be the work of one width. */
export function unfolded(given: readonly string[]): Unfolded | undefined {
  const lines = given.map((line) => line.replace(/\r$/, ''));
  const folded = lines.flatMap((line, index) => (index > 0 && !RULE_STARTS.test(line) ? [index] : []));
  const [first] = folded;
  const longest = Math.max(...lines.map(({ length }) => length));
  if (first === undefined || longest < FEWEST_COLUMNS || longest > MOST_COLUMNS) return undefined;
  const before = (index: number) => lines[index - 1] ?? '';
  // a blank at the end of a line is not copied
  const width = isUsualWidth(longest + 1) ? longest + 1 : longest;
  const isCut = folded.every((index) => before(index).length >= longest - (width === longest ? 1 : 0));
  const isWrapped = folded.every((index) => before(index).length + 1 + firstWord(lines[index] ?? '') > longest);
  // one line alone may be anything
  const isLikely = folded.length > 1 || isUsualWidth(longest) || width > longest || isWithinRule(before(first), lines[first] ?? '');
  if (!isLikely || !(isCut || isWrapped)) return undefined;
  const joined = [...lines];
  const isFolded = new Set(folded);
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (!isFolded.has(index)) start = index;
    else {
      if (joined[start]?.startsWith('#') && OF_A_RULE.test(line)) return undefined;
      const isWhole = line.startsWith(' ') || (isCut ? before(index).length === width : before(index).endsWith(' '));
      joined[start] = `${joined[start]}${isWhole ? '' : ' '}${line}`;
      joined[index] = '';
    }
  }
  return { lines: joined, from: first - 1, to: folded.at(-1) ?? first };
}

/** Between an option and its value, or before an option; or in a comment. */
function isWithinRule(before: string, after: string): boolean {
  return before.startsWith('#') || /(?:^|\s)--?[a-z-]+ ?$/.test(before) || /^ ?(?:! )?--?[a-z]/.test(after);
}

function isUsualWidth(columns: number): boolean {
  return columns % 10 === 0 || columns === 132;
}

function firstWord(line: string): number {
  return (/^\s*\S*/.exec(line)?.[0] ?? '').length;
}
