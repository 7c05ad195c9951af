/** What a unified diff changes, line by line, and a text after it. */
export interface ChangedLine {
  readonly sign: '-' | '+';
  /** before the change what goes, after it what comes */
  readonly line: number;
  readonly text: string;
}

export function changedLines(diff: string): readonly ChangedLine[] {
  const found: ChangedLine[] = [];
  let [old, fresh] = [1, 1];
  for (const line of diff.split('\n').slice(2)) {
    const [, from, to] = /^@@ -(\d+),\d+ \+(\d+),\d+ @@/.exec(line) ?? [];
    const sign = line.charAt(0);
    if (from !== undefined && to !== undefined) [old, fresh] = [Number(from), Number(to)];
    else if (sign === '-') found.push({ sign, line: old++, text: line.slice(1) });
    else if (sign === '+') found.push({ sign, line: fresh++, text: line.slice(1) });
    else if (sign === ' ') [old, fresh] = [old + 1, fresh + 1];
  }
  return found;
}

/** `diff` was made of `text`. */
export function appliedDiff(text: string, diff: string): string {
  const changes = changedLines(diff);
  const gone = new Set(changes.flatMap(({ sign, line }) => (sign === '-' ? [line] : [])));
  const after = text.split('\n').filter((_, at) => !gone.has(at + 1));
  // from top to bottom: each has the place that it has in the end
  for (const { sign, line, text: come } of changes) if (sign === '+') after.splice(line - 1, 0, come);
  return after.join('\n');
}
