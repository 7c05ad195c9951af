/** Asks the workers what the page shows, and keeps their newest answers. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { openLane, type StartWorker } from '../state/lane.ts';
import type { PageState } from '../state/pageState.ts';
import type { AskedSetting, FromWorker, PageAnswers, PageQuestion, QuestionKind } from '../worker/questions.ts';

export type HeardAnswers = {
  readonly [K in QuestionKind]?: { readonly answer: PageAnswers[K]; readonly problems?: undefined } | Problems;
};

interface Problems {
  readonly problems: readonly string[];
  readonly answer?: undefined;
}

export interface AnswersOfPage {
  readonly heard: HeardAnswers;
  /** what is being worked out */
  readonly busy: ReadonlySet<QuestionKind>;
  readonly cancel: () => void;
  readonly askAgain: () => void;
  readonly askFixes: () => void;
}

/** A question about all packets waits until nobody types. */
const REST_MS = 200;
/** Longer texts are proved only where that is asked for. */
const SHORT = 150_000;

export function useAnswers(state: PageState, start: StartWorker): AnswersOfPage {
  const [heard, setHeard] = useState<HeardAnswers>({});
  const [busy, setBusy] = useState<ReadonlySet<QuestionKind>>(new Set());
  const [round, setRound] = useState(0);
  // what is treated alike stands in the answer: it is never that of another packet or of other rules
  const sameAsked = useRef<number>(undefined);
  const lanes = useMemo(() => {
    const onAnswer = (kind: QuestionKind, data: FromWorker) => {
      const { number, ...said } = data;
      if (kind === 'same' && number !== sameAsked.current) return;
      setHeard((before) => ({ ...before, [kind]: said }));
    };
    return { quick: openLane({ start, onAnswer, onBusy: () => {} }), slow: openLane({ start, onAnswer, onBusy: setBusy }) };
  }, [start]);

  const { file, rules, packet, podIp, mesh, family, pod, tab, base, where, outcome } = state;
  const setting = useMemo((): AskedSetting => ({ file, podIp, mesh, family, pod }), [file, podIp, mesh, family, pod]);
  const asked = useRef<{ readonly rules: string; readonly setting: AskedSetting; claims: boolean }>({ rules: '', setting, claims: false });

  // an effect of the usual kind waits until the browser has drawn, which is a frame later
  useLayoutEffect(() => {
    sameAsked.current = undefined;
    // the same object where nothing goes: the page is not drawn once more before its editor is made
    setHeard((before) => (before.same === undefined ? before : without(before)));
    lanes.quick.ask({ rules, setting, question: { kind: 'trace', packet } });
  }, [lanes, rules, setting, packet]);

  useEffect(() => {
    const timer = setTimeout(() => {
      // a proof about other rules is of no use any more
      if (asked.current.rules !== rules || asked.current.setting !== setting) {
        lanes.slow.cancel();
        setHeard(({ trace }) => (trace === undefined ? {} : { trace }));
        asked.current = { rules, setting, claims: false };
      }
      for (const question of laterQuestions({ packet, tab, base, where, outcome }, rules.length <= SHORT)) {
        if (question.kind === 'claims' && asked.current.claims) continue;
        if (question.kind === 'claims') asked.current.claims = true;
        const number = lanes.slow.ask({ rules, setting, question });
        if (question.kind === 'same') sameAsked.current = number;
      }
    }, REST_MS);
    return () => clearTimeout(timer);
    // `round` counts how often the same was asked again
  }, [lanes, rules, setting, packet, tab, base, where, outcome, round]);

  const cancel = useCallback(() => {
    lanes.slow.cancel();
    asked.current.claims = false;
  }, [lanes]);
  const askAgain = useCallback(() => setRound((count) => count + 1), []);
  const askFixes = useCallback(() => lanes.slow.ask({ rules, setting, question: { kind: 'fixes' } }), [lanes, rules, setting]);
  return { heard, busy, cancel, askAgain, askFixes };
}

function without({ same: _, ...others }: HeardAnswers): HeardAnswers {
  return others;
}

type OfTab = Pick<PageState, 'packet' | 'tab' | 'base' | 'where' | 'outcome'>;

/** What the open tab shows comes first. */
function laterQuestions({ packet, tab, base, where, outcome }: OfTab, isShort: boolean): readonly PageQuestion[] {
  const always: readonly PageQuestion[] = isShort ? [{ kind: 'same', packet }, { kind: 'claims' }] : [];
  switch (tab) {
    case 'trace':
      return always;
    case 'claims':
      return [{ kind: 'claims' }, ...always.slice(0, 1)];
    case 'diff':
      return base === '' ? always : [{ kind: 'diff', base }, ...always];
    case 'find':
      return [{ kind: 'find', where, outcome }, ...always];
    case 'json':
      return [{ kind: 'json', packet, same: true }, ...always];
    default:
      return [{ kind: tab, packet }, ...always];
  }
}
