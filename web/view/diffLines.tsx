import { changedLines } from '../state/changedLines.ts';

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
