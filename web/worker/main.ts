/** The library in a worker: a question comes with its number and is answered with it. */
import { InputError } from '../../src/api/library/index.ts';
import { answerFixes } from './answerFixes.ts';
import { answerChanges, answerClaims, answerFind } from './answerProofs.ts';
import { answerConnection, answerJson, answerMermaid, answerSame } from './answerText.ts';
import { answerTrace } from './answerTrace.ts';
import type { AskedSetting, FromWorker, PageAnswers, PageQuestion, QuestionKind, ToWorker } from './questions.ts';
import { setRules } from './rulesHere.ts';

type Answerer<K extends QuestionKind> = (question: Extract<PageQuestion, { readonly kind: K }>, setting: AskedSetting) => PageAnswers[K];

const ANSWERERS: { readonly [K in QuestionKind]: Answerer<K> } = {
  trace: answerTrace,
  same: answerSame,
  connection: answerConnection,
  json: answerJson,
  mermaid: answerMermaid,
  claims: answerClaims,
  fixes: answerFixes,
  diff: answerChanges,
  find: answerFind,
};

function answerOf<K extends QuestionKind>(question: Extract<PageQuestion, { readonly kind: K }>, setting: AskedSetting): PageAnswers[K] {
  const answer: Answerer<K> = ANSWERERS[question.kind as K];
  return answer(question, setting);
}

function reply(message: Exclude<ToWorker, { readonly rules: string }>): FromWorker {
  const { number, setting, question } = message;
  try {
    return { number, answer: answerOf(question, setting) };
  } catch (error) {
    if (error instanceof InputError) return { number, problems: error.problems };
    return { number, problems: [`this is a bug of chainwalk: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('rules' in data) setRules(data.rules);
  else self.postMessage(reply(data));
});
