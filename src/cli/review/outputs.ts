/** `-o github,sarif=out.sarif`: one format for standard output, any number for files. */
import { humanReview } from '../../report/ci/human.ts';
import { toCiReport } from '../../report/ci/json.ts';
import { REVIEW_FORMATS } from '../../report/review/formats.ts';
import type { Review } from '../../report/review/review.ts';
import type { Call } from '../command.ts';
import { complain } from '../messages.ts';
import { nearest } from '../nearest.ts';
import { terminal } from '../terminal.ts';

export interface Output {
  readonly format: string;
  /** absent: standard output */
  readonly file?: string;
}

export const FORMATS = ['human', 'json', ...REVIEW_FORMATS.map(({ name }) => name)];

/** Undefined when a format is unknown or two want standard output, which has been said. */
export async function readOutputs({ io }: Call, words: readonly string[]): Promise<readonly Output[] | undefined> {
  const outputs = words
    .flatMap((word) => word.split(','))
    .map((word): Output => {
      const [, format = '', file] = /^([^=]*)(?:=(.+))?$/s.exec(word.trim()) ?? [];
      return { format, ...(file !== undefined && { file }) };
    });
  const wrong = outputs.find(({ format }) => !FORMATS.includes(format));
  if (wrong !== undefined) {
    const meant = nearest(wrong.format, FORMATS);
    const help = meant === undefined ? `the formats are ${FORMATS.join(', ')}` : `did you mean \`${meant}\`?`;
    await complain(io, { message: `there is no format \`${wrong.format}\``, help });
    return undefined;
  }
  const shown = outputs.filter(({ file }) => file === undefined).map(({ format }) => format);
  if (shown.length > 1) {
    const message = `${shown.map((one) => `\`${one}\``).join(' and ')} cannot both go to standard output`;
    await complain(io, { message, help: `give one a file: ${shown[0]}=FILE` });
    return undefined;
  }
  return outputs;
}

export interface Report {
  readonly review: Review;
  readonly outputs: readonly Output[];
  readonly strict: boolean;
  /** git revision that was compared with */
  readonly base: string | undefined;
}

/** False when a file cannot be written, which has been said. */
export async function writeReport(call: Call, { review, outputs, strict, base }: Report): Promise<boolean> {
  let fine = true;
  for (const { format, file } of outputs) {
    // a file has no colours and no width of its own
    const style = await terminal(
      file === undefined ? call : { ...call, input: { ...call.input, options: { color: 'never' } } },
      call.io.out,
    );
    const text = render(review, { format, base, style: { ...style, strict, version: call.input.version } });
    if (file === undefined) await call.io.out.write(`${text}\n`);
    else {
      const { problem } = await call.io.write(file, `${text}\n`);
      if (problem !== undefined) await complain(call.io, { message: `cannot write \`${file}\`: ${problem}` });
      fine &&= problem === undefined;
    }
  }
  return fine;
}

interface Rendering {
  readonly format: string;
  readonly base: string | undefined;
  readonly style: Parameters<(typeof REVIEW_FORMATS)[number]['render']>[1];
}

function render(review: Review, { format, base, style }: Rendering): string {
  if (format === 'json') return JSON.stringify(toCiReport(review, base));
  return REVIEW_FORMATS.find(({ name }) => name === format)?.render(review, style) ?? humanReview(review, style);
}
