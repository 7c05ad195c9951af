/** What `chainwalk merge` does: reports of shards to the answer of one run. */
import { plural } from '../../lib/plural.ts';
import { gatheredLines } from '../../report/lines/gathered.ts';
import { lineCounter } from '../../report/lines/lineTotals.ts';
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
import { type BegunReport, checkReports } from './checkReports.ts';

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
  return formatOf(input, 'human') === 'jsonl' ? mergeLines(call, begun, first) : mergeAnswers(call, begun, first);
}

/** All reports are in turn at once where their files were shared out by name: what is read of each at a time is little where they are many. */
function mergedLines(io: Io, begun: readonly BegunReport[]): AsyncGenerator<FileLine> {
  const inTurn = Math.max(LEAST, Math.min(MOST, Math.floor(TOGETHER / Math.max(1, begun.length))));
  return linesInOrder(begun.map(({ file, from }) => ({ lines: linesOfReport(io, file, inTurn), from })));
}

/** Bytes of all reports, and of one. */
const TOGETHER = 1 << 24;
const [LEAST, MOST] = [1 << 12, 1 << 18];

async function mergeLines({ io }: Call, begun: readonly BegunReport[], { version, settings, files, list }: EndLine): Promise<ExitCode> {
  const run: LineRun = { version, settings, files, list };
  const counter = lineCounter();
  const writer = lineWriter(io, () => performance.now());
  for await (const line of mergedLines(io, begun)) {
    await writer.write(counter.add(line));
    if (io.out.closed()) break;
  }
  const totals = counter.totals();
  await writer.write({ schema: 'chainwalk/verify-lines/v1', kind: 'end', ...run, ...totals });
  await writer.flush();
  return totals.exit;
}

async function mergeAnswers(call: Call, begun: readonly BegunReport[], { settings }: EndLine): Promise<ExitCode> {
  const { io, input } = call;
  const counter = lineCounter();
  const gathered = gatheredLines();
  for await (const line of mergedLines(io, begun)) gathered.add(counter.add(line) satisfies FileLine);
  const totals = counter.totals();
  const said = [...gathered.errors(), ...(optionIsSet(input, 'quiet') ? [] : gathered.warnings())];
  if (said.length > 0) await io.err.write(`${said.map(placedWords).join('\n\n')}\n`, 'report');
  if (gathered.errors().length > 0) {
    await complain(io, {
      message: `${plural(totals.unread, 'file')} of ${totals.unread + totals.subjects + totals.skipped} could not be read`,
      help: '-o jsonl has the answers of the others',
    });
    return EXIT.usage;
  }
  if (totals.exit === EXIT.usage) {
    await complain(io, {
      message: totals.subjects === 0 ? 'nothing was verified: no file has rules' : 'no packet of `--where` can be there: nothing was asked',
    });
    return EXIT.usage;
  }
  if (formatOf(input, 'human') === 'human') await io.out.write(`${gathered.human(settings.verbose === 'true')}\n`, 'report');
  else for (const piece of gathered.json(totals)) await io.out.write(piece);
  return totals.exit;
}
