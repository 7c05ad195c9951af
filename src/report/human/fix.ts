/** What is known to fix a cause: edits with their lines, how much goes, what stays. */
import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { FixEdit, FixSearch, ProvedFix } from '../../prove/proof/provedFix.ts';
import { cutShortWords, editWords, effectWords, openWords } from '../text/fixWords.ts';
import type { VerdictStyle } from './verdictLine.ts';

interface FixStyle extends VerdictStyle {
  readonly inFiles?: boolean;
  readonly places: FixPlaces;
}

/** The findings of the cause with which a fix is shown; others that it fixes name the first of these. */
export type FixPlaces = ReadonlyMap<ProvedFix, readonly Finding[]>;

/** `causes`: in the order in which they are told. */
export function fixPlaces({ fixes }: Verified, causes: readonly (readonly Finding[])[]): FixPlaces {
  const places = new Map<ProvedFix, readonly Finding[]>();
  for (const cause of causes)
    for (const one of cause) {
      const fix = fixes?.get(one)?.fix;
      if (fix !== undefined && !places.has(fix)) places.set(fix, cause);
    }
  return places;
}

/** For findings of one cause: one fix for each family; nothing where no edit was looked for. */
export function fixLines(pod: Verified, cause: readonly Finding[], style: FixStyle): readonly string[] {
  const searches = groupBy(
    cause.flatMap((one) => pod.fixes?.get(one) ?? []),
    (search) => search.fix ?? cutShortWords(search),
  );
  return [...searches.values()].flatMap(([search]) => searchLines(pod, search, { cause, style }));
}

interface Told {
  readonly cause: readonly Finding[];
  readonly style: FixStyle;
}

function searchLines({ findings }: Verified, search: FixSearch, { cause, style }: Told): readonly string[] {
  const { width, paint, inFiles = false, places } = style;
  const line = (name: string, text: string) =>
    name === ''
      ? `${INDENT}${paragraph({ text, width: width - INDENT.length, hang: 2 }).replaceAll('\n', `\n${INDENT}`)}`
      : `  ${name.padEnd(8)} ${text}`;
  const { fix } = search;
  const cut = cutShortWords(search);
  if (fix === undefined) return cut === undefined ? [] : [line('', `no edit was proved to fix it; ${cut}`)];
  const [first, ...others] = [...groupBy(fix.edits, editWords)];
  if (first === undefined) return [];
  const [teller] = places.get(fix) ?? cause;
  if (teller !== undefined && !cause.includes(teller)) return [line('fix', `as for ${teller.claim}`)];
  const blamed = new Set(cause.filter(({ family }) => family === fix.mends[0]?.family).flatMap(({ blame }) => blame));
  const isShown = ({ kind, line: at }: FixEdit) => kind !== 'insert' && [...blamed].some((rule) => rule.line === at);
  const code = (edits: readonly FixEdit[]) => edits.filter((edit) => !isShown(edit)).map((edit) => codeLine(edit, style));
  const stays = fix.open.length === 0 ? [] : [line('', `still broken then: ${openWords(fix)}`)];
  return [
    paint.bold(line('fix', `${first[0]}${inFiles ? '; --fix writes it' : ''}`)),
    ...code(first[1]),
    ...others.flatMap(([words, edits]) => [line('', words), ...code(edits)]),
    line('', `${effectWords(fix, findings)}${cut === undefined ? '' : `; ${cut}`}`),
    ...stays,
  ];
}

const INDENT = ' '.repeat(11);

/** Whole, however long. */
function codeLine(edit: FixEdit, { paint, width }: VerdictStyle): string {
  const number = edit.line === undefined ? '    +' : String(edit.line).padStart(5);
  const rule = paragraph({ text: printable(edit.rule), width: width - 10, hang: 2 });
  return `  ${paint.dim(`${number} | ${rule.replaceAll('\n', `\n${' '.repeat(10)}`)}`)}`;
}
