/** Words for where a text stops fitting its grammar. */

/** What separates words is never what was wrong. */
const BETWEEN = new Set(['" "', '"\\t"', '" " or "\\t"', 'not " " or "\\t"', 'any character']);

/** ``expected a port or `->`, found `x` ``; `text` is what was read, `at` where it failed. */
export function expectation(expected: readonly string[], text: string, at: number): string {
  const useful = expected.filter((what) => !BETWEEN.has(what) && !what.startsWith('not '));
  const wanted = (useful.length > 0 ? useful : ['more']).map((what) =>
    what.startsWith('"') ? `\`${JSON.parse(what.split(' or ')[0] ?? what)}\`` : what,
  );
  const found = text.slice(at).split(/[\s]/)[0]?.slice(0, 30);
  const what = at >= text.length ? 'the end' : `\`${found === '' ? text[at] : found}\``;
  return `expected ${[...new Set(wanted)].join(' or ')}, found ${what}`;
}
