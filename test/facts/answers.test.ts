import { expect, test } from 'vitest';
import { walkOfAnswerCase } from '../kernel/cases/answerQuestion.ts';
import { ANSWER_CASES } from '../kernel/cases/answers.ts';

test.each(ANSWER_CASES)('$name', (one) => expect(walkOfAnswerCase(one).walk.fate.kind).toBe(one.fate));
