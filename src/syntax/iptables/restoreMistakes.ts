/** What to say of lines that iptables-restore would not take. */

import { TABLES } from '../../netfilter/hooks.ts';
import { grammar } from '../generated/iptablesSave.ts';
import type { MatchState } from '../grammar/recogniser.ts';
import { whyUnreadable } from '../grammar/unreadable.ts';
import type { TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { Word } from './ast.ts';
import { likelyTable } from './outsideTables.ts';

/** How a line should read, by its first character. */
const FORMS: Readonly<Record<string, string>> = {
  '*': 'a table starts with a line such as `*nat`',
  ':': 'a chain is declared by `:NAME POLICY [PACKETS:BYTES]`',
  '[': 'counters before a rule are written `[PACKETS:BYTES]`',
};

/** Why the grammar refused the line, as `s` holds it. A line of blanks is not a mistake. */
export function unreadableLine(s: MatchState, { start, end }: Span): TextFinding | undefined {
  const first = /[^ \t]/.exec(s.text.slice(start, end));
  if (first === null) return undefined;
  const finding = whyUnreadable(s, { start, end, grammar, quotes: '"' });
  const help = FORMS[first[0]];
  const at = start + first.index;
  if (first[0] !== '[' || s.far !== at) return { ...finding, help: finding.help ?? help };
  const bad = s.text.slice(at, Math.min(end, at + 60)).split(/(?<=\])|[ \t]/, 1)[0] ?? '';
  return { ...finding, code: 'bad-counters', message: `bad counters \`${bad}\``, span: { start: at, end: at + bad.length }, help };
}

/** A line between tables that belongs into one. */
export function outsideTable(words: readonly Word[], span: Span): TextFinding {
  const first = words[0]?.text ?? '';
  if (!/^-[A-Z]/.test(first))
    return { kind: 'malformed', code: 'outside-a-table', message: `cannot read \`${first}\` outside a table`, span };
  return { kind: 'malformed', code: 'outside-a-table', message: 'a rule outside a table', span, help: OUTSIDE };
}

const OUTSIDE = '`iptables -S` leaves the table out: use `iptables-save`, or put a line such as `*nat` first and `COMMIT` last';

/** All of them at once, at the place of the first. */
export function straysOutside({ first, count }: { readonly first: TextFinding; readonly count: number }, text: string): TextFinding {
  const help = `${OUTSIDE}; or say of which table they are a part: \`--table ${likelyTable(text)}\``;
  return { ...first, help, ...(count > 1 && { message: `${count} rules outside a table; this is the first` }) };
}

export function chainOutside(span: Span): TextFinding {
  const help = 'start the table with a line such as `*nat`';
  return { kind: 'malformed', code: 'outside-a-table', message: 'a chain outside a table', span, help };
}

export function unknownTable(name: Word): TextFinding {
  const help = `the tables are ${TABLES.join(', ')}`;
  return { kind: 'malformed', code: 'unknown-table', message: `unknown table \`${name.text}\``, span: name, help };
}

const AT_COMMIT = 'iptables-restore loads a table only at its line `COMMIT`';

/** The next table begins: nothing can be missing but the line. */
export function withoutCommit(table: string, span: Span): TextFinding {
  const message = `table \`${table}\` has no \`COMMIT\` before this line: it is read as if it had`;
  return { kind: 'warning', code: 'outside-a-table', message, span, help: AT_COMMIT };
}

/** The text ends in the table. What iptables-save printed always has the line: where it lacks, rules may lack as well. */
export function cutOff(table: string, { span, isSaved }: { readonly span: Span; readonly isSaved: boolean }): TextFinding {
  const message = `the text ends in table \`${table}\`, which has no \`COMMIT\``;
  const code = 'cut-off';
  if (!isSaved) return { kind: 'warning', code, message: `${message}: it is read as if it had`, span, help: AT_COMMIT };
  const help = `give the whole output of iptables-save; ${AT_COMMIT}`;
  return { kind: 'malformed', code, message: `${message}: it looks cut off`, span, help };
}

export function failedCheck(chain: Word, span: Span): TextFinding {
  const message = `the check fails: chain \`${chain.text}\` has no such rule`;
  return { kind: 'not-loadable', code: 'no-such-rule', message, span };
}
