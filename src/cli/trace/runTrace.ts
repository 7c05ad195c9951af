/** What `chainwalk trace` does. */
import { type WalkedPacket, walkPacket } from '../../app/trace/walkPacket.ts';
import { relevantWarnings } from '../../app/trace/warnings.ts';
import { isOutcome, type Journey } from '../../connection/journey.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { hasRules } from '../../ruleset/count.ts';
import { joinBarePacket } from '../argv/arguments.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { oneFileOf } from '../input/filesOf.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { type RuleSubject, ruleSubjectOf } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';
import { kernelExitCode } from '../kernel/kernelExitCode.ts';
import { traceExitCode } from './exitCode.ts';
import { type Job, jobInPod, jobInRules, whatOf } from './job.ts';
import { assuming, namedText } from './namedText.ts';
import { readPacketText } from './packets.ts';
import { traceStream } from './stream.ts';
import { withKernel } from './withKernel.ts';

export async function runTrace(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const [file = '-', ...rest] = call.input.args;
  return answer(call, { file, texts: rest }, async (usual) => {
    const found = await oneFileOf(call, file);
    if (found === undefined) return undefined;
    if ((await manifestsAmong(call, [found])) === 'all') return jobInPod(call, found, usual);
    const subject = (await phaseOfRules(call)) ? undefined : await ruleSubjectOf(call, [found]);
    return subject && jobInRules(call, subject, usual);
  });
}

/** The same of rules that no file holds: the arguments are packets. */
export function traceInSubject(call: Call, subject: RuleSubject): Promise<ExitCode> {
  return answer(call, { texts: call.input.args }, (usual) => jobInRules(call, subject, usual));
}

interface Arguments {
  /** absent: the rules are of no file */
  readonly file?: string;
  readonly texts: readonly string[];
}

/** `read` makes what answers packets; undefined: it cannot, which has been reported. */
async function answer(call: Call, { file, texts }: Arguments, read: (usual: string) => Promise<Job | undefined>): Promise<ExitCode> {
  const asked: Asked = {
    ...(file !== undefined && { file }),
    texts: joinBarePacket(texts),
    path: optionText(call.input, 'packets'),
    beside: [
      ...(optionText(call.input, 'whyNot') === undefined ? [] : ['--why-not']),
      ...(optionIsSet(call.input, 'onKernel') ? ['--on-kernel'] : []),
    ],
    format: formatOf(call.input, 'human'),
    rail: optionIsSet(call.input, 'rail'),
    instead: (['brief', 'verbose'] as const).find((name) => optionIsSet(call.input, name)),
  };
  const wrong = wrongUse(asked);
  if (wrong !== undefined) {
    await complain(call.io, { help: '`chainwalk trace --help` shows examples and options', ...wrong });
    return EXIT.usage;
  }
  const job = await read(asked.path === undefined || asked.rail ? 'human' : 'json');
  if (job === undefined) return EXIT.usage;
  const { outside: pod } = job.setting;
  const outside = pod === undefined ? EXIT.ok : pod.walks ? EXIT.findings : EXIT.usage;
  if (asked.path === undefined) return closing(job, async () => worst(outside, await answerTexts(job, asked.texts)));
  return closing(job, async () => worst(worst(outside, await warnAbout(job, [])), await traceStream(job, asked.path ?? '-')));
}

/** The kernel's oracle ends with the answer. */
async function closing({ kernel }: Job, answered: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await answered();
  } finally {
    await kernel?.close();
  }
}

interface Asked {
  readonly file?: string;
  readonly texts: readonly string[];
  /** of --packets */
  readonly path: string | undefined;
  /** what is there of `--why-not` and `--on-kernel`, which not every format has */
  readonly beside: readonly string[];
  readonly format: string;
  readonly rail: boolean;
  /** another form of the answer for people */
  readonly instead: 'brief' | 'verbose' | undefined;
}

