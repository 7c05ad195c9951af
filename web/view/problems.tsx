/** What is wrong with the text, below the editor; each leads to its place. */
import type { ShownDiagnostic } from '../worker/questions.ts';

export interface ProblemsProps {
  readonly diagnostics: readonly ShownDiagnostic[];
  readonly onPlace: (place: { readonly start: number; readonly end: number }) => void;
}

const WORDS = { malformed: 'error', 'not-loadable': 'error', 'not-modelled': 'not modelled', warning: 'warning' } as const;

export function Problems({ diagnostics, onPlace }: ProblemsProps) {
  if (diagnostics.length === 0) return null;
  return (
    <section class="problems" aria-label="Problems of the text">
      <ul>
        {diagnostics.map(({ kind, message, help, start, end }, index) => (
          <li key={String(index)} class={`kind-${kind}`}>
            <button type="button" onClick={() => onPlace({ start, end })}>
              <span class="tag">{WORDS[kind]}</span> {message}
              {help !== undefined && <span class="low"> {help}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
