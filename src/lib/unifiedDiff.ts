/** What differs between two texts, line by line, in the form that `patch` reads. */

const CONTEXT = 3;

interface LineChange {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty where they are equal. Lines keep their carriage returns. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const changes = lineChanges(before.split('\n'), after.split('\n'));
  const shown = new Set(
    changes.flatMap(({ kind }, at) => (kind === ' ' ? [] : Array.from({ length: 2 * CONTEXT + 1 }, (_, step) => at - CONTEXT + step))),
  );
  const lines = [`--- ${file}`, `+++ ${file}`];
  let [old, fresh] = [1, 1];
  for (let at = 0; at < changes.length; ) {
    const hunk: LineChange[] = [];
    const [from, to] = [old, fresh];
    while (at < changes.length && shown.has(at)) {
      const change = changes[at++] as LineChange;
      hunk.push(change);
      if (change.kind !== '+') old++;
      if (change.kind !== '-') fresh++;
    }
    if (hunk.length === 0) {
      at++;
      old++;
      fresh++;
      continue;
    }
    // the part after the last line feed is not a line
    const isEnd = at === changes.length && hunk.at(-1)?.kind === ' ' && hunk.at(-1)?.text === '';
    const own = isEnd ? hunk.slice(0, -1) : hunk;
    const count = (kind: '-' | '+') => own.filter((one) => one.kind === ' ' || one.kind === kind).length;
    lines.push(`@@ -${from},${count('-')} +${to},${count('+')} @@`, ...own.map(({ kind, text }) => `${kind}${text}`));
    if (at === changes.length && !isEnd) lines.push('\\ No newline at end of file');
  }
  return `${lines.join('\n')}\n`;
}

/** The fewest, by Myers' greedy algorithm: a fix edits few lines of many. */
function lineChanges(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const [n, m] = [before.length, after.length];
  const furthest = new Map<number, number>([[1, 0]]);
  const trail: ReadonlyMap<number, number>[] = [];
  const comesDown = (at: ReadonlyMap<number, number>, k: number, d: number): boolean =>
    k === -d || (k !== d && (at.get(k - 1) ?? 0) < (at.get(k + 1) ?? 0));
  for (let d = 0; d <= n + m; d++) {
    trail.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = comesDown(furthest, k, d) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && before[x] === after[x - k]) x++;
      furthest.set(k, x);
      if (x >= n && x - k >= m) return wayBack({ before, after }, trail, comesDown);
    }
  }
  return [];
}

function wayBack(
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
  trail: readonly ReadonlyMap<number, number>[],
  comesDown: (at: ReadonlyMap<number, number>, k: number, d: number) => boolean,
): readonly LineChange[] {
  const changes: LineChange[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = trail.length - 1; d >= 0; d--) {
    const at = trail[d] as ReadonlyMap<number, number>;
    const k = x - y;
    const from = comesDown(at, k, d) ? k + 1 : k - 1;
    const start = d === 0 ? { x: 0, y: 0 } : { x: at.get(from) ?? 0, y: (at.get(from) ?? 0) - from };
    while (x > start.x && y > start.y) {
      changes.push({ kind: ' ', text: before[--x] ?? '' });
      y--;
    }
    if (d === 0) break;
    if (x > start.x) changes.push({ kind: '-', text: before[--x] ?? '' });
    else changes.push({ kind: '+', text: after[--y] ?? '' });
  }
  return changes.reverse();
}
