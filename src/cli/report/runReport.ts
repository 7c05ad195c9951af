/** What `chainwalk report` does: `ci` or `verify`, with the page among what is written. */
import { type Call, type CommandInput, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { runCi } from '../ci/runCi.ts';
import { complain } from '../io/messages.ts';
import { outputWords } from '../review/outputs.ts';
import { runVerify } from '../verify/runVerify.ts';

const USUAL_FILE = 'chainwalk-report.html';

export async function runReport({ io, input }: Call): Promise<ExitCode> {
  const { input: asked, file } = withPage(input);
  const misused = misuse(input);
  if (misused !== undefined) {
    await complain(io, misused);
    return EXIT.usage;
  }
  const call = { io, input: asked };
  const code = await (input.args.length === 0 ? runCi(call) : runVerify(call));
  if (code !== EXIT.usage && file !== undefined && !optionIsSet(input, 'quiet')) await io.err.write(`written: ${file}\n`);
  return code;
}

/** Options of the configuration say nothing of files that are given, and the other way round. */
function misuse(input: CommandInput): { readonly message: string; readonly help: string } | undefined {
  const given = (names: readonly string[]) => names.find((name) => optionIsSet(input, name) || optionText(input, name) !== undefined);
  if (input.args.length > 0) {
    const option = given(['base', 'config', 'configFromBase', 'configDataOnly', 'baseline']);
    const help = 'without files it reports what the configuration names; `chainwalk diff BASE HEAD -o html=FILE` compares two files';
    return option === undefined ? undefined : { message: `--${kebab(option)} is for what chainwalk.config.* names, not for files`, help };
  }
  const option = given(['profile', 'proxyUid', 'proxyGid', 'mode', 'phase', 'istio', 'kubernetes']);
  const help = 'the configuration says it; or name the files: `chainwalk report FILES`';
  return option === undefined ? undefined : { message: `--${kebab(option)} is for files`, help };
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `-o` may name other formats as well. `file`: where the page goes, when it is one. */
function withPage(input: CommandInput): { readonly input: CommandInput; readonly file: string | undefined } {
  const words = outputWords(input, ['']).filter((word) => word !== '');
  const own = words.find((word) => /^html(?:=|$)/.test(word.trim()));
  const output = own === undefined ? [...words, `html=${USUAL_FILE}`] : words;
  const [, file] = /=(.*)$/s.exec(own ?? output.at(-1) ?? '') ?? [];
  const { json: _, ...options } = input.options;
  return { input: { ...input, options: { ...options, output } }, file: file === '-' ? undefined : file };
}
