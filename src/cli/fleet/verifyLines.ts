/** `verify -o jsonl`: a line for each subject as soon as it is answered, and the totals. */

import { lineCounter } from '../../report/lines/lineTotals.ts';
import type { LineRun } from '../../report/lines/verifyLine.ts';
import { shortDigest } from '../../report/text/shortDigest.ts';
import { type Call, optionIsSet, optionList } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { phaseOfRules } from '../input/phase.ts';
import { readPlace } from '../input/place.ts';
import { renderSettingsOf, ruleReadingOf } from '../input/ruleTexts.ts';
import { complain } from '../io/messages.ts';
import { readClaimOptions } from '../verify/options.ts';
import { type FleetQuestion, fileAnswerer } from './answerFiles.ts';
import { lineWriter } from './lineWriter.ts';
import { listFiles } from './listFiles.ts';
import { runSettings } from './settings.ts';
import { filesOfShard, readShard } from './shard.ts';

export async function verifyLines(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const shard = await readShard(call);
  const question = shard && (await questionOf(call));
  if (shard === undefined || question === undefined) return EXIT.usage;
  const files = await listFiles(call, input.args);
  const own = shard.shard === undefined ? files : filesOfShard(files, shard.shard);
  const list = shortDigest(files.flatMap(({ names }) => names).join('\n'));
  const run = { version: input.version, settings: await runSettings(call), files: files.length, list, ...shard };
  const answer = fileAnswerer(call, question);
  const counter = lineCounter();
  const writer = lineWriter(io, () => performance.now());
  const { tell, end } = progressOn(io.err, () => performance.now());
  for (const [at, listed] of own.entries()) {
    tell(`verifying file ${at + 1} of ${own.length}`);
    for (const one of await answer(listed))
      await writer.write(one.kind === 'answered' ? (counter.again(one) ?? counter.add(one.line())) : counter.add(one));
    if (io.out.closed()) break;
  }
  await end();
  if (own.length === 0) await complain(io, { message: `nothing was verified: ${emptyWords(run)}` });
  const totals = counter.totals();
  await writer.write({ schema: 'chainwalk/verify-lines/v1', kind: 'end', ...run, ...totals });
  await writer.flush();
  return totals.exit;
}

function emptyWords({ files, shard }: Pick<LineRun, 'files' | 'shard'>): string {
  return shard === undefined
    ? 'there are no files'
    : `shard ${shard.index}/${shard.of} is empty, as there ${files === 1 ? 'is one file' : `are ${files} files`}`;
}

/** Undefined when something cannot be asked, which has been reported. */
async function questionOf(call: Call): Promise<FleetQuestion | undefined> {
  const refused = refusal(call);
  if (refused !== undefined) {
    await complain(call.io, refused);
    return undefined;
  }
  if (await phaseOfRules(call)) return undefined;
  const options = await readClaimOptions(call);
  const place = options && (await readPlace(call));
  const reading = place && (await ruleReadingOf(call));
  return options && place && reading && { options: { ...options, ...place }, how: { reading, settings: renderSettingsOf(call) } };
}

function refusal({ input }: Call) {
  const words = optionList(input, 'output');
  if (words.some((word) => word.includes('=')))
    return { message: 'jsonl goes to standard output, line by line', help: 'such as `chainwalk verify dumps -o jsonl > fleet.jsonl`' };
  if (words.some((word) => word !== 'jsonl') || optionIsSet(input, 'json'))
    return {
      message: 'jsonl is written while the run goes on: no other format can be beside it',
      help: '`chainwalk merge FILE -o json` makes the others of it',
    };
  for (const [name, flag] of [
    ['fix', '--fix'],
    ['dryRun', '--dry-run'],
    ['onKernel', '--on-kernel'],
  ] as const)
    if (optionIsSet(input, name))
      return { message: `${flag} and -o jsonl: a fleet is read only`, help: `name the files that ${flag} is for, without -o jsonl` };
  return undefined;
}
