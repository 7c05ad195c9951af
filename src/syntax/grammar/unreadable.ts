/** Says what is wrong with a line that its grammar refuses. */

import type { TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import { expectation } from './expectation.ts';
import type { CompiledGrammar, MatchState } from './recogniser.ts';
import { expectedBy } from './recogniser.ts';

interface BadLine extends Span {
  readonly grammar: CompiledGrammar;
  /** the characters that open a quoted part */
  readonly quotes: string;
}

/** The failure that `s` holds after `line` was refused. */
export function whyUnreadable(s: MatchState, line: BadLine): TextFinding {
  const { text } = s;
  const at = Math.min(s.far, line.end);
  const expected = expectedBy(s, line.grammar);
  const open = at === line.end ? openQuote(text, line) : undefined;
  if (open !== undefined) {
    return {
      kind: 'malformed',
      code: 'unclosed-quote',
      message: 'this quote is never closed',
      span: { start: open, end: open + 1 },
      help: `close it with \`${text[open]}\``,
    };
  }
  const message = expectation({ expected, text: text.slice(line.start, line.end), at: at - line.start });
  return {
    kind: 'malformed',
    code: 'unreadable-line',
    message,
    span: at < line.end ? { start: at, end: at + 1 } : { start: line.start, end: line.end },
  };
}

/** Where a quoted part begins that the line does not end. A backslash takes the next character, but not between `'`. */
function openQuote(text: string, { start, end, quotes }: BadLine): number | undefined {
  let open: number | undefined;
  for (let at = start; at < end; at++) {
    const character = text[at] as string;
    if (character === '\\' && (open === undefined ? quotes.length > 1 : text[open] === '"')) at++;
    else if (open === undefined && quotes.includes(character)) open = at;
    else if (open !== undefined && character === text[open]) open = undefined;
  }
  return open;
}
