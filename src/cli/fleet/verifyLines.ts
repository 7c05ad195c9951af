/** `verify -o jsonl`: a line for each subject as soon as it is answered, and the totals. */

import { lineCounter } from '../../report/lines/lineTotals.ts';
import { placedWords } from '../../report/lines/placedWords.ts';
import type { LineRun } from '../../report/lines/verifyLine.ts';
import { shortDigest } from '../../report/text/shortDigest.ts';
import { type Call, type CommandOption, optionIsSet, optionList } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { phaseOfRules } from '../input/phase.ts';
import { readPlace } from '../input/place.ts';
import { renderSettingsOf, ruleReadingOf } from '../input/ruleTexts.ts';
import { complain } from '../io/messages.ts';
import { lineWriter } from '../lines/lineWriter.ts';
import { readClaimOptions } from '../verify/options.ts';
import { type AnsweredFile, type FleetQuestion, fileAnswerer } from './answerFiles.ts';
import { readJobs, startJobs } from './jobs.ts';
import { type ListedFiles, listFiles } from './listFiles.ts';
import { onlyManifests } from './onlyManifests.ts';
import { runSettings } from './settings.ts';
import { filesOfShard, readShard } from './shard.ts';

export async function verifyLines(call: Call, known: readonly CommandOption[]): Promise<ExitCode> {
  const { io, input } = call;
  const shard = await readShard(call);
  const jobs = shard && (await readJobs(call));
  const question = jobs === undefined ? undefined : await questionOf(call);
  if (shard === undefined || question === undefined) return EXIT.usage;
  const files = await listFiles(call, input.args);
  if (await onlyManifests(call, files)) {
    await complain(io, OF_MANIFESTS);
    return EXIT.usage;
  }
  const own = shard.shard === undefined ? files : filesOfShard(files, shard.shard);
  const list = shortDigest(files.flatMap(({ names }) => names).join('\n'));
  const run = { version: input.version, settings: await runSettings(call), files: files.length, list, ...shard };
  const counter = lineCounter();
  const writer = lineWriter(io, () => performance.now());
  const progress = progressOn(io.err, () => performance.now());
  const most = Math.min(jobs ?? 1, own.length);
  const threads = most > 1 && io.startThread !== undefined ? await startJobs(call, { jobs: most, run, known }) : undefined;
  for await (const one of threads?.lines ?? answeredFiles(fileAnswerer(call, question), own)) {
    const line = one.kind === 'answered' ? (counter.again(one) ?? counter.add(one.line())) : counter.add(one);
    await writer.write(line);
    progress.tell(`verified file ${line.index} of ${files.length}`);
    const said =
      line.kind === 'unread' ? line.errors : line.kind === 'subject' && !optionIsSet(input, 'quiet') ? (line.warnings ?? []) : [];
    if (said.length > 0) await progress.end();
    for (const diagnostic of said) await io.err.write(`${placedWords(diagnostic)}\n`);
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
  if (own.length === 0) await complain(io, { message: `nothing was verified: ${emptyWords(run)}` });
  const totals = counter.totals();
  await writer.write({ schema: 'chainwalk/verify-lines/v1', kind: 'end', ...run, ...totals });
  await writer.flush();
  return totals.exit;
}

const OF_MANIFESTS = {
  message: 'there are no lines of manifests, and no shards: one changes what another means, so they are read together',
  help: '`-o json` has all pods, of any number',
};

async function* answeredFiles(answer: ReturnType<typeof fileAnswerer>, files: readonly ListedFiles[]): AsyncGenerator<AnsweredFile> {
  for (const listed of files) yield* await answer(listed);
}

function emptyWords({ files, shard }: Pick<LineRun, 'files' | 'shard'>): string {
  return shard === undefined
    ? 'there are no files'
    : `shard ${shard.index}/${shard.of} is empty, as there ${files === 1 ? 'is one file' : `are ${files} files`}`;
}

/** Undefined when something cannot be asked, which has been reported. */
async function questionOf(call: Call): Promise<FleetQuestion | undefined> {
  const refused = refusal(call);
  if (refused !== undefined) {
    await complain(call.io, refused);
    return undefined;
  }
  if (await phaseOfRules(call)) return undefined;
  const options = await readClaimOptions(call);
  const place = options && (await readPlace(call));
  const reading = place && (await ruleReadingOf(call));
  return options && place && reading && { options: { ...options, ...place }, how: { reading, settings: renderSettingsOf(call) } };
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
