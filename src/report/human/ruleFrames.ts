/** Rules to blame as they are written: where they stand, and their lines. */
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import type { Blamed, ReviewLocation } from '../review/review.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { fileLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';

interface FrameStyle {
  readonly paint: Paint;
  readonly width: number;
}

const MOST_RULES = 4;

/** One with what it does underlined; several of one table stand together. `twin`: the first one of the other family. */
export function ruleFrames(blame: readonly Blamed[], style: FrameStyle, twin?: Blamed): readonly string[] {
  const shown = blame.slice(0, MOST_RULES);
  const more = blame.length - shown.length;
  const [first] = shown;
  const together = shown.every(({ place, rule }) => place.source === first?.place.source && rule.table === first.rule.table);
  const lines =
    first === undefined || shown.length === 1 || !together
      ? shown.flatMap((one) => framedLines(headOf([one], style, one === first ? twin : undefined), one.place, style))
      : [headOf(shown, style, twin), ...shown.flatMap(({ place }) => framedLines('', place, style).slice(1, 2))];
  return [...lines, ...(more > 0 ? [`           and ${plural(more, 'more rule')}`] : [])];
}

function headOf(rules: readonly Blamed[], { width }: FrameStyle, twin?: Blamed): string {
  const [first] = rules;
  if (first === undefined) return '';
  const names = rules.map(({ rule: { chain, number } }) => `${chain}#${number}`).join(', ');
  const also = twin === undefined ? '' : `, and ${placeOf(twin)}`;
  const text = `${rules.length === 1 ? 'rule ' : 'rules'}    ${first.rule.table} ${names} at ${placeOf(first)}${also}`;
  return `  ${paragraph({ text, width: width - 2, hang: 11 })}`;
}

function placeOf({ place, rule }: Blamed): string {
  return fileLine(place.source.file, rule.line);
}

/** `head`, the line, and a caret below the part that is meant. */
export function framedLines(head: string, { source, span }: ReviewLocation, { paint, width }: FrameStyle): readonly string[] {
  const end = source.text.indexOf('\n', span.start);
  const line = { start: span.start, end: end < 0 ? span.end : Math.min(span.end, end) };
  const frame = source.text === '' ? undefined : codeFrame({ source, span: line, width: width - 2 });
  return frame === undefined ? [head] : [head, `  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`];
}
