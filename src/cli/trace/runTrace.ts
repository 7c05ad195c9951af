/** What `chainwalk trace` does. */
import type { TraceInput } from '../../report/json/trace.ts';
import { joinBarePacket } from '../argv/arguments.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { type Complaint, complain } from '../io/messages.ts';
import { type Job, type JobInput, readJob, whatOf } from './job.ts';
import { judge } from './judge.ts';
import { readPacketText } from './packets.ts';
import { traceStream } from './stream.ts';
import { type WalkedPacket, walkPacket } from './walk.ts';
import { warnAbout } from './warnings.ts';

export async function runTrace(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const [file = '-', ...rest] = call.input.args;
  const asked: Asked = { file, texts: joinBarePacket(rest), path: textOf(call.input, 'packets') };
  const wrong = wrongUse(asked);
  if (wrong !== undefined) {
    await complain(call.io, { help: '`chainwalk trace --help` shows examples and options', ...wrong });
    return EXIT.usage;
  }
  const wanted = { file, format: asked.path === undefined ? 'human' : 'json' };
  const isPod = (await manifestsAmong(call, [file])) === 'all';
  if (!isPod && (await phaseOfRules(call))) return EXIT.usage;
  const job = await (isPod ? podJob(call, wanted) : readJob(call, wanted));
  if (job === undefined) return EXIT.usage;
  const outside = job.scene.outside === undefined ? EXIT.ok : EXIT.findings;
  if (asked.path === undefined) return worst(outside, await answerTexts(job, asked.texts));
  return worst(worst(outside, await warnAbout(job, [])), await traceStream(job, asked.path));
}

/** What is about pods is loaded here only. */
async function podJob(call: Call, wanted: JobInput): Promise<Job | undefined> {
  const { readPodJob } = await import('./podJob.ts');
  return readPodJob(call, wanted);
}

interface Asked {
  readonly file: string;
  readonly texts: readonly string[];
  /** of --packets */
  readonly path: string | undefined;
}

function wrongUse({ file, texts, path }: Asked): Complaint | undefined {
  if (/\s->\s|^\s*-p\s/.test(file)) {
    return {
      message: `\`${file.trim()}\` is a packet, and stands where the rules should`,
      help: 'the rules come first: `chainwalk trace RULES PACKET`',
    };
  }
  if (path === undefined && texts.length === 0) return { message: 'no packet to trace' };
  if (path !== undefined && texts.length > 0) return { message: 'packets are given as arguments or with --packets, not both' };
  if (file === '-' && path === '-') return { message: 'rules and packets cannot both come from standard input' };
  // `out tcp -> 203.0.113.9:443` without quotes: the shell has taken `> 203.0.113.9:443` for itself
  if (texts.length > 1 && texts.every((text) => !/\s/.test(text))) {
    return {
      message: 'a packet is one argument',
      help: 'quote it: "out tcp -> 203.0.113.9:443"; without quotes the shell writes to a file of that name',
    };
  }
  return undefined;
}

/** Every packet that can be traced is; the others are complained about. */
async function answerTexts(job: Job, texts: readonly string[]): Promise<ExitCode> {
  const { call, format, style } = job;
  const walked: (TraceInput | undefined)[] = [];
  for (const text of texts) {
    const input = await walkText(job, text);
    walked.push(input && texts.length <= FEW ? await withSame(job, input) : input);
  }
  const traced = walked.filter((one) => one !== undefined);
  let code: ExitCode = traced.length < texts.length ? EXIT.usage : EXIT.ok;
  if (traced.length === 0) return code;
  const journeys = traced.map(({ journey }) => journey);
  code = worst(code, await warnAbout(job, journeys));
  await call.io.out.write(`${traced.map((one) => format.render(one, style)).join(format.separator(style))}\n`, whatOf(format));
  for (const journey of journeys) code = worst(code, await judge(call, journey));
  return code;
}

/** Undefined when the text is no packet that could be here, which has been said. */
async function walkText({ call, scene }: Job, text: string): Promise<WalkedPacket | undefined> {
  const read = readPacketText(text);
  if ('complaints' in read) {
    await showDiagnostics(call, read.diagnostics ?? []);
    return undefined;
  }
  const walked = walkPacket(scene, read.given);
  if ('journey' in walked) return walked;
  await complain(call.io, { message: `packet \`${text.trim()}\`: ${walked.message}`, help: walked.help });
  return undefined;
}

/** For more packets than this nobody reads what else fares alike. */
const FEW = 3;

/** The symbolic engine is loaded here only. */
async function withSame({ scene }: Job, input: WalkedPacket): Promise<TraceInput> {
  const { packet } = input.journey;
  const ruleset = scene.rulesets.find(({ family }) => family === packet.family);
  // of what depends on the host, nothing is known to be alike
  const unsaid = input.journey.paths.some(({ choices }) => choices.some(({ why }) => why === 'unsaid'));
  if (ruleset === undefined || unsaid || scene.outside?.walks === false) return input;
  const { sameAs } = await import('../../query/equivalenceClass.ts');
  const { deadline } = scene.limits?.() ?? {};
  const same = sameAs(ruleset, packet, {
    host: input.host,
    ...(deadline && { deadline }),
    ...(scene.profile && { profile: scene.profile }),
  });
  return same === undefined ? input : { ...input, same };
}
