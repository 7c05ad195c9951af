/** `--packets`: one line of answer per line of input, in order, as fast as the reader takes them. */

import { walkPacket } from '../../app/trace/walkPacket.ts';
import type { Journey } from '../../connection/journey.ts';
import type { KernelView } from '../../connection/kernelView.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { jsonText } from '../../lib/printable.ts';
import { kernelText } from '../../report/human/kernel.ts';
import { tracedKernel } from '../../report/json/tracedKernel.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { kernelExitCode } from '../kernel/kernelExitCode.ts';
import { traceExitCode } from './exitCode.ts';
import { type Job, whatOf } from './job.ts';
import { assuming, namedLine } from './namedText.ts';
import { readPacketLine } from './packets.ts';
import { withKernel } from './withKernel.ts';

export async function traceStream(job: Job, path: string): Promise<ExitCode> {
  const { io } = job.call;
  let code: ExitCode = EXIT.ok;
  let number = 0;
  const views = new Map<string, KernelView>();
  for await (const lines of io.lines(path)) {
    let text = '';
    for (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      const answer = await answerLine(job, { line, number });
      text += answer.text;
      if (answer.kernel !== undefined) views.set(kernelText(tracedKernel(answer.kernel)), answer.kernel);
      code = worst(code, answer.journey === undefined ? EXIT.usage : await traceExitCode(job.call, answer.journey));
    }
    await io.out.write(text, whatOf(job.format));
    if (io.out.closed()) break;
  }
  return worst(code, await kernelExitCode(io, { views: [...views.values()], unasked: EXIT.usage }));
}

interface Answer {
  readonly text: string;
  /** absent when the line could not be answered */
  readonly journey?: Journey;
  readonly kernel?: KernelView;
}

async function answerLine(job: Job, { line, number }: { readonly line: string; readonly number: number }): Promise<Answer> {
  const { setting, format, style, names } = job;
  const named = await namedLine(line, names);
  if ('message' in named) return { text: errorLine([named], number) };
  const read = readPacketLine(named.text);
  if ('complaints' in read) return { text: errorLine(read.complaints, number) };
  const walked = walkPacket(setting, read);
  if ('message' in walked) return { text: errorLine([walked], number) };
  const input = await withKernel(job, { walked, input: assuming(walked, named.assumptions) });
  return {
    text: format.render(input, style) + format.separator(style),
    journey: walked.journey,
    ...(input.kernel !== undefined && { kernel: input.kernel }),
  };
}

/** JSON in the place of a packet that cannot be read. */
export interface ErrorLine {
  readonly schema: 'chainwalk/error/v1';
  /** of the input, from 1 */
  readonly line: number;
  readonly errors: readonly { readonly message: string; readonly help: string | null }[];
}

/** A bad line keeps its place in the output, whatever the format: the reader counts lines. */
function errorLine(complaints: readonly Complaint[], line: number): string {
  const errors = complaints.map(({ message, help }) => ({ message, help: help ?? null }));
  return `${jsonText({ schema: 'chainwalk/error/v1', line, errors } satisfies ErrorLine)}\n`;
}
