/** `verify -o jsonl`: a line for each subject as soon as it is answered, and the totals. */

import { type CheckDiagnostic, isErrorOfText } from '../../report/json/check.ts';
import { lineCounter } from '../../report/lines/lineTotals.ts';
import { placedWords } from '../../report/lines/placedWords.ts';
import type { FileLine, LineRun, LineShard } from '../../report/lines/verifyLine.ts';
import { withKeptInput } from '../argv/cachedReads.ts';
import { type Call, type CommandOption, optionIsSet, optionList } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { complain } from '../io/messages.ts';
import { lineWriter } from '../lines/lineWriter.ts';
import { fleetOfFiles } from './fileFleet.ts';
import { type Fleet, listedWord, nothingIn } from './fleet.ts';
import { readJobs, startJobs } from './jobs.ts';
import { listFiles } from './listFiles.ts';
import { onlyManifests } from './onlyManifests.ts';
import { fleetOfPods } from './podFleet.ts';
import { runSettings } from './settings.ts';
import { readShard } from './shard.ts';

export async function verifyLines(given: Call, known: readonly CommandOption[]): Promise<ExitCode> {
  const call = withKeptInput(given);
  const { io, input } = call;
  const shard = await readShard(call);
  const jobs = shard && (await readJobs(call));
  const fleet = jobs === undefined || (await isRefused(call)) ? undefined : await fleetOf(call, shard?.shard);
  if (shard === undefined || fleet === undefined) return EXIT.usage;
  const run: LineRun = { version: input.version, settings: await runSettings(call), ...fleet.listed, ...shard };
  const counter = lineCounter();
  const writer = lineWriter(io, () => performance.now());
  const progress = progressOn(io.err, () => performance.now());
  const most = Math.min(jobs ?? 1, fleet.own);
  const threads = most > 1 && io.startThread !== undefined ? await startJobs(call, { jobs: most, run, known }) : undefined;
  const say = async (said: readonly CheckDiagnostic[]) => {
    if (said.length > 0) await progress.end();
    for (const diagnostic of said) await io.err.write(`${placedWords(diagnostic)}\n`);
  };
  for await (const one of threads?.lines ?? fleet.answers()) {
    const line = one.kind === 'answered' ? (counter.again(one) ?? counter.add(one.line())) : counter.add(one);
    await writer.write(line);
    progress.tell(`verified ${listedWord(run)} ${line.index} of ${run.files}`);
    await say(line.kind === 'unread' ? line.errors : optionIsSet(input, 'quiet') ? [] : warningsOf(line));
    if (io.out.closed()) break;
  }
  await progress.end();
  const failure = io.out.closed() ? undefined : await threads?.failure();
  threads?.stop();
  if (failure !== undefined) {
    await writer.flush();
    await complain(io, failure);
    return failure.isBug === true ? EXIT.bug : EXIT.usage;
  }
  const diagnostics = threads?.diagnostics() ?? fleet.diagnostics();
  await say(optionIsSet(input, 'quiet') ? diagnostics.filter(isErrorOfText) : diagnostics);
  if (fleet.own === 0 && !diagnostics.some(isErrorOfText)) await complain(io, nothingIn(run));
  const totals = counter.totals({ diagnostics, strict: optionIsSet(input, 'strict') });
  const about = diagnostics.length > 0 ? { diagnostics } : {};
  await writer.write({ schema: 'chainwalk/verify-lines/v1', kind: 'end', ...run, ...totals, ...about });
  await writer.flush();
  return totals.exit;
}

async function fleetOf(call: Call, shard: LineShard | undefined): Promise<Fleet | undefined> {
  const files = await listFiles(call, call.input.args);
  return (await onlyManifests(call, files)) ? fleetOfPods(call, files, shard) : fleetOfFiles(call, files, shard);
}

function warningsOf(line: FileLine): readonly CheckDiagnostic[] {
  const ofPod = line.kind === 'subject' || line.kind === 'same' ? (line.pod?.warnings ?? []) : [];
  return line.kind === 'subject' ? [...(line.warnings ?? []), ...ofPod] : ofPod;
}

/** Whether something else is asked that lines cannot be, which has been reported. */
async function isRefused(call: Call): Promise<boolean> {
  const refused = refusal(call);
  if (refused !== undefined) await complain(call.io, refused);
  return refused !== undefined;
}

function refusal({ input }: Call) {
  const words = optionList(input, 'output');
  if (words.some((word) => word.includes('=')))
    return { message: 'jsonl goes to standard output, line by line', help: 'such as `chainwalk verify dumps -o jsonl > fleet.jsonl`' };
  if (words.some((word) => word !== 'jsonl') || optionIsSet(input, 'json'))
    return {
      message: 'jsonl is written while the run goes on: no other format can be beside it',
      help: '`chainwalk merge FILE -o json` makes the others of it',
    };
  for (const [name, flag] of [
    ['fix', '--fix'],
    ['dryRun', '--dry-run'],
    ['onKernel', '--on-kernel'],
  ] as const)
    if (optionIsSet(input, name))
      return { message: `${flag} and -o jsonl: a fleet is read only`, help: `name the files that ${flag} is for, without -o jsonl` };
  return undefined;
}
