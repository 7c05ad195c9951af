/** What decides on the way of a packet, as the lines of a card: the way to the rule and its place, what it asks, what it does. */
import type { Rule } from '../../ruleset/ruleset.ts';
import { forkText } from '../human/steps.ts';
import type { Decision } from '../text/decisions.ts';
import { deedText } from '../text/deedText.ts';
import { fileLine, pathText } from '../text/location.ts';
import { keptWhole } from './laneText.ts';
import { askedWords, doneWords } from './mermaidText.ts';

export interface LaneCard {
  readonly shape: 'rule' | 'aside';
  readonly lines: readonly CardLine[];
  /** of the rule, from 1, in the file of its ruleset or in `file` */
  readonly line?: number;
  readonly file?: string;
}

export interface CardLine {
  readonly text: string;
  readonly weight: LaneWeight;
  /** stands to the right of the text where there is room */
  readonly place?: string;
}

export type LaneWeight = 'plain' | 'strong' | 'dim';

/** Never none: a packet that nothing decides about says so. */
export function laneCards(
  decisions: readonly Decision[],
  { file, most }: { readonly file: string; readonly most: number },
): readonly LaneCard[] {
  const all = decisions.flatMap((one) => cardOf(one, file));
  if (all.length === 0) return [aside('no rule decides here')];
  return all.length <= most ? all : [...all.slice(0, most - 1), aside(`... ${all.length - most + 1} more rules`)];
}

function aside(text: string): LaneCard {
  return { shape: 'aside', lines: [{ text, weight: 'plain' }] };
}

function cardOf(one: Decision, file: string): readonly LaneCard[] {
  switch (one.kind) {
    case 'rule': {
      const { path, rule, ledBy, found } = one;
      const elements = (texts: readonly string[]) => texts.map((text): CardLine => ({ text, weight: 'plain' }));
      return [
        {
          shape: 'rule',
          lines: [
            { text: keptWhole(pathText(path).split(/ (?=> )/)), weight: 'strong', place: placeText(rule, file) },
            ...elements(ledBy),
            { text: keptWhole(askedWords(rule).split(/(?<!!) (?=-|! )/)), weight: 'plain' },
            ...elements(found),
            { text: doneWords(one), weight: 'strong' },
          ],
          line: rule.line,
          ...(rule.elsewhere !== undefined && { file: rule.elsewhere.file }),
        },
      ];
    }
    case 'policy': {
      const { table, chain, verdict } = one.step;
      return [
        {
          shape: 'rule',
          lines: [
            { text: `${table} ${chain}`, weight: 'strong' },
            { text: 'no rule decides', weight: 'plain' },
            { text: `policy ${verdict}`, weight: 'strong' },
          ],
        },
      ];
    }
    case 'choice':
      return [aside(forkText(one.step.choice, file.replace(/^.*\//, '')))];
    case 'deed':
      return [aside(`as its connection: ${deedText(one.deed)}`)];
    default:
      return [];
  }
}

/** Without folders, for which there is no room. */
function placeText(rule: Rule, file: string): string {
  return fileLine((rule.elsewhere?.file ?? file).replace(/^.*\//, ''), rule.line);
}
