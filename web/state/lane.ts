/** A worker and the questions that wait for it: of each kind only the newest is asked, and only its answer is heard. */
import type { AskedSetting, FromWorker, PageQuestion, QuestionKind, ToWorker } from '../worker/questions.ts';

/** What a lane needs of a worker. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
}

export type StartWorker = (onMessage: (data: FromWorker) => void) => WorkerLike;

export interface Asked {
  readonly rules: string;
  readonly setting: AskedSetting;
  readonly question: PageQuestion;
}

export interface LaneEvents {
  readonly start: StartWorker;
  readonly onAnswer: (kind: QuestionKind, answer: FromWorker) => void;
  readonly onBusy: (kinds: ReadonlySet<QuestionKind>) => void;
}

export interface QuestionLane {
  /** its number: that of the newest question of its kind */
  ask(asked: Asked): number;
  /** ends what runs and forgets what waits; the next question starts a new worker */
  cancel(): void;
}

interface Waiting extends Asked {
  readonly number: number;
}

export function openLane({ start, onAnswer, onBusy }: LaneEvents): QuestionLane {
  const waiting = new Map<QuestionKind, Waiting>();
  let worker: WorkerLike | undefined;
  let known: string | undefined;
  let running: Waiting | undefined;
  let count = 0;

  const busy = () => onBusy(new Set([...waiting.keys(), ...(running ? [running.question.kind] : [])]));

  const drop = () => {
    worker?.terminate();
    worker = undefined;
    known = undefined;
    running = undefined;
  };

  const hear = (data: FromWorker) => {
    const done = running;
    if (done === undefined || data.number !== done.number) return;
    running = undefined;
    if (!waiting.has(done.question.kind)) onAnswer(done.question.kind, data);
    next();
  };

  const next = () => {
    const [first] = waiting.values();
    if (first !== undefined && running === undefined) send(first);
    busy();
  };

  const send = (asked: Waiting) => {
    const { rules, number, setting, question } = asked;
    waiting.delete(question.kind);
    running = asked;
    worker ??= start(hear);
    if (known !== rules) worker.postMessage({ rules });
    known = rules;
    worker.postMessage({ number, setting, question });
  };

  return {
    ask(asked) {
      count += 1;
      // what runs about other rules, or is asked anew, is of no use any more; a quick one ends by itself
      waiting.set(asked.question.kind, { ...asked, number: count });
      next();
      return count;
    },
    cancel() {
      waiting.clear();
      drop();
      busy();
    },
  };
}
