/** Goes through a text of nft part by part, and says where it cannot be read. */
import { grammar } from '../generated/nft.ts';
import { expectation } from '../grammar/expectation.ts';
import { expectedBy, newMatchState, runStart } from '../grammar/recogniser.ts';
import type { ProblemSink, TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { NftExpression } from './ast.ts';
import type { NamedEarly } from './definedLater.ts';
import { keepShape, type LineShapes, type ShapedLine, takeByShape } from './lineShapes.ts';
import type { NftReader } from './matched.ts';
import { readStatement } from './statements.ts';
import type { NftChainState, NftTableState } from './world.ts';

export interface NftCursor extends NftReader {
  at: number;
  readonly end: number;
  /** it was said that the text breaks off */
  cut: boolean;
  /** names of commands that were not there yet */
  readonly early: Map<number, NamedEarly>;
  /** of rules and of elements that were read */
  readonly shapes: { readonly rule: LineShapes; readonly element: LineShapes };
  /** chains that commands of this text have made */
  readonly made: Set<NftChainState>;
  /** tables that this text has made dormant, or has woken */
  readonly switched: Set<NftTableState>;
  /** there were commands: what stands in a block is one of them, not what a host has */
  isScript: boolean;
}

export type NftRule = keyof (typeof grammar)['rules'];

export interface NftInput {
  readonly text: string;
  readonly span: Span;
  readonly report: ProblemSink;
  /** where the text was made of pieces of another */
  readonly place?: ((span: Span) => Span) | undefined;
  /** line of an offset of the text; absent: that of the text itself */
  readonly lineOf?: ((offset: number) => number) | undefined;
  /** variables that the call gives */
  readonly defined?: ReadonlyMap<string, NftExpression>;
}

export function newNftCursor({ text, span, report, place, lineOf, defined }: NftInput): NftCursor {
  return {
    s: newMatchState(text),
    report,
    scopes: [new Map(defined ?? [])],
    place,
    lineOf: lineOf ?? risingLines(text),
    statement: readStatement,
    at: span.start,
    end: span.end,
    cut: false,
    early: new Map(),
    shapes: { rule: new Map(), element: new Map() },
    made: new Set(),
    switched: new Set(),
    isScript: false,
  };
}

/** Lines of offsets that mostly rise. */
export function risingLines(text: string): (offset: number) => number {
  let [at, line] = [0, 1];
  return (offset) => {
    if (offset < at) [at, line] = [0, 1];
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      at = next + 1;
      line++;
    }
    return line;
  };
}

/** Goes behind what the rule takes; false: it does not take what comes next. */
export function take(cursor: NftCursor, rule: NftRule): boolean {
  const { s, at, end } = cursor;
  if (!runStart(s, grammar.rules[rule], { start: at, end })) return false;
  cursor.at = s.at;
  return true;
}

/** As `take`, and says so where it is something else. */
export function takeOrSay(cursor: NftCursor, rule: NftRule): boolean {
  if (take(cursor, rule)) return true;
  sayUnread(cursor);
  return false;
}

/** As `takeOrSay`, of a line of which many may be alike. */
export function takeLineOrSay(cursor: NftCursor, rule: 'rule' | 'element', line: ShapedLine | undefined): boolean {
  if (line === undefined) return takeOrSay(cursor, rule);
  if (takeByShape(cursor.shapes[rule], line, cursor.s)) {
    cursor.at = cursor.s.at;
    return true;
  }
  if (!takeOrSay(cursor, rule)) return false;
  keepShape(cursor.shapes[rule], line, cursor.s);
  return true;
}

/** As `takeOrSay`, and goes behind what cannot be read. */
export function takeOrSkip(cursor: NftCursor, rule: NftRule): boolean {
  if (takeOrSay(cursor, rule)) return true;
  skipUnread(cursor);
  return false;
}

export function placedIn({ place }: NftReader, span: Span): Span {
  return place === undefined ? { start: span.start, end: span.end } : place(span);
}

