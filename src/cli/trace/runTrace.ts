/** What `chainwalk trace` does, once its options are known. */
import { TRACE_FORMATS, type TraceFormat, type TraceStyle } from '../../report/formats.ts';
import type { TraceInput } from '../../report/traceJson.ts';
import { isError } from '../../syntax/diagnostic.ts';
import { joinBarePacket } from '../arguments.ts';
import { type Input, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode, worst } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import type { Io } from '../io.ts';
import { complain } from '../messages.ts';
import { loadRules } from '../rules.ts';
import { terminal } from '../terminal.ts';
import { judge, relevant } from './judge.ts';
import { readPacketText } from './packets.ts';
import { readHostOption, type Scene, sceneOf } from './scene.ts';
import { traceStream } from './stream.ts';
import { walkPacket } from './walk.ts';

export async function runTrace(io: Io, input: Input): Promise<ExitCode> {
  const [file = '-', ...rest] = input.args;
  const texts = joinBarePacket(rest);
  const path = textOf(input, 'packets');
  const wrong = wrongUse(file, texts, path);
  if (wrong !== undefined) {
    await complain(io, { message: wrong, help: '`chainwalk trace --help` shows examples and options' });
    return EXIT.usage;
  }
  const given = await readHostOption(io, input);
  if (given === undefined) return EXIT.usage;
  const loaded = await loadRules(io, input, { files: [file], ...(given.host !== undefined && { sets: given.host.sets }) });
  if (loaded === undefined) return EXIT.usage;
  if (loaded.diagnostics.some(isError)) {
    await showDiagnostics(io, input, loaded.diagnostics);
    return EXIT.usage;
  }
  const scene = sceneOf(input, loaded.rulesets, given.host);
  const name = formatOf(input, path === undefined ? 'human' : 'json');
  const format = TRACE_FORMATS.find((known) => known.name === name);
  if (format === undefined) return EXIT.usage;
  const style = { ...(await terminal(io, io.out, textOf(input, 'color'))), verbose: isSet(input, 'verbose'), brief: isSet(input, 'brief') };
  const warnings = (traced: readonly TraceInput[]) =>
    relevant(
      loaded.diagnostics,
      traced.map(({ journey }) => journey),
    );
  if (path !== undefined) {
    await showDiagnostics(io, input, warnings([]));
    return withWarnings(input, warnings([]).length, await traceStream(io, { scene, input, path, format, style }));
  }
  const answers = await traceTexts(io, input, { scene, texts });
  if (answers.traced.length > 0) {
    await showDiagnostics(io, input, warnings(answers.traced));
    await io.out.write(`${renderAll(format, style, answers.traced)}\n`);
    for (const { journey } of answers.traced) answers.code = worst(answers.code, await judge(io, input, journey));
  }
  return withWarnings(input, warnings(answers.traced).length, answers.code);
}

function wrongUse(file: string, texts: readonly string[], path: string | undefined): string | undefined {
  if (path === undefined && texts.length === 0) return 'no packet to trace';
  if (path !== undefined && texts.length > 0) return 'packets are given as arguments or with --packets, not both';
  if (file === '-' && path === '-') return 'rules and packets cannot both come from standard input';
  return undefined;
}

interface Answers {
  readonly traced: readonly TraceInput[];
  code: ExitCode;
}

/** Every packet that can be traced is; the others are complained about. */
async function traceTexts(io: Io, input: Input, given: { readonly scene: Scene; readonly texts: readonly string[] }): Promise<Answers> {
  const traced: TraceInput[] = [];
  let code: ExitCode = EXIT.ok;
  for (const text of given.texts) {
    const read = readPacketText(text);
    if ('complaints' in read) {
      await showDiagnostics(io, input, read.diagnostics ?? []);
      code = EXIT.usage;
      continue;
    }
    const walked = walkPacket(given.scene, read.given, isSet(input, 'verbose'));
    if ('journey' in walked) traced.push(walked);
    else {
      await complain(io, { message: `packet \`${text.trim()}\`: ${walked.message}`, help: walked.help });
      code = EXIT.usage;
    }
  }
  return { traced, code };
}

function renderAll(format: TraceFormat, style: TraceStyle, traced: readonly TraceInput[]): string {
  return traced.map((one) => format.render(one, style)).join(format.separator(style));
}

function withWarnings(input: Input, warnings: number, code: ExitCode): ExitCode {
  return isSet(input, 'strict') && warnings > 0 ? worst(code, EXIT.findings) : code;
}