function wrongUse(asked: Asked): Complaint | undefined {
  const { file, texts, path, beside, format } = asked;
  if (file !== undefined && /\s->\s|^\s*-p\s/.test(file)) {
    return {
      message: `\`${file.trim()}\` is a packet; the rules are expected here`,
      help: 'the rules come first: `chainwalk trace RULES PACKET`',
    };
  }
  if (path === undefined && texts.length === 0) return { message: 'no packet to trace' };
  if (beside.length > 0 && format !== 'human' && format !== 'json')
    return { message: `\`${beside[0]}\` is not drawn in ${format}`, help: 'use `-o human` or `-o json`' };
  const undrawn = wrongDrawing(asked);
  if (undrawn !== undefined) return undrawn;
  if (path !== undefined && beside.includes('--why-not'))
    return { message: '`--why-not` is about packets that are given as arguments', help: 'leave out `--packets`' };
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

/** `--rail` is a form of the answer for people, and a picture holds one packet. */
function wrongDrawing({ texts, path, format, rail, instead }: Asked): Complaint | undefined {
  if (rail && format !== 'human')
    return {
      message: `\`--rail\` is for a terminal, and not drawn in ${format}`,
      help: 'leave out one of them; `-o svg` is the same as a picture',
    };
  if (rail && instead !== undefined)
    return { message: `\`--rail\` and \`--${instead}\` are two forms of an answer`, help: 'leave out one of them' };
  if (format === 'svg' && (path !== undefined || texts.length > 1))
    return { message: 'a picture holds one packet', help: 'give one packet as an argument; `--rail` draws several' };
  return undefined;
}

/** Every packet that can be traced is; the others are complained about. */
async function answerTexts(job: Job, texts: readonly string[]): Promise<ExitCode> {
  const { call, format, style } = job;
  const walked: (TraceInput | undefined)[] = [];
  const tellsSame = texts.length <= FEW && format.tellsSame?.(style) === true;
  for (const text of texts) {
    const one = await walkText(job, text);
    const same = one && tellsSame ? await withSame(job, one) : one;
    walked.push(one && same && (await withKernel(job, { walked: one, input: await withReason(job, one, same), bySockets: true })));
  }
  const traced = walked.filter((one) => one !== undefined);
  let code: ExitCode = traced.length < texts.length ? EXIT.usage : EXIT.ok;
  if (traced.length === 0) return code;
  const journeys = traced.map(({ journey }) => journey);
  code = worst(code, await warnAbout(job, journeys));
  await call.io.out.write(`${traced.map((one) => format.render(one, style)).join(format.separator(style))}\n`, whatOf(format));
  for (const journey of journeys) code = worst(code, await traceExitCode(call, journey));
  const views = traced.flatMap(({ kernel }) => kernel ?? []);
  return worst(code, await kernelExitCode(call.io, { views, unasked: EXIT.usage }));
}

/** Undefined when the text is not a packet that could be here, which has been reported. */
async function walkText({ call, setting, names }: Job, given: string): Promise<WalkedPacket | undefined> {
  const named = await namedText(given, names);
  if ('message' in named) {
    await complain(call.io, { ...named, message: `packet \`${given.trim()}\`: ${named.message}` });
    return undefined;
  }
  const { text, assumptions } = named;
  const read = readPacketText(text);
  if ('complaints' in read) {
    await showDiagnostics(call, read.diagnostics ?? []);
    return undefined;
  }
  const walked = walkPacket(setting, read);
  if ('journey' in walked) return assuming(walked, assumptions);
  await complain(call.io, { message: `packet \`${text.trim()}\`: ${walked.message}`, help: walked.help });
  return undefined;
}

/** For more packets than this, what else is treated alike is left out. */
const FEW = 3;

/** The symbolic engine is loaded here only. */
async function withSame({ setting }: Job, walked: WalkedPacket): Promise<TraceInput> {
  const same = await import('../../app/trace/same.ts');
  return same.withSame(setting, walked);
}

/** Why it does not end elsewhere, where that is asked. */
async function withReason({ call, setting }: Job, walked: WalkedPacket, input: TraceInput): Promise<TraceInput> {
  const outcome = optionText(call.input, 'whyNot');
  if (outcome === undefined || !isOutcome(outcome)) return input;
  const why = await import('../../app/trace/whyNot.ts');
  return why.withWhyNot(setting, { input, walked, outcome });
}

/** Shows the warnings; with --strict they are findings. An answer from no rules at all looks like any other: its warning is shown even with --quiet. */
async function warnAbout({ call, setting, diagnostics }: Job, journeys: readonly Journey[]): Promise<ExitCode> {
  const warnings = relevantWarnings(diagnostics, journeys);
  await showDiagnostics(call, warnings, { evenQuiet: !setting.rulesets.some(hasRules) });
  return optionIsSet(call.input, 'strict') && warnings.length > 0 ? EXIT.findings : EXIT.ok;
}
