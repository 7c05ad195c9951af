/** Questions to a worker: each comes with its number and is answered with it. */
import { InputError } from '../../src/api/library/inputError.ts';
import type { AskedSetting, FromQuick, FromWorker, PageAnswers, PageQuestion, QuestionKind, ToWorker } from './questions.ts';
import { setRules } from './rulesHere.ts';

type Answerer<K extends QuestionKind> = (question: Extract<PageQuestion, { readonly kind: K }>, setting: AskedSetting) => PageAnswers[K];

export type Answerers = { readonly [K in QuestionKind]?: Answerer<K> };

/** Set by the loader of the worker's parts once it was asked for one that is not in this worker. */
type WithLack = { readonly chainwalkLacks?: true };

export function answerWith(answerers: Answerers): void {
  self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if ('rules' in data) setRules(data.rules);
    else self.postMessage(reply(answerers, data));
  });
}

function reply(answerers: Answerers, message: Exclude<ToWorker, { readonly rules: string }>): FromQuick {
  const said = replyOrNot(answerers, message);
  const isLacking = (globalThis as WithLack).chainwalkLacks === true;
  return said === undefined || isLacking ? { number: message.number, isLacking: true } : said;
}

function replyOrNot(
  answerers: Answerers,
  { number, setting, question }: Exclude<ToWorker, { readonly rules: string }>,
): FromWorker | undefined {
  try {
    const answer = answerOf(answerers, question, setting);
    return answer && { number, answer };
  } catch (error) {
    if (error instanceof InputError) return { number, problems: error.problems };
    return { number, problems: [`this is a bug of chainwalk: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function answerOf<K extends QuestionKind>(
  answerers: Answerers,
  question: Extract<PageQuestion, { readonly kind: K }>,
  setting: AskedSetting,
): PageAnswers[K] | undefined {
  const answer: Answerer<K> | undefined = answerers[question.kind as K];
  return answer?.(question, setting);
}
