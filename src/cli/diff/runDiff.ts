/** What `chainwalk diff` does. */

import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { withRevisions } from '../git/readRevision.ts';
import { complain } from '../io/messages.ts';
import { answer } from './answer.ts';
import { DEFAULT_POD, withDefaultPod } from './defaultPod.ts';
import { filesOfRange } from './gitFiles.ts';
import type { FilePair } from './plan.ts';
import { sidesDiffer } from './side.ts';

export async function runDiff(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(withDefaultPod(withRevisions(given)));
  if (textOf(call.input, 'git') !== undefined) {
    const files = await filesOfRange(call);
    return files === undefined ? EXIT.usage : answer(call, files);
  }
  const pair = await filesAsGiven(call);
  return pair === undefined ? EXIT.usage : answer(call, { pairs: [pair], explicit: true, notes: [], rename: (file) => file });
}

/** Undefined when they are not two, which has been said. */
async function filesAsGiven(call: Call): Promise<FilePair | undefined> {
  const { io, input } = call;
  const [base, head = sidesDiffer(call) ? (base ?? DEFAULT_POD) : undefined, ...more] = input.args;
  const say = async (message: string, help?: string): Promise<undefined> => complain(io, { message, help }).then(() => undefined);
  if (more.length > 0)
    return say('diff compares two files, or what changed between two revisions', '--git BASE..HEAD takes any number of paths');
  if (head === undefined)
    return say(
      'diff needs what was and what would be',
      'chainwalk diff BASE HEAD; one file is enough when the sides have different options, such as --head-mode',
    );
  const files = { base: base ?? head, head };
  if (files.base === '-' && files.head === '-' && input.args.length > 1) return say('base and head cannot both come from standard input');
  for (const file of new Set([files.base, files.head])) {
    const content = await io.read(file);
    if ('problem' in content) return say(`cannot read \`${file}\`: ${content.problem}`);
  }
  return files;
}
