/** Fixes that are proved: looked for when asked, since that takes longer than the claims. */
import type { FixesAnswer } from '../worker/questions.ts';
import { DiffLines } from './diffLines.tsx';

export interface FixesProps {
  readonly answer: FixesAnswer | undefined;
  readonly problems: readonly string[];
  readonly isBusy: boolean;
  readonly onAsk: () => void;
  readonly onCancel: () => void;
  readonly onApply: (diff: string) => void;
}

export function Fixes({ answer, problems, isBusy, onAsk, onCancel, onApply }: FixesProps) {
  return (
    <section class="fixes" aria-label="Fixes">
      {isBusy ? (
        <p class="busy" role="status">
          looking for fixes…{' '}
          <button type="button" onClick={onCancel}>
            cancel
          </button>
        </p>
      ) : (
        answer === undefined && (
          <p>
            <button type="button" onClick={onAsk}>
              look for a proved fix
            </button>
          </p>
        )
      )}
      {problems.map((problem) => (
        <p key={problem} class="problem">
          {problem}
        </p>
      ))}
      {answer?.fixes.length === 0 && <p>No fix of few edits is proved: the claims below say what each of them needs.</p>}
      {answer?.fixes.map(({ mends, open, diff }) => (
        <div key={diff} class="fix">
          <DiffLines diff={diff} />
          <p>
            It fixes {mends.join(', ')}; nothing else breaks (proved for {answer.bounds})
            {open.length > 0 && <>; still broken then: {open.join(', ')}</>}.
          </p>
          <p class="actions">
            <button type="button" onClick={() => onApply(diff)}>
              apply it to the rules
            </button>
          </p>
        </div>
      ))}
    </section>
  );
}
