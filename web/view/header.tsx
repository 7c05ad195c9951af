/** Name, examples, help. */
import type { PageExample } from '../state/example.ts';

export interface HeaderProps {
  readonly examples: readonly PageExample[];
  readonly onExample: (example: PageExample) => void;
}

export function Header({ examples, onExample }: HeaderProps) {
  return (
    <header>
      <h1>chainwalk</h1>
      <p class="low">where a packet goes, on the rules themselves; nothing leaves this page</p>
      <label class="examples">
        <span>example</span>
        <select
          value=""
          onChange={({ currentTarget }) => {
            const example = examples[Number(currentTarget.value)];
            currentTarget.value = '';
            if (example !== undefined) onExample(example);
          }}
        >
          <option value="">choose…</option>
          {examples.map(({ title }, index) => (
            <option key={title} value={String(index)}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}
