/** What `chainwalk host` does. */
import type { HostDescription } from '../../host/hostDescription.ts';
import { readHost } from '../../host/readHost.ts';
import { plural } from '../../lib/plural.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { descriptionIn } from '../input/hostFiles.ts';
import { readerOf, readSources } from '../input/reader.ts';
import { assumedOf } from './assumedOf.ts';
import { hostReport } from './hostReport.ts';
import { hostYaml } from './hostYaml.ts';

export async function runHost(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const files = input.args.length === 0 ? ['-'] : input.args;
  const reader = readerOf(call);
  const sources = await readSources(reader, files);
  if (sources === undefined) return EXIT.usage;
  const isJson = formatOf(input, 'yaml') === 'json';
  const print = async (description: HostDescription, remarks: readonly string[] = []) => {
    const text = isJson ? `${JSON.stringify(hostReport(description), undefined, 2)}\n` : await hostYaml({ ...description });
    await io.out.write((isJson ? '' : remarks.map((line) => `# ${line}\n`).join('')) + text, 'exact');
  };
  const assumed = assumedOf(sources);
  if (assumed !== undefined) {
    await print(assumed.description, assumed.remarks);
    return EXIT.ok;
  }
  const given = await descriptionIn(reader, sources);
  if (given === undefined) return EXIT.usage;
  const { unusedSysctls } = given;
  const { schema: _said, ...description } = given.description;
  const { problems } = readHost(description);
  for (const problem of problems) await reader.complain({ message: `${files.join(', ')}: ${problem}` });
  if (problems.length > 0) return EXIT.usage;
  if (unusedSysctls.length > 0 && !optionIsSet(input, 'quiet'))
    await io.err.write(`chainwalk: ${plural(unusedSysctls.length, 'sysctl')} left out: no answer depends on them\n`);
  // it has no problems
  await print(description as Readonly<Record<string, unknown>> & HostDescription);
  return EXIT.ok;
}
