/** The commands that can be asked of a running pod, each loaded when it is. */
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';
import type { PodFiles } from './podFiles.ts';
import { runningPodSubject } from './podSubject.ts';
import type { Askable } from './words.ts';

/** Undefined when an option cannot be read, which has been reported. */
type ReadSubject = () => Promise<RuleSubject | undefined>;

/** In which files --save F leaves rules and host. */
const AS_SAVED = 'F/POD.rules --host F/POD.host.json';

const ANSWERS: Readonly<Record<Askable, (call: Call, read: ReadSubject, files: PodFiles) => Promise<ExitCode>>> = {
  verify: async (call, read, { notCaptured }) => {
    if (optionIsSet(call.input, 'fix') || optionIsSet(call.input, 'dryRun')) {
      await complain(call.io, {
        message: '--fix edits files, not a running pod',
        help: `\`kubectl chainwalk POD --save F\`, then \`chainwalk verify --fix ${AS_SAVED}\``,
      });
      return EXIT.usage;
    }
    const { answerRules } = await import('../verify/answerRules.ts');
    const { notCapturedText } = await import('./notCaptured.ts');
    return answerRules(call, read, notCaptured && ((pods, style) => notCapturedText(notCaptured, pods, style)));
  },
  find: async (call, read) => (await import('../find/runFind.ts')).findInSubject(call, read),
  trace: withSubject(async (call, subject) => (await import('../trace/runTrace.ts')).traceInSubject(call, subject)),
  diff: withSubject(async (call, subject) => (await import('../diff/runDiff.ts')).diffWithSubject(call, subject)),
  check: withSubject(async (call, subject) => (await import('../check/runCheck.ts')).checkSubject(call, subject)),
  print: withSubject(async (call, subject) => (await import('../check/runPrint.ts')).printSubject(call, subject)),
};

export function answerOf(command: Askable, call: Call, files: PodFiles): Promise<ExitCode> {
  return ANSWERS[command](call, () => runningPodSubject(call, files), files);
}

function withSubject(answer: (call: Call, subject: RuleSubject) => Promise<ExitCode>) {
  return async (call: Call, read: ReadSubject): Promise<ExitCode> => {
    const subject = await read();
    return subject === undefined ? EXIT.usage : answer(call, subject);
  };
}
