/** The first lines of an answer: one sentence for one way, or what several have in common. */
import type { Journey, Path } from '../../connection/journey.ts';
import { enumeration } from '../../lib/enumeration.ts';
import { paragraph } from '../../lib/layout.ts';
import type { Choice } from '../../simulate/trace.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { choiceText } from '../text/fate.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from '../text/labels.ts';
import type { Paint } from '../text/paint.ts';
import { headline } from './headline.ts';

interface AnswerPlace {
  readonly paint: Paint;
  readonly width: number;
  readonly file: string;
  readonly mesh?: string | undefined;
}

/** What becomes of the packet on one way; `before` starts the sentence. */
export function pathAnswer({ path, before = '' }: { readonly path: Path; readonly before?: string }, style: AnswerPlace): string {
  const { paint, width, file, mesh } = style;
  const { word, rest } = headline(path, { file, mesh });
  const lines = paragraph({ text: `${before}${word} ${rest}`.trimEnd(), width, hang: 2 });
  return lines.replace(word, paint[OUTCOME_COLOURS[path.outcome]](paint.bold(word)));
}

/** Several ways: one common outcome, or undecided with everything that it depends on. */
export function forkAnswer(
  { journey, file }: Pick<TraceInput, 'journey' | 'file'>,
  { paint, width }: Pick<AnswerPlace, 'paint' | 'width'>,
): string {
  const outcomes = [...new Set(journey.paths.map((path) => path.outcome))];
  const reasons = [...new Set(openChoices(journey).map((choice) => choiceText(choice, file)))];
  const word = OUTCOME_WORDS[journey.outcome];
  const question = openChoices(journey).find(({ why }) => why === 'unsaid');
  if (question !== undefined) {
    const text = paragraph({ text: `${word} it depends on ${choiceText(question, file)}`, width, hang: 2 });
    return text.replace(word, paint[OUTCOME_COLOURS[journey.outcome]](paint.bold(word)));
  }
  const every = outcomes.length === 1 ? `in each of ${journey.paths.length} branches` : `between ${enumeration(outcomes)}`;
  const lines = reasons.map((reason) => `  ${paragraph({ text: `depends on ${reason}`, width: width - 2, hang: 4 })}`);
  return [`${paint[OUTCOME_COLOURS[journey.outcome]](paint.bold(word))} ${every}`, ...lines].join('\n');
}

/** The choices that not every path takes alike; one with a single way is not a fork. */
export function openChoices({ paths }: Journey): readonly Choice[] {
  const choices = paths.flatMap((path) => path.choices);
  const taken = new Map<Choice['rule'], Map<string, Set<string>>>();
  const ways = ({ rule, what }: Choice): Set<string> => {
    const whats = taken.get(rule) ?? new Map<string, Set<string>>();
    taken.set(rule, whats);
    const known = whats.get(what) ?? new Set<string>();
    whats.set(what, known);
    return known;
  };
  for (const choice of choices) ways(choice).add(choice.taken);
  return choices.filter((choice) => choice.why === 'budget' || ways(choice).size > 1);
}
