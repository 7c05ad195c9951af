/** What `chainwalk diff` does. */
import { DEFAULT_POD } from '../../app/diff/defaultPod.ts';
import type { Source } from '../../syntax/text/source.ts';
import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionList, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { withRevisions } from '../git/readRevision.ts';
import { readerOf, readSources } from '../input/reader.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';
import { answerDiff } from './answer.ts';
import type { Files } from './files.ts';
import { filesOfRange } from './gitFiles.ts';
import { sidesDiffer } from './sideOptions.ts';

export async function runDiff(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(withRevisions(given));
  const files = optionText(call.input, 'git') === undefined ? await filesAsGiven(call) : await filesOfRange(call);
  return files === undefined ? EXIT.usage : answerDiff(call, { files });
}

/** The same with rules that no file holds as what was: the argument is what would be. */
export async function diffWithSubject(given: Call, { rules, place }: RuleSubject): Promise<ExitCode> {
  const call = withKeptFiles(withRevisions(given));
  const files = await filesAsGiven(call, rules.sources[0]);
  return files === undefined ? EXIT.usage : answerDiff(call, { files, place });
}

/** Undefined when they are not two, which has been said. `base`: what was, where no file holds it. */
async function filesAsGiven(call: Call, base?: Source): Promise<Files | undefined> {
  const { io, input } = call;
  const given = base === undefined ? input.args : [base.file, ...input.args];
  const say = async (message: string, help?: string): Promise<undefined> => complain(io, { message, help }).then(() => undefined);
  if (given.length > 2)
    return say('diff compares two files, or what changed between two revisions', '--git BASE..HEAD takes any number of paths');
  const applies = optionList(input, 'apply').length > 0;
  if (applies && given.length !== 1)
    return say('--apply needs one file of rules, on which its commands are carried out', "chainwalk diff fw.rules --apply 'iptables ...'");
  if (given.length < 2 && !sidesDiffer(call))
    return say(
      'diff needs what was and what would be',
      'chainwalk diff BASE HEAD; one file is enough when the sides have different options, such as --head-mode',
    );
  if (given[0] === '-' && given[1] === '-') return say('base and head cannot both come from standard input');
  const own = given.length === 0 ? [DEFAULT_POD] : await readSources(readerOf(call), base === undefined ? given : input.args);
  if (own === undefined) return undefined;
  const [first, second = first] = base === undefined ? own : [base, ...own];
  const pair = { ...(first !== undefined && { base: first }), ...(second !== undefined && { head: second }) };
  return { pairs: [pair], explicit: true, notes: [], rename: (file) => file };
}
