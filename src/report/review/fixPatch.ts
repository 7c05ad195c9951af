/** A proved fix as replacements of whole lines: what SARIF and suggestions are made of. */
import type { ProvedFix } from '../../prove/proof/provedFix.ts';

/** Lines from `start` to before `end`, 1-based, become these; an empty range is a place between two lines. */
export interface LineReplacement {
  readonly start: number;
  readonly end: number;
  /** without line feeds */
  readonly lines: readonly string[];
}

/** From the first line to the last, none touching another. */
export function lineReplacements({ edits }: Pick<ProvedFix, 'edits'>): readonly LineReplacement[] {
  const gone = edits.flatMap(({ kind, line }) => (kind === 'insert' || line === undefined ? [] : [line]));
  const added = new Map<number, string[]>();
  for (const { to, rule } of edits) {
    if (to === undefined) continue;
    const before = to.side === 'above' ? to.line : to.line + 1;
    added.set(before, [...(added.get(before) ?? []), rule]);
  }
  const places = [...new Set([...gone, ...added.keys()])].sort((a, b) => a - b);
  const found: LineReplacement[] = [];
  for (const start of places) {
    const own = { start, end: gone.includes(start) ? start + 1 : start, lines: added.get(start) ?? [] };
    const last = found.at(-1);
    if (last?.end === start && last.end > last.start)
      found[found.length - 1] = { ...own, start: last.start, lines: [...last.lines, ...own.lines] };
    else found.push(own);
  }
  return found;
}

/** One range that holds all of them, with what it becomes, for readers who take one change at a time. */
export function wholeReplacement(fix: Pick<ProvedFix, 'edits' | 'source'>): LineReplacement | undefined {
  const parts = lineReplacements(fix);
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const text = fix.source.text.split('\n').map((line) => line.replace(/\r$/, ''));
  // a place between two lines has no line of its own to stand at
  const start = first.end === first.start && first.start > 1 ? first.start - 1 : first.start;
  const lines: string[] = [];
  let at = start;
  for (const part of parts) {
    lines.push(...text.slice(at - 1, part.start - 1), ...part.lines);
    at = part.end;
  }
  const end = Math.max(last.end, start + 1);
  lines.push(...text.slice(at - 1, end - 1));
  return { start, end, lines };
}
