/** Reads what iptables-save prints and iptables-restore takes: table blocks that end in COMMIT.
 *  iptables iptables-restore.c ip46tables_restore_main() */
import type { Family } from '../../packet/address.ts';
import { captures, grammar } from '../generated/iptablesSave.ts';
import { newMatchState, runRule } from '../grammar/recogniser.ts';
import type { Backend } from '../text/diagnostic.ts';
import type { Line } from '../text/lines.ts';
import { isSaveCall } from '../text/shellCall.ts';
import { appendRule, carryOut } from './applyCommands.ts';
import { declareChain } from './chainCommands.ts';
import { readCommand } from './commands.ts';
import { ruleFrom } from './dumpedRule.ts';
import { isListingCall } from './outsideTables.ts';
import { whatCommentSays } from './restoreComments.ts';
import { chainOutside, cutOff, failedCheck, outsideTable, straysOutside, unreadableLine } from './restoreMistakes.ts';
import { placed, type RestoreInput, type RestoreReader, type Section, warnOfBlanks, wordAt } from './restoreReader.ts';
import { commit, openOutside, openTable } from './restoreTables.ts';
import { isForSeveral } from './ruleWords.ts';
import { isPlainAppend, lineWords, overlong, share } from './words.ts';

export interface RestoreResult {
  readonly sections: readonly Section[];
  /** families that `-4` and `-6` named */
  readonly marked: ReadonlySet<Family>;
}

export function readRestore(input: RestoreInput): RestoreResult {
  const { text } = input.source;
  const reader: RestoreReader = { s: newMatchState(text), input, sections: [], marked: new Set(), header: false, strays: undefined };
  if (input.family !== undefined) reader.family = { is: input.family, from: 'command' };
  for (const line of input.lines) if (line.end > line.start) readLine(reader, line);
  if (reader.open !== undefined && reader.open.outside === undefined) {
    const { setting, at } = reader.open;
    input.report(cutOff(setting.table.name.text, { span: at, isSaved: reader.header }));
  }
  if (reader.strays !== undefined) input.report(straysOutside(reader.strays, text));
  return { sections: reader.sections, marked: reader.marked };
}

function readLine(reader: RestoreReader, line: Line): void {
  const { s } = reader;
  const isOutside = reader.open === undefined || reader.open.outside === true;
  if (isOutside && isOutsideLine(reader, line)) return;
  const begins = isOutside ? reader.input.outside?.starts.get(line.number) : undefined;
  if (begins !== undefined) openOutside(reader, line, begins);
  if (!runRule(s, grammar.rules.line, line)) {
    const mistake = unreadableLine(s, line);
    if (mistake !== undefined) reader.input.report({ ...mistake, span: placed(reader, mistake.span) });
    return;
  }
  switch (s.events[0]) {
    case captures.comment:
      readComment(reader, line);
      break;
    case captures.table:
      openTable(reader, line);
      break;
    case captures.chain:
      readChain(reader, line);
      break;
    case captures.commit:
      commit(reader, line);
      break;
    default:
      readRule(reader, line);
  }
}

/** Calls that print rules, as in Istio's golden files. */
function isOutsideLine(reader: RestoreReader, line: Line): boolean {
  const { source, outside } = reader.input;
  const text = source.text.slice(line.start, Math.min(line.end, line.start + 400));
  if (/^[ \t]*[#*:]/.test(text)) return false;
  const isSave = isSaveCall(text);
  const [, backend] = (isSave && /ip6?tables-(legacy|nft)-save/.exec(text)) || [];
  if (backend !== undefined) reader.backend = backend as Backend;
  return isSave || (outside !== undefined && isListingCall(text));
}

function readComment(reader: RestoreReader, line: Line): void {
  const { report, source } = reader.input;
  const { family, backend, prints, finding } = whatCommentSays(source.text.slice(line.start, Math.min(line.end, line.start + 100)));
  if (family !== undefined) reader.family = { is: family, from: 'header' };
  if (backend !== undefined) reader.backend = backend;
  if (prints !== undefined) reader.header = prints;
  if (finding !== undefined) report({ kind: 'warning', span: placed(reader, line), ...finding });
  warnOfBlanks(reader, line);
}

function readChain(reader: RestoreReader, line: Line): void {
  const { s, input, open } = reader;
  warnOfBlanks(reader, line);
  const span = placed(reader, line);
  if (open !== undefined) {
    declareChain(open.setting, { chain: wordAt(reader, 3), policy: wordAt(reader, 6), span });
    if (s.events[9] !== captures.counters || s.top < 12) open.plain = false;
  } else input.report(chainOutside(span));
}

function readRule(reader: RestoreReader, line: Line): void {
  const { s, input, open } = reader;
  const long = overlong(line, s);
  if (long !== undefined) {
    input.report({ kind: 'malformed', ...long, span: placed(reader, long.span) });
    return;
  }
  const from = s.events[0] === captures.counters ? 3 : 0;
  const one = reader.header || !isForSeveral(s.text.slice(line.start, line.end));
  if (open !== undefined && input.place === undefined && one && isPlainAppend(s, from)) {
    const chain = open.setting.table.byName.get(share(s.text, s.events[from + 4] as number, s.events[from + 5] as number));
    const rule = ruleFrom(line, { tokens: open.tokens, s, from: from + 3 });
    if (chain !== undefined) chain.rules.push(rule);
    else appendRule(open.setting, rule);
    return;
  }
  const origin = { span: placed(reader, line), line: line.number, ...(open && { block: open.tokens }) };
  const made = lineWords({ text: s.text, events: s.events, from: 0, to: s.top });
  const words = input.place === undefined ? made : made.map((word) => ({ ...word, ...placed(reader, word) }));
  if (open === undefined) {
    const finding = outsideTable(words, origin.span);
    if (finding.code !== 'outside-a-table' || !/^-[A-Z]/.test(words[0]?.text ?? '')) input.report(finding);
    else reader.strays = { first: reader.strays?.first ?? finding, count: (reader.strays?.count ?? 0) + 1 };
    return;
  }
  const read = readCommand(words, origin.span);
  if ('message' in read) {
    input.report(read);
    return;
  }
  const [shellOnly] = read.shellOnly;
  if (shellOnly !== undefined) {
    const message = `option \`${shellOnly.text}\` cannot be used in iptables-restore input`;
    const help = shellOnly.text.startsWith('-t') ? 'the table is that of the `*` line above' : undefined;
    input.report({ kind: 'malformed', code: 'bad-argument', message, span: shellOnly, help });
    return;
  }
  if (read.family !== undefined) {
    reader.marked.add(read.family);
    if (input.only !== undefined && read.family !== input.only) return;
  }
  const { command } = read;
  if (command.kind !== 'append') {
    open.section.form = 'restore';
    open.plain = false;
  }
  if (!carryOut(open.setting, command, origin) && command.kind === 'check') {
    input.report(failedCheck(command.chain, origin.span));
  }
}