export function sayAt(cursor: NftCursor, finding: TextFinding): void {
  cursor.report({ ...finding, span: placedIn(cursor, finding.span) });
}

const MOST_EXPECTED = 12;

/** What the last rule that was asked did not find. */
function sayUnread(cursor: NftCursor): void {
  const { s, at, end } = cursor;
  if (s.deep >= 0) {
    const message = 'braces and brackets are nested too deep here';
    sayAt(cursor, { kind: 'malformed', code: 'unreadable-line', message, span: { start: s.deep, end: s.deep + 1 } });
    return;
  }
  const far = behindBlanks(s.text, Math.max(s.far, at));
  const lineEnd = endOfLine(s.text, far, end);
  const quote = s.text.lastIndexOf('"', Math.min(far, lineEnd - 1));
  if (quote >= at && isOpenQuote(s.text.slice(at, lineEnd))) {
    const span = { start: quote, end: quote + 1 };
    sayAt(cursor, { kind: 'malformed', code: 'unclosed-quote', message: 'this quote is never closed', span, help: 'close it with `"`' });
    return;
  }
  const expected = expectedBy(s, grammar).filter((one) => !/^(?:not |"#"|"\\\\"|"\\[rn]"|" " or)/.test(one));
  const shown = expected.includes('a verdict') ? ['a statement'] : expected.slice(0, MOST_EXPECTED);
  const message =
    far >= lineEnd
      ? `expected ${listed(shown)} before the end of the line`
      : expectation({ expected: shown, text: s.text.slice(0, lineEnd), at: far });
  sayAt(cursor, {
    kind: 'malformed',
    code: 'unreadable-line',
    message,
    span: far < end ? { start: far, end: far + 1 } : { start: Math.max(0, end - 1), end },
  });
}

function isOpenQuote(line: string): boolean {
  return (line.match(/"/g) ?? []).length % 2 === 1;
}

function behindBlanks(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t') next++;
  return next;
}

function listed(expected: readonly string[]): string {
  const words = expected.map((one) => one.replaceAll(/"((?:[^"\\]|\\.)*)"/g, (literal) => `\`${JSON.parse(literal)}\``));
  return words.length === 0 ? 'more' : [...new Set(words)].join(' or ');
}

function endOfLine(text: string, at: number, end: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 || newline > end ? end : newline;
}

/** Goes to the end of the line or command that cannot be read, and of the braces that it opens. */
export function skipUnread(cursor: NftCursor): void {
  const at = endOfUnread(cursor);
  cursor.at = Math.max(at, Math.min(cursor.at + 1, cursor.end));
}

function endOfUnread({ s, at: from, end }: NftCursor): number {
  let depth = 0;
  let firstLine: number | undefined;
  let quoted = false;
  for (let at = from; at < end; at++) {
    const character = s.text[at];
    if (character === '"') quoted = !quoted;
    else if (character === '\n') {
      quoted = false;
      firstLine ??= at;
      if (depth === 0 && s.text[at - 1] !== '\\') return at;
    } else if (quoted) continue;
    else if (character === '#') at = endOfLine(s.text, at, end) - 1;
    else if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) return at;
    else if (character === ';' && depth === 0) return at;
  }
  return depth === 0 ? end : (firstLine ?? end);
}

/** The word that comes next. */
export function nextWord({ s, at }: NftCursor): string {
  WORD.lastIndex = at;
  return WORD.exec(s.text)?.[0] ?? '';
}

const WORD = /[A-Za-z][\w.-]*|/y;

/** After a line or a block. What the line itself could not read behind its end tells more than that it does not end there. */
export function endLine(cursor: NftCursor): void {
  const { s, at } = cursor;
  const { far, deep } = s;
  const missed = far > at ? s.missed.slice(0, s.misses) : undefined;
  if (take(cursor, 'separator')) return;
  s.deep = deep;
  if (missed !== undefined && far >= s.far && s.text[behindBlanks(s.text, far)] !== '}') {
    s.far = far;
    s.missed.set(missed);
    s.misses = missed.length;
  }
  sayUnread(cursor);
  skipUnread(cursor);
}
