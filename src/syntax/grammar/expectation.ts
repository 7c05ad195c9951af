/** Words for where a text stops fitting its grammar. */

/** What separates words is never what was wrong. */
const BETWEEN = new Set(['" "', '"\\t"', '" " or "\\t"', 'any character']);
const LITERAL = /"(?:[^"\\]|\\.)*"/g;

export interface Failure {
  readonly expected: readonly string[];
  /** what was read, and where it failed */
  readonly text: string;
  readonly at: number;
}

/** ``expected a port or `->`, found `x` `` */
export function expectation({ expected, text, at }: Failure): string {
  const useful = expected.filter((what) => !BETWEEN.has(what) && !what.startsWith('not '));
  const wanted = (useful.length > 0 ? useful : ['more']).map((what) => what.replace(LITERAL, (literal) => `\`${JSON.parse(literal)}\``));
  const found = text.slice(at, at + 30).split(/\s/, 1)[0] || text[at];
  return `expected ${[...new Set(wanted)].join(' or ')}, found ${at >= text.length ? 'the end' : `\`${found}\``}`;
}
