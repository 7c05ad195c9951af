/** Lines of a listing to groups of chains: what one call printed, as far as calls and repeated names of chains tell. */

import { grammar } from '../generated/listing.ts';
import { expectation } from '../grammar/expectation.ts';
import { type Capture, matchGrammar } from '../grammar/grammar.ts';
import { familyOfText } from '../iptables/family.ts';
import { whatCommentSays } from '../iptables/restoreComments.ts';
import type { Line } from '../text/lines.ts';
import type { ProblemSink, TextFinding } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import { type ListCall, listCall } from './listCall.ts';

/** Rules of grammars/listing.ohm. */
type ListingRule = keyof (typeof grammar)['rules'];

/** A part of a line, and where in the text it stands. */
export interface ListedPart extends Span {
  readonly text: string;
}

export interface ListedRow {
  readonly line: Line;
  readonly part: (rule: ListingRule) => ListedPart | undefined;
}

export interface ListedChain {
  readonly name: ListedPart;
  readonly policy: ListedPart | undefined;
  readonly line: Line;
  /** the columns `in` and `out` are there */
  readonly isVerbose: boolean;
  readonly rows: readonly ListedRow[];
}

/** What one call printed. */
export interface ListedGroup {
  readonly call: ListCall | undefined;
  readonly chains: readonly ListedChain[];
}

interface OpenChain extends ListedChain {
  isVerbose: boolean;
  rows: ListedRow[];
  /** undefined until the line with the names of the columns */
  rule?: ListingRule;
}

export interface ListedGroups {
  readonly groups: readonly ListedGroup[];
  /** lines that are none of a listing */
  readonly beside: readonly Line[];
}

interface Reading {
  readonly text: string;
  readonly report: ProblemSink;
  readonly groups: { call: ListCall | undefined; chains: OpenChain[] }[];
  readonly beside: Line[];
  /** the rules of this chain follow */
  open: OpenChain | undefined;
}

