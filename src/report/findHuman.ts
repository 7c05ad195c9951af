/** Packets that were found, for people: the answer first, then one block a class. */
import type { Outcome } from '../journey/journey.ts';
import type { FindReport } from './findJson.ts';
import { paragraph } from './layout.ts';
import type { Paint } from './paint.ts';
import { fileLine } from './place.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from './words.ts';

export interface FindStyle {
  readonly paint: Paint;
  readonly width: number;
  readonly outcome: Outcome;
  /** the example of each class, in notation */
  readonly examples: readonly string[];
}

export function humanFind({ empty, classes, undecided }: FindReport, { paint, width, outcome, examples }: FindStyle): string {
  const word = paint[OUTCOME_COLOURS[outcome]](paint.bold(OUTCOME_WORDS[outcome]));
  if (empty) return `no packet of the set can be ${word} (proved)`;
  const both = new Set([...classes, ...undecided].map(({ family }) => family)).size > 1;
  const named = (family: string, text: string): string => (both ? `${family}: ${text}` : text);
  const blocks = classes.map(({ family, packets, ordinary }, index) => [
    paragraph({ text: named(family, ordinary ?? packets), width, hang: 2 }),
    paragraph({ text: `for example  ${examples[index] ?? ''}`, width, hang: 13 }),
    ...(ordinary === null ? [] : [paint.dim(paragraph({ text: `exactly      ${packets}`, width, hang: 13 }))]),
  ]);
  const doubts = undecided.map(({ family, packets, rules }) => [
    paragraph({ text: `undecided  ${named(family, packets)}`, width, hang: 2 }),
    ...rules.map((rule) => paragraph({ text: `  depends on  ${rule.text} (${fileLine(rule.file, rule.line)})`, width, hang: 14 })),
  ]);
  const head =
    classes.length === 0
      ? [`it is undecided whether a packet of the set is ${word}`]
      : [`${word}, and no other packet of the set (proved):`];
  return [head, ...blocks, ...doubts].map((lines) => lines.join('\n')).join('\n\n');
}
