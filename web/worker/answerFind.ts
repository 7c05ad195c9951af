/** Which packets of all have an outcome. */
import { find } from '../../src/api/library/index.ts';
import { formatPacket } from '../../src/api/report/index.ts';
import type { AskedSetting, FoundAnswer, PageQuestion } from './questions.ts';
import { rulesHere } from './rulesHere.ts';

export function answerFind({ where, outcome }: Extract<PageQuestion, { readonly kind: 'find' }>, setting: AskedSetting): FoundAnswer {
  const { rulesets, options } = rulesHere(setting);
  const { answer, classes, undecided } = find(rulesets, { ...options, where, outcome });
  return {
    answer,
    classes: classes.map(({ family, packets, ordinary, example }) => ({
      family,
      packets: ordinary ?? packets,
      example: formatPacket(example),
    })),
    undecided: undecided.map(({ packets, reason }) => ({ packets, reason })),
  };
}