/** Of a user at a host, or a sign alone; what follows is a call. */
const PROMPT = /^(?:\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$%]{0,60}[#$%]|[$#%])(?:\s|$)/;

export function listedGroups(text: string, lines: Iterable<Line>, report: ProblemSink): ListedGroups {
  const reading: Reading = { text, report, groups: [], beside: [], open: undefined };
  for (const line of lines) readLine(reading, line);
  return { groups: reading.groups.filter(({ chains }) => chains.length > 0), beside: reading.beside };
}

function readLine(reading: Reading, line: Line): void {
  const content = reading.text.slice(line.start, line.end);
  if (content.trim() === '') reading.open = undefined;
  else if (beginsListing(reading, line, content) || readNotice(reading, line, content) || beginsChain(reading, line, content)) return;
  else if (reading.open === undefined || PROMPT.test(content)) {
    reading.open = undefined;
    reading.beside.push(line);
  } else readRow(reading.open, { line, content, report: reading.report });
}

/** What iptables-nft says of tables that it does not show. */
function readNotice({ report }: Reading, line: Line, content: string): boolean {
  if (!content.startsWith('#')) return false;
  const { finding } = whatCommentSays(content.slice(0, 100));
  if (finding !== undefined) report({ kind: 'warning', span: line, ...finding });
  return finding !== undefined;
}

/** Its name, or the names of its columns. */
function beginsChain(reading: Reading, line: Line, content: string): boolean {
  const chain = parts(line, content, 'chain');
  if (chain !== undefined) openChain(reading, line, chain);
  else if (reading.open !== undefined && (parts(line, content, 'columns') ?? parts(line, content, 'verboseColumns')) !== undefined)
    nameColumns(reading.open, content);
  else return false;
  return true;
}

function beginsListing(reading: Reading, line: Line, content: string): boolean {
  const call = listCall(content);
  if (call === undefined) return false;
  reading.groups.push({ call, chains: [] });
  reading.open = undefined;
  if (call.isFiltered) reading.report({ ...FILTERED, span: line });
  return true;
}

function openChain(reading: Reading, line: Line, find: ListedRow['part']): void {
  const name = find('chainName');
  if (name === undefined) return;
  const open: OpenChain = { name, policy: find('policyName'), line, isVerbose: false, rows: [] };
  const last = reading.groups.at(-1);
  // a chain of that name again: another table begins, of which no call is there
  if (last === undefined || last.chains.some((one) => one.name.text === name.text))
    reading.groups.push({ call: undefined, chains: [open] });
  else last.chains.push(open);
  reading.open = open;
}

function nameColumns(open: OpenChain, content: string): void {
  open.isVerbose = /\bpkts\b/.test(content);
  const isNumbered = /^\s*num\b/.test(content);
  open.rule = open.isVerbose ? (isNumbered ? 'numberedVerboseRule' : 'verboseRule') : isNumbered ? 'numberedRule' : 'rule';
}

function readRow(
  open: OpenChain,
  { line, content, report }: { readonly line: Line; readonly content: string; readonly report: ProblemSink },
): void {
  const found = open.rule === undefined ? undefined : matchGrammar(grammar, open.rule, content);
  if (found === undefined) report({ ...NO_COLUMNS, span: line });
  else if (!found.ok) {
    const message = `this is not a rule under these columns: ${missingIn(open.rule, content) ?? expectation({ ...found, text: content })}`;
    report({ ...DAMAGED, message, span: { start: line.start + Math.min(found.at, content.length), end: line.end } });
  } else {
    const row: ListedRow = { line, part: finder(line, found.captures) };
    const wrong = misplaced(row);
    if (wrong === undefined) open.rows.push(row);
    else report({ ...DAMAGED, message: `\`${wrong.text}\` does not belong into this column`, span: wrong });
  }
}

/** Of a line that ends too early: a word that may go on is not what it lacks. */
function missingIn(rule: ListingRule | undefined, content: string): string | undefined {
  const text = content.trimEnd();
  const longer = rule === undefined || text === '' ? undefined : matchGrammar(grammar, rule, `${text} `);
  if (longer === undefined || longer.ok || longer.at <= text.length) return undefined;
  return expectation({ ...longer, text: `${text} ` });
}

/** With -n everything is a number, and what is a name was in another column. */
function misplaced({ part }: ListedRow): ListedPart | undefined {
  const interfaces = [part('inInterface'), part('outInterface')].flatMap((one) => one ?? []);
  const addresses = [part('source'), part('destination')].flatMap((one) => one ?? []);
  const isNumeric = addresses.some(({ text }) => /^!?(?:0\.0\.0\.0|::)\/0$/.test(text));
  return (
    interfaces.find(({ text }) => text.includes('/')) ??
    (isNumeric ? addresses.find(({ text }) => familyOfText(text.replace(/^!/, '')) === undefined) : undefined)
  );
}

function parts(line: Line, content: string, rule: ListingRule): ListedRow['part'] | undefined {
  const found = matchGrammar(grammar, rule, content);
  return found.ok ? finder(line, found.captures) : undefined;
}

function finder({ start }: Line, captures: readonly Capture[]): ListedRow['part'] {
  return (rule) => {
    const found = captures.find((one) => one.rule === rule);
    return found && { text: found.text, start: start + found.start, end: start + found.end };
  };
}

const WHOLE = 'give the output as iptables prints it, one line a rule, or that of `iptables-save`';
const DAMAGED = { kind: 'malformed', code: 'unreadable-line', help: WHOLE } as const;
const NO_COLUMNS: Omit<TextFinding, 'span'> = {
  kind: 'malformed',
  code: 'unreadable-line',
  message: 'the line with the names of the columns is missing above this rule',
  help: WHOLE,
};
const FILTERED: Omit<TextFinding, 'span'> = {
  kind: 'warning',
  code: 'partial-dump',
  message: 'another program had this output first: rules that it left out are not known',
  help: WHOLE,
};
