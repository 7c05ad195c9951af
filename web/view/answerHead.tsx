/** The answer, large, and for which packets it is the same. */
import { OUTCOME_SIGNS } from '../state/pageState.ts';
import type { TraceAnswer, TracedPacket } from '../worker/questions.ts';

export interface AnswerHeadProps {
  readonly answer: TraceAnswer | undefined;
  /** why nothing could be asked */
  readonly problems: readonly string[];
  readonly same: string | undefined;
}

export function AnswerHead({ answer, problems, same }: AnswerHeadProps) {
  const traced = answer?.traced;
  const wrong = [...problems, ...(answer?.problems ?? [])];
  return (
    <section class="answer" aria-label="Answer">
      <div aria-live="polite">{traced === undefined ? <NoAnswer problems={wrong} /> : <Said traced={traced} same={same} />}</div>
    </section>
  );
}

function NoAnswer({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return <h2 class="tone-plain">…</h2>;
  return (
    <>
      <h2 class="tone-open">
        <span aria-hidden="true">?</span> NO ANSWER
      </h2>
      {problems.map((problem) => (
        <p key={problem} class="problem">
          {problem}
        </p>
      ))}
    </>
  );
}

function Said({ traced, same }: { readonly traced: TracedPacket; readonly same: string | undefined }) {
  const [path] = traced.paths;
  if (path === undefined) return <NoAnswer problems={traced.warnings} />;
  const { sign, tone } = OUTCOME_SIGNS[traced.paths.length > 1 ? 'undecided' : path.outcome];
  const forks = traced.paths.length > 1;
  return (
    <>
      <h2 class={`tone-${tone}`}>
        <span aria-hidden="true">{sign}</span> {forks ? `${traced.paths.length} WAYS` : path.word}{' '}
        <small>{forks ? traced.paths.map(({ word }) => word).join(' or ') : path.rest}</small>
      </h2>
      <dl class="facts">
        <dt>packet</dt>
        <dd>
          <code>{traced.packet}</code>
        </dd>
        {same !== undefined && (
          <>
            <dt>same for</dt>
            <dd>
              <code>{same}</code>
            </dd>
          </>
        )}
        {traced.assumed.length > 0 && (
          <>
            <dt>assumed</dt>
            <dd class="low">{traced.assumed.join('; ')}</dd>
          </>
        )}
      </dl>
      {traced.warnings.map((warning) => (
        <p key={warning} class="problem">
          {warning}
        </p>
      ))}
      {traced.notes.map((note) => (
        <p key={note} class="low">
          {note}
        </p>
      ))}
    </>
  );
}
