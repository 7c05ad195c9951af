/** Which packets of a set have an outcome. */
import { OUTCOME_SIGNS, type PageState } from '../state/pageState.ts';
import type { FoundAnswer } from '../worker/questions.ts';
import { Doubts } from './diffTab.tsx';

export interface FindTabProps {
  readonly state: PageState;
  readonly answer: FoundAnswer | undefined;
  readonly onChange: (change: Partial<PageState>) => void;
}

const SAYS = {
  none: 'no packet of this set, which is proved',
  some: 'these packets:',
  undecided: 'none was found, and that there is none is not proved',
} as const;

export function FindTab({ state, answer, onChange }: FindTabProps) {
  return (
    <div class="find">
      <div class="setting">
        <label class="wide">
          <span>which of</span>
          <input
            type="text"
            spellcheck={false}
            autocomplete="off"
            value={state.where}
            onInput={({ currentTarget }) => onChange({ where: currentTarget.value })}
          />
        </label>
        <label>
          <span>end as</span>
          <select
            value={state.outcome}
            onChange={({ currentTarget }) => onChange({ outcome: currentTarget.value as PageState['outcome'] })}
          >
            {Object.keys(OUTCOME_SIGNS).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {answer !== undefined && <p class="summary">{SAYS[answer.answer]}</p>}
      {answer !== undefined && (
        <ul class="found">
          {answer.classes.map(({ packets, example }, index) => (
            <li key={String(index)}>
              <code>{packets}</code>
              <button type="button" onClick={() => onChange({ packet: example, tab: 'trace' })}>
                trace <code>{example}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
      {answer !== undefined && <Doubts undecided={answer.undecided} />}
    </div>
  );
}
