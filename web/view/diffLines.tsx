/** What a fix changes, line by line; numbers are those of the text before for what goes, and after for what comes. */
export function DiffLines({ diff }: { readonly diff: string }) {
  return (
    <ul class="diffLines">
      {changedLines(diff).map(({ sign, line, text }) => (
        <li key={`${sign}${line}`} class={sign === '-' ? 'gone' : 'new'}>
          <span class="low">{line}</span> <span aria-hidden="true">{sign === '-' ? '−' : '+'}</span>
          <span class="hidden">{sign === '-' ? 'out: ' : 'in: '}</span> <code>{text}</code>
        </li>
      ))}
    </ul>
  );
}

interface ChangedLine {
  readonly sign: '-' | '+';
  /** before the change what goes, after it what comes */
  readonly line: number;
  readonly text: string;
}

/** Of a unified diff. */
function changedLines(diff: string): readonly ChangedLine[] {
  const found: ChangedLine[] = [];
  let [old, fresh] = [1, 1];
  for (const line of diff.trimEnd().split('\n').slice(2)) {
    const [, from, to] = /^@@ -(\d+),\d+ \+(\d+),\d+ @@/.exec(line) ?? [];
    const sign = line.charAt(0);
    if (from !== undefined && to !== undefined) [old, fresh] = [Number(from), Number(to)];
    else if (sign === '-') found.push({ sign, line: old++, text: line.slice(1) });
    else if (sign === '+') found.push({ sign, line: fresh++, text: line.slice(1) });
    else if (sign === ' ') [old, fresh] = [old + 1, fresh + 1];
  }
  return found;
}
