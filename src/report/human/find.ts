/** Packets that were found, for people: the answer first, then one block a class. */

import type { Bounds } from '../../connection/bounds.ts';
import type { GeneralWords } from '../../connection/generalWords.ts';
import type { WantedEnd } from '../../connection/wantedEnd.ts';
import { paragraph } from '../../lib/layout.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import type { MeshProfile } from '../../mesh/profile.ts';
import type { FindReport } from '../json/find.ts';
import { boundsInMesh } from '../text/bounds.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from '../text/labels.ts';
import { fileLine } from '../text/location.ts';
import { exactLines, generalLines } from '../text/packetSets.ts';
import type { Paint } from '../text/paint.ts';
import { failingText } from './verdictLine.ts';

export interface FindStyle extends WantedEnd {
  readonly paint: Paint;
  readonly width: number;
  readonly bounds: Bounds;
  readonly profile: Pick<MeshProfile, 'title'> | undefined;
  /** warnings about the text, which make a strict run fail: given only then */
  readonly failing?: number;
  /** of each class, in its order */
  readonly shown: readonly ShownClass[];
  /** with every packet of each class */
  readonly detailed?: boolean;
}

export interface ShownClass {
  /** in notation */
  readonly example: string;
  readonly general: GeneralWords;
}

export function humanFind(
  { empty, classes, undecided, assumptions }: FindReport,
  { paint, width, outcome, oif, bounds, profile, failing = 0, shown, detailed = false }: FindStyle,
): string {
  const word = `${paint[OUTCOME_COLOURS[outcome]](paint.bold(OUTCOME_WORDS[outcome]))}${oif === undefined ? '' : ` via ${oif}`}`;
  const proved = `(proved for ${boundsInMesh(bounds, profile)})`;
  const line = (text: string): string => paragraph({ text, width, hang: 2 });
  const assumed = assumptionTexts(assumptions).map((text) => paint.dim(paragraph({ text: `assumed ${text}`, width, hang: 8 })));
  if (empty) return [line(`no packet of the set can be ${word} ${proved}${failingText(failing)}`), ...assumed].join('\n');
  const both = new Set([...classes, ...undecided].map(({ family }) => family)).size > 1;
  const named = (family: string, text: string): string => (both ? `${family}: ${text}` : text);
  const row = (name: string, text: string): string => paragraph({ text: `${name.padEnd(11)}  ${text}`, width, hang: 13 });
  const blocks = classes.map((one, index) => [
    ...(both ? [`${one.family}:`] : []),
    ...(shown[index] === undefined ? [] : generalLines(shown[index].general, { label: '', width, detailed })),
    row('for example', shown[index]?.example ?? ''),
    ...(detailed ? exactLines(one.packets, { label: 'exactly      ', width }) : []),
  ]);
  const doubts = undecided.map(({ family, packets, reason, rules }) => [
    paragraph({ text: `undecided: ${reason}`, width, hang: 2 }),
    `  ${paragraph({ text: named(family, packets), width: width - 2, hang: 2 }).replaceAll('\n', '\n  ')}`,
    ...rules.map((rule) => paragraph({ text: `  depends on  ${rule.text} (${fileLine(rule.file, rule.line)})`, width, hang: 14 })),
  ]);
  const head =
    classes.length === 0
      ? [line(`undecided: it is not proved that no packet of the set can be ${word}`)]
      : [line(`${word}${undecided.length > 0 ? '; others are undecided' : `: only these packets of the set ${proved}`}:`)];
  return [[...head, ...assumed], ...blocks, ...doubts].map((lines) => lines.join('\n')).join('\n\n');
}
