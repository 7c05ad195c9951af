/** `--packets`: one line of answer per line of input, in order, as fast as the reader takes them. */
import type { TraceFormat, TraceStyle } from '../../report/formats.ts';
import { type Input, isSet } from '../command.ts';
import { EXIT, type ExitCode, worst } from '../exitCode.ts';
import type { Io } from '../io.ts';
import type { Complaint } from '../messages.ts';
import { judge } from './judge.ts';
import { readPacketLine } from './packets.ts';
import type { Scene } from './scene.ts';
import { walkPacket } from './walk.ts';

export interface Stream {
  readonly scene: Scene;
  readonly input: Input;
  readonly path: string;
  readonly format: TraceFormat;
  readonly style: TraceStyle;
}

export async function traceStream(io: Io, stream: Stream): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let number = 0;
  for await (const lines of io.lines(stream.path)) {
    let text = '';
    for (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      const answer = answerLine(stream, line, number);
      text += answer.text;
      const judged = answer.judge === undefined ? answer.code : await answer.judge(io);
      code = worst(code, judged);
    }
    await io.out.write(text);
    if (io.out.closed()) break;
  }
  return code;
}

interface Answer {
  readonly text: string;
  readonly code: ExitCode;
  readonly judge?: (io: Io) => Promise<ExitCode>;
}

function answerLine({ scene, input, format, style }: Stream, line: string, number: number): Answer {
  const read = readPacketLine(line);
  if ('complaints' in read) return failure(read.complaints, number);
  const walked = walkPacket(scene, read.given, isSet(input, 'verbose'));
  if ('message' in walked) return failure([walked], number);
  const judgeIt = (io: Io) => judge(io, input, walked.journey);
  return { text: format.render(walked, style) + format.separator(style), code: EXIT.ok, judge: judgeIt };
}

/** A bad line keeps its place in the output, whatever the format: the reader counts lines. */
function failure(complaints: readonly Complaint[], line: number): Answer {
  const errors = complaints.map(({ message, help }) => ({ message, help: help ?? null }));
  return { text: `${JSON.stringify({ schema: 'chainwalk/error/v1', line, errors })}\n`, code: EXIT.usage };
}
