/** Comparisons of files and pods, for people: what changed first, each with its name; what did not change is counted. */

import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Compared, type DiffResults, examplesOf, nameOfPair, reportOf, toResultsReport } from '../json/diffResults.ts';

import { foldedLines } from '../text/folded.ts';
import type { Paint } from '../text/paint.ts';
import { changedWords, humanDiff, noteLine } from './diff.ts';

export interface ResultsStyle {
  readonly paint: Paint;
  readonly width: number;
  /** without notes */
  readonly quiet: boolean;
  readonly detailed?: boolean;
}

const MOST_ALIKE = 3;

export function humanResults(results: DiffResults, style: ResultsStyle): string {
  const { compared, alone, notes, assumed = [], passedOver } = results;
  const { detailed = false } = style;
  const report = toResultsReport(results);
  const of = new Map(report.results.map((one, index) => [compared[index], one]));
  const blocks: string[] = [];
  const [only] = compared;
  const one = compared.length === 1 && only !== undefined && only.alike.length === 0 && alone.length === 0;
  const shown = (each: Compared): string =>
    humanDiff({ report: reportOf(each), examples: examplesOf(each), edits: of.get(each)?.edits ?? [] }, style);
  if (one) blocks.push(shown(only));
  else {
    blocks.push(summary(results, { scope: report.bounds, style }));
    const telling = compared.filter((each) => of.get(each)?.equivalent === false || (of.get(each)?.edits.length ?? 0) > 0);
    for (const each of telling) blocks.push(`${style.paint.bold(heading(each))}\n${shown(each)}`);
  }
  const last = [
    ...alone.map(({ side, subject }) => `${subject.name} is ${side === 'base' ? 'gone' : 'new'}: it is on one side only`),
    ...(detailed ? assumed : []),
    ...notes,
    ...(passedOver > 0 ? [`ignored ${plural(passedOver, 'changed file')} of other kinds`] : []),
  ];
  if (!style.quiet && last.length > 0) blocks.push(last.map((note) => noteLine(printable(note), style)).join('\n'));
  if (!detailed && assumed.length > 0) blocks.push(foldedLines({ assumptions: assumed.length }).join('\n'));
  return blocks.join('\n\n');
}

function heading({ pair, alike }: Compared): string {
  const names = [nameOfPair(pair), ...alike.slice(0, MOST_ALIKE - 1).map(nameOfPair)];
  const more = alike.length + 1 - names.length;
  return printable(`${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
}

interface Summed {
  readonly scope: string;
  readonly style: ResultsStyle;
}

function summary({ compared }: DiffResults, { scope, style: { paint, width } }: Summed): string {
  const line = (text: string): string => paragraph({ text, width, hang: 2 });
  const count = (which: readonly Compared[]) => which.reduce((sum, { alike }) => sum + 1 + alike.length, 0);
  const changed = count(compared.filter((one) => reportOf(one).changes.length > 0));
  const undecided = count(compared.filter((one) => reportOf(one).changes.length === 0 && reportOf(one).undecided.length > 0));
  const total = count(compared);
  if (total === 0) return paint.bold('nothing to compare');
  const rest = undecided === 0 ? '' : `, ${undecided} undecided`;
  if (changed === 0 && undecided === 0)
    return paint.bold(paint.green(line(`EQUAL: no change in behaviour in ${total} compared (proved for ${scope})`)));
  const others = total > changed + undecided ? `; no change in the others (proved for ${scope})` : '';
  const changes = compared.flatMap((one) => reportOf(one).changes);
  const found =
    changed === 0
      ? `UNDECIDED: no change was found in ${total} compared, but not everything could be`
      : `CHANGED: ${changed} of ${total} compared, ${changedWords(changes)}`;
  return paint.bold(paint[changed === 0 ? 'yellow' : 'red'](line(`${found}${rest}${others}`)));
}
