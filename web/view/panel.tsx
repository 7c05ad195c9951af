/** What the open tab shows. */
import { appliedDiff } from '../state/changedLines.ts';
import type { PageState } from '../state/pageState.ts';
import { ClaimsTab, type ClaimsTabProps } from './claimsTab.tsx';
import { DiffTab } from './diffTab.tsx';
import { FindTab } from './findTab.tsx';
import type { FixesProps } from './fixes.tsx';
import { TextTab } from './textTab.tsx';
import { TraceTab } from './traceTab.tsx';
import type { AnswersOfPage } from './useAnswers.ts';

export interface PanelProps {
  readonly state: PageState;
  readonly answers: AnswersOfPage;
  readonly selected: number | undefined;
  readonly onSelect: (step: number) => void;
  /** of the rules */
  readonly onLine: (line: number) => void;
  /** what leads to a place, when the page shows its text */
  readonly toPlace: ClaimsTabProps['toPlace'];
  readonly onChange: (change: Partial<PageState>) => void;
}

export function Panel(props: PanelProps) {
  const { state, answers } = props;
  const { tab } = state;
  const said = answers.heard[tab];
  return (
    <>
      {answers.busy.has(tab) && (
        <p class="busy" role="status">
          working on it…{' '}
          <button type="button" onClick={answers.cancel}>
            cancel
          </button>
        </p>
      )}
      {tab !== 'trace' &&
        said?.problems?.map((problem) => (
          <p key={problem} class="problem">
            {problem}
          </p>
        ))}
      {tab !== 'trace' && tab !== 'diff' && said === undefined && !answers.busy.has(tab) && (
        <p>
          <button type="button" onClick={answers.askAgain}>
            ask
          </button>
        </p>
      )}
      <Content {...props} />
    </>
  );
}

const TEXT_LABELS = { json: 'JSON', mermaid: 'flowchart', connection: 'text' } as const;

function Content({ state, answers, selected, onSelect, onLine, toPlace, onChange }: PanelProps) {
  const { heard } = answers;
  const onPacket = (packet: string, pod = state.pod) => onChange({ packet, pod, tab: 'trace' });
  switch (state.tab) {
    case 'trace': {
      const traced = heard.trace?.answer?.traced;
      return traced === undefined ? null : <TraceTab traced={traced} selected={selected} onSelect={onSelect} onLine={onLine} />;
    }
    case 'claims': {
      const answer = heard.claims?.answer;
      return answer === undefined ? null : (
        <ClaimsTab answer={answer} onPacket={onPacket} toPlace={toPlace} fixes={fixesOf(state, answers, onChange)} />
      );
    }
    case 'diff':
      return (
        <DiffTab
          base={state.base}
          rules={state.rules}
          answer={heard.diff?.answer}
          onBase={(base) => onChange({ base })}
          onPacket={onPacket}
        />
      );
    case 'find':
      return <FindTab state={state} answer={heard.find?.answer} onChange={onChange} />;
    default: {
      const answer = heard[state.tab]?.answer;
      return answer === undefined ? null : <TextTab text={answer.text} label={TEXT_LABELS[state.tab]} />;
    }
  }
}

/** Manifests are not edited. */
function fixesOf(
  { rules }: PageState,
  { heard, busy, cancel, askFixes }: AnswersOfPage,
  onChange: PanelProps['onChange'],
): FixesProps | undefined {
  if (heard.trace?.answer?.pods !== undefined) return undefined;
  return {
    answer: heard.fixes?.answer,
    problems: heard.fixes?.problems ?? [],
    isBusy: busy.has('fixes'),
    onAsk: askFixes,
    onCancel: cancel,
    onApply: (diff) => onChange({ rules: appliedDiff(rules, diff) }),
  };
}
