/** What `chainwalk host` does. */
import { readHost } from '../../host/readHost.ts';
import { plural } from '../../lib/plural.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { readDescription } from '../input/hostFiles.ts';
import { readerOf } from '../input/reader.ts';
import { hostYaml } from './hostYaml.ts';

export async function runHost(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const files = input.args.length === 0 ? ['-'] : input.args;
  const reader = readerOf(call);
  const given = await readDescription(reader, files);
  if (given === undefined) return EXIT.usage;
  const { description, unusedSysctls } = given;
  const { problems } = readHost(description);
  for (const problem of problems) await reader.complain({ message: `${files.join(', ')}: ${problem}` });
  if (problems.length > 0) return EXIT.usage;
  if (unusedSysctls.length > 0 && !optionIsSet(input, 'quiet'))
    await io.err.write(`chainwalk: ${plural(unusedSysctls.length, 'sysctl')} left out: no answer depends on them\n`);
  const isJson = formatOf(input, 'yaml') === 'json';
  await io.out.write(isJson ? `${JSON.stringify(description, undefined, 2)}\n` : await hostYaml(description), 'exact');
  return EXIT.ok;
}
