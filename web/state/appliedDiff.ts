/** A text after a unified diff that was made of it. */
export function appliedDiff(text: string, diff: string): string {
  const lines = text.split('\n');
  const after: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2)) {
    const [, from] = /^@@ -(\d+),/.exec(line) ?? [];
    if (from !== undefined) {
      after.push(...lines.slice(at, Number(from) - 1));
      at = Number(from) - 1;
    } else if (line.startsWith('+')) after.push(line.slice(1));
    else if (line.startsWith('-') || line.startsWith(' ')) {
      if (line.startsWith(' ')) after.push(lines[at] ?? '');
      at += 1;
    }
  }
  return [...after, ...lines.slice(at)].join('\n');
}
