/** What is known to fix a cause: edits with their lines, how much goes, what stays. */
import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { FixEdit, FixSearch } from '../../prove/proof/provedFix.ts';
import { cutShortWords, editWords, effectWords, isOpenError, openWords } from '../text/fixWords.ts';
import type { VerdictStyle } from './verdictLine.ts';

interface FixStyle extends VerdictStyle {
  readonly inFiles?: boolean;
}

/** For findings of one cause; nothing where no edit was looked for. */
export function fixLines({ findings, fixes }: Verified, cause: readonly Finding[], style: FixStyle): readonly string[] {
  const search = cause.map((one) => fixes?.get(one)).find((one) => one !== undefined);
  if (search === undefined) return [];
  const { width, paint, inFiles = false } = style;
  const line = (name: string, text: string) =>
    name === ''
      ? `${INDENT}${paragraph({ text, width: width - INDENT.length, hang: 2 }).replaceAll('\n', `\n${INDENT}`)}`
      : `  ${name.padEnd(8)} ${text}`;
  const { fix } = search;
  const cut = cutShortWords(search);
  if (fix === undefined) return cut === undefined ? [] : [line('', `no edit was proved to fix it; ${cut}`)];
  const [first, ...others] = [...groupBy(fix.edits, editWords)];
  if (first === undefined) return [];
  if (isToldBefore(fixes, cause, search)) return [line('fix', `as for ${toldFor(fixes, search)}`)];
  const errors = findings.filter(isOpenError).length;
  const stays = fix.open.length === 0 ? [] : [line('', `still broken then: ${openWords(fix)}`)];
  return [
    paint.bold(line('fix', first[0])),
    ...first[1].map((edit) => codeLine(edit, style)),
    ...others.flatMap(([words, edits]) => [line('', words), ...edits.map((edit) => codeLine(edit, style))]),
    line('', `${effectWords(fix, errors)}${inFiles ? '; --fix writes it' : ''}${cut === undefined ? '' : `; ${cut}`}`),
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

/** The claim in whose block the same fix is shown. */
function toldFor(fixes: Verified['fixes'], search: FixSearch): string | undefined {
  return [...(fixes ?? [])].find(([, one]) => one.fix === search.fix)?.[0].claim;
}

function isToldBefore(fixes: Verified['fixes'], cause: readonly Finding[], search: FixSearch): boolean {
  const [first] = [...(fixes ?? [])].find(([, one]) => one.fix === search.fix) ?? [];
  return first !== undefined && !cause.includes(first);
}
