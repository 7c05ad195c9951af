/** What `chainwalk merge` does: reports of shards to the answer of one run. */
import { plural } from '../../lib/plural.ts';
import { isErrorOfText } from '../../report/json/check.ts';
import { gatheredLines } from '../../report/lines/gathered.ts';
import { type AboutAll, lineCounter } from '../../report/lines/lineTotals.ts';
import { placedWords } from '../../report/lines/placedWords.ts';
import type { EndLine, FileLine, LineRun } from '../../report/lines/verifyLine.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { linesOfReport } from '../lines/lineReader.ts';
import { linesInOrder } from '../lines/linesInOrder.ts';
import { lineWriter } from '../lines/lineWriter.ts';
import { aboutShards, type BegunReport, checkReports } from './checkReports.ts';

export async function runMerge(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  if (input.args.includes('-')) {
    await complain(io, { message: 'merge reads its files twice, and standard input is there once', help: 'name the files' });
    return EXIT.usage;
  }
  const { ends, begun, wrong } = await checkReports(io, input.args, input.version);
  for (const one of wrong) await complain(io, one);
  const [first] = ends;
  if (first === undefined || wrong.length > 0) return EXIT.usage;
  const merging = { begun, end: first, about: aboutShards(ends) };
  return formatOf(input, 'human') === 'jsonl' ? mergeLines(call, merging) : mergeAnswers(call, merging);
}

/** All reports are in turn at once where their files were shared out by name: what is read of each at a time is little where they are many. */
function mergedLines(io: Io, begun: readonly BegunReport[]): AsyncGenerator<FileLine> {
  const inTurn = Math.max(LEAST, Math.min(MOST, Math.floor(TOGETHER / Math.max(1, begun.length))));
  return linesInOrder(begun.map(({ file, from }) => ({ lines: linesOfReport(io, file, inTurn), from })));
}

/** Bytes of all reports, and of one. */
const TOGETHER = 1 << 24;
const [LEAST, MOST] = [1 << 12, 1 << 18];

interface Merging {
  readonly begun: readonly BegunReport[];
  readonly end: EndLine;
  readonly about: AboutAll;
}

async function mergeLines({ io }: Call, { begun, end, about }: Merging): Promise<ExitCode> {
  const { version, settings, files, list, listed } = end;
  const run: LineRun = { version, settings, files, list, ...(listed !== undefined && { listed }) };
  const counter = lineCounter();
  const writer = lineWriter(io, () => performance.now());
  for await (const line of mergedLines(io, begun)) {
    await writer.write(counter.add(line));
    if (io.out.closed()) break;
  }
  const totals = counter.totals(about);
  const { diagnostics } = about;
  const ofAll = diagnostics.length > 0 ? { diagnostics } : {};
  await writer.write({ schema: 'chainwalk/verify-lines/v1', kind: 'end', ...run, ...totals, ...ofAll });
  await writer.flush();
  return totals.exit;
}

async function mergeAnswers(call: Call, { begun, end: { settings, listed }, about }: Merging): Promise<ExitCode> {
  const { io, input } = call;
  const counter = lineCounter();
  const gathered = gatheredLines();
  for await (const line of mergedLines(io, begun)) gathered.add(counter.add(line) satisfies FileLine);
  const totals = counter.totals(about);
  const ofAll = [...about.diagnostics, ...gathered.errors(), ...gathered.warnings()];
  const said = optionIsSet(input, 'quiet') ? ofAll.filter(isErrorOfText) : ofAll;
  if (said.length > 0) await io.err.write(`${said.map(placedWords).join('\n\n')}\n`, 'report');
  // an error in the settings of a pod is about that pod alone
  if (gathered.errors().length > 0 && listed !== 'pods') {
    await complain(io, {
      message: `${plural(totals.unread, 'file')} of ${totals.unread + totals.subjects + totals.skipped} could not be read`,
      help: '-o jsonl has the answers of the others',
    });
    return EXIT.usage;
  }
  if (!gathered.asks()) {
    const none = listed === 'pods' ? 'nothing was verified: no pod could be asked' : 'nothing was verified: no file has rules';
    await complain(io, {
      message: totals.subjects === 0 ? none : 'no packet of `--where` can be there: nothing was asked',
    });
    return EXIT.usage;
  }
  if (formatOf(input, 'human') === 'human') await io.out.write(`${gathered.human(settings.verbose === 'true')}\n`, 'report');
  else for (const piece of gathered.json(totals)) await io.out.write(piece);
  return totals.exit;
}
