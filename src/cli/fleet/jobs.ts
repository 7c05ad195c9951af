/** `--jobs N`: a part of the files or pods for each thread, which is this very program with a `--shard` of its own. */
import { invariant } from '../../lib/invariant.ts';
import type { EndLine, FileLine, LineRun, LineShard } from '../../report/lines/verifyLine.ts';
import { type Call, type CommandOption, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import type { Thread } from '../io/threads.ts';
import { type NumberedLine, numberedLines } from '../lines/lineReader.ts';
import { linesInOrder } from '../lines/linesInOrder.ts';
import { type Diagnostics, sharedDiagnostics } from './fleet.ts';

const MOST_JOBS = 256;

/** Undefined when it cannot be used, which has been reported. */
export async function readJobs({ io, input }: Call): Promise<number | undefined> {
  const text = optionText(input, 'jobs');
  if (text === undefined) return 1;
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (jobs < 1 || jobs > MOST_JOBS) await complain(io, { message: `--jobs expects a number from 1 to ${MOST_JOBS}, not \`${text}\`` });
  else if (jobs > 1 && input.args.includes('-'))
    await complain(io, { message: '--jobs: several threads cannot read one standard input', help: 'name the files' });
  else return jobs;
  return undefined;
}

/** The Ith of N parts of a shard is a shard, too. */
export function shardOfJob({ index, of }: LineShard, job: number, jobs: number): LineShard {
  return { index: index + of * job, of: of * jobs };
}

export interface JobLines {
  readonly lines: AsyncGenerator<FileLine>;
  /** once all are read: why they are not the whole; `isBug`: a thread died of one, and has said so */
  readonly failure: () => Promise<{ readonly message: string; readonly isBug?: true } | undefined>;
  /** once all are read */
  readonly diagnostics: () => Diagnostics;
  readonly stop: () => void;
}

export async function startJobs(
  call: Call,
  { jobs, run, known }: { readonly jobs: number; readonly run: LineRun; readonly known: readonly CommandOption[] },
): Promise<JobLines> {
  const { io } = call;
  const started: { readonly job: Thread; end?: EndLine }[] = [];
  for (let at = 0; at < jobs; at++) {
    const job = await io.startThread?.(argvOf(call, known, shardOfJob(run.shard ?? { index: 1, of: 1 }, at, jobs)));
    invariant(job !== undefined, 'who starts jobs has threads');
    started.push({ job });
  }
  const reports = started.map((one) => ({ lines: endSeen(numberedLines(one.job.lines), (end) => Object.assign(one, { end })) }));
  return {
    lines: linesInOrder(reports),
    stop: () => {
      for (const { job } of started) job.stop();
    },
    diagnostics: () => sharedDiagnostics(started.map(({ end }) => end?.diagnostics ?? [])),
    failure: async () => {
      for (const { job, end } of started) {
        if (end === undefined) {
          await io.err.write(await job.said);
          return { message: 'a thread of --jobs has ended before its last line', isBug: true };
        }
        if (end.list !== run.list) return { message: 'files came or went while they were listed: run it again' };
      }
      return undefined;
    },
  };
}

async function* endSeen(lines: AsyncGenerator<NumberedLine>, seen: (end: EndLine) => void): AsyncGenerator<NumberedLine> {
  for await (const one of lines) {
    if (one.line?.kind === 'end') seen(one.line);
    yield one;
  }
}

/** What was typed, for a part of it. */
function argvOf({ input }: Call, known: readonly CommandOption[], { index, of }: LineShard): readonly string[] {
  const options = known.flatMap(({ flags }) => {
    const name = /--([\w-]+)/.exec(flags)?.[1] ?? '';
    const value = input.options[name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (['jobs', 'shard', 'watch'].includes(name) || value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return (typeof value === 'string' ? [value] : value).flatMap((one) => [`--${name}`, one]);
  });
  return ['verify', ...options, '--shard', `${index}/${of}`, '--', ...input.args];
}
