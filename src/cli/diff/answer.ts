/** From pairs of files to the answer: read, compared, reported. */

import { jsonText } from '../../lib/printable.ts';
import { emptyMemory } from '../../pods/renderedPod.ts';
import { humanResults } from '../../report/human/diffResults.ts';
import { type DiffResults, toResultsReport } from '../../report/json/diffResults.ts';
import { toReview } from '../../report/review/fromDiff.ts';
import { type Call, isSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { limitsOf } from '../argv/limits.ts';
import { progressOn } from '../argv/progress.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { complain } from '../io/messages.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { readPlaceOptions } from '../trace/scene.ts';
import { causesIn, compareAll } from './compare.ts';
import { type Files, planOf } from './plan.ts';
import { sideCall } from './side.ts';
import { readSubjects } from './subjects.ts';

export async function answer(call: Call, files: Files): Promise<ExitCode> {
  const { io, input } = call;
  const outputs = await readOutputs(call, outputWords(input));
  const where = await readWhere(call);
  const given = await readPlaceOptions(call);
  if (outputs === undefined || where === undefined || given === undefined) return EXIT.usage;
  const plan = await planOf(call, files);
  const [wrong] = [...plan.refused, ...plan.unknown.map((file) => ({ file, why: 'it holds nothing that can be compared' }))];
  if (files.explicit && wrong !== undefined) {
    await complain(io, { message: `\`${wrong.file}\` cannot be compared: ${wrong.why}` });
    return EXIT.usage;
  }
  const memory = emptyMemory();
  const calls = {
    base: sideCall(call, 'base', (file) => files.rename(file, 'base')),
    head: sideCall(call, 'head', (file) => files.rename(file, 'head')),
  };
  const read = await readSubjects(calls, { plan, given, where: where.where, memory, files });
  if (read === undefined) return EXIT.usage;
  const progress = progressOn(io.err, () => performance.now());
  const compared = compareAll(read.pairs, { ...where, where: where.where, memory, limits: limitsOf(call), tell: progress.tell });
  await progress.end();
  const results: DiffResults = {
    compared,
    alone: read.alone,
    aloneFiles: plan.alone.length,
    notes: [
      ...files.notes,
      ...read.notes,
      ...(files.explicit ? [] : plan.refused.map(({ file, why }) => `${file} is not compared: ${why}`)),
    ],
    passedOver: (files.passedOver ?? 0) + (files.explicit ? 0 : plan.unknown.length),
  };
  const report = toResultsReport(results);
  const written = await writeReport(call, {
    review: toReview(results, { plain: plainNames(files), causesOf: causesIn(memory) }),
    outputs,
    strict: isSet(input, 'strict'),
    own: { human: (style) => humanResults(results, { ...style, quiet: isSet(input, 'quiet') }), json: () => jsonText(report) },
  });
  const isGone = [...plan.alone, ...read.alone].some(({ side }) => side === 'base');
  return written ? exitCodeOf(report, isGone) : EXIT.usage;
}

/** `main:net/pod.rules` is `net/pod.rules` to whoever looks at a pull request. */
function plainNames({ pairs, valuesGiven = new Set() }: Files): (file: string) => string {
  const names = [...pairs.flatMap(({ base, head }) => [base, head]), ...valuesGiven].flatMap((name) => name ?? []);
  const prefixes = new Set(names.flatMap((name) => /^[^:/\\]+:/.exec(name)?.[0] ?? []));
  return (file) => {
    const prefix = [...prefixes].find((one) => file.startsWith(one));
    return prefix === undefined ? file : file.slice(prefix.length).replace(/^\.\//, '');
  };
}

function exitCodeOf(report: { readonly changes: readonly unknown[]; readonly undecided: readonly unknown[] }, isGone: boolean): ExitCode {
  // what is open is no less than a change, nor is what is gone: 0 says that there is none
  return isGone || report.changes.length + report.undecided.length > 0 ? EXIT.findings : EXIT.ok;
}
