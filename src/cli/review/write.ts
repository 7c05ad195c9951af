/** A review in every format that was requested, each in its place. */

import { jsonText } from '../../lib/printable.ts';
import type { Review, ReviewStyle } from '../../report/review/review.ts';
import { PLAIN } from '../../report/text/paint.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { terminal } from '../argv/terminal.ts';
import type { Sink } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { readPage } from '../io/readPage.ts';
import type { ReviewOutput } from './outputs.ts';

export interface WrittenReview {
  /** made for the formats that show it: people read a command's own words, and of 5,000 pods it is a third of the work */
  readonly review: () => Review;
  readonly outputs: readonly ReviewOutput[];
  readonly strict: boolean;
  /** git revision that was compared with */
  readonly base?: string | undefined;
  /** what a command says in its own way: by name of the format */
  readonly own?: Readonly<Partial<Record<'human' | 'json', (style: ReviewStyle) => Written | Promise<Written>>>>;
}

/** A text, or pieces that are made while they are written. */
type Written = string | { readonly pieces: Iterable<string> };

/** A file has no colours, and no width of its own. */
const IN_FILE = { paint: PLAIN, width: 80 };

/** False when a file cannot be written, which has been reported. */
export async function writeReport(call: Call, report: WrittenReview): Promise<boolean> {
  const { io, input } = call;
  const page = await pageOf(call, report.outputs);
  if (page === undefined) return false;
  const htmlFile = report.outputs.find(({ format, file }) => format === 'html' && file !== undefined)?.file;
  let fine = true;
  for (const { format, file } of report.outputs) {
    const style = {
      ...(file === undefined ? await terminal(call, io.out) : IN_FILE),
      strict: report.strict,
      version: input.version,
      detailed: optionIsSet(input, 'verbose'),
      ...page,
      htmlFile,
    };
    const written = await render(format, report, style).catch(tooLong);
    if (typeof written === 'object' && file === undefined) {
      await writePieces(io.out, written.pieces);
      continue;
    }
    const text = typeof written === 'object' ? joined(written.pieces) : written;
    if (text === undefined) {
      await complain(io, { message: `the ${format} of this run is longer than a text can be`, help: TOO_LONG });
      fine = false;
      continue;
    }
    if (file === undefined)
      await io.out.write(text === '' ? '' : `${text}\n`, format === 'human' ? 'report' : format === 'github' ? 'commands' : 'data');
    else fine = (await writeFile(call, { file, text: `${text}\n` })) && fine;
    if (format !== 'github') continue;
    const { writeStepSummary } = await import('./stepSummary.ts');
    fine = (await writeStepSummary(call, { strict: report.strict, review: report.review(), htmlFile })) && fine;
  }
  return fine;
}

const TOO_LONG = 'JSON of `verify` on standard output has no such end: `chainwalk verify -o json ... > FILE`';

/** V8 holds half a billion characters: JSON of 20,000 pods. */
function tooLong(error: unknown): undefined {
  if (error instanceof RangeError && error.message === 'Invalid string length') return undefined;
  throw error;
}

function joined(pieces: Iterable<string>): string | undefined {
  try {
    return [...pieces].join('');
  } catch (error) {
    return tooLong(error);
  }
}

/** Nobody may be reading any more. */
async function writePieces(out: Sink, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (out.closed()) return;
    await out.write(piece, 'data');
  }
  await out.write('\n', 'data');
}

/** What the formats need of it; undefined when it cannot be read, which has been reported. */
async function pageOf({ io }: Call, outputs: readonly ReviewOutput[]): Promise<Pick<ReviewStyle, 'page'> | undefined> {
  if (!outputs.some(({ format }) => format === 'html')) return {};
  const page = await readPage(io);
  return page === undefined ? undefined : { page };
}

async function writeFile({ io }: Call, { file, text }: { readonly file: string; readonly text: string }): Promise<boolean> {
  const { problem } = await io.write(file, text);
  if (problem !== undefined) await complain(io, { message: `cannot write \`${file}\`: ${problem}` });
  return problem === undefined;
}

/** A format is loaded when it is requested. */
async function render(format: string, { review, base, strict, own }: WrittenReview, style: ReviewStyle): Promise<Written> {
  const said = format === 'human' || format === 'json' ? await own?.[format]?.(style) : undefined;
  if (said !== undefined) return said;
  if (format === 'json') {
    const { toCiReport } = await import('../../report/ci/json.ts');
    return jsonText(toCiReport(review(), { base, strict }));
  }
  if (format === 'human') {
    const { humanReview } = await import('../../report/ci/human.ts');
    return humanReview(review(), style);
  }
  const { reviewFormatNamed } = await import('../../report/formats/review.ts');
  return reviewFormatNamed(format)?.(review(), style) ?? '';
}
