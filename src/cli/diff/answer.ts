/** From pairs of texts to the answer: read, compared, reported. */

import { causesIn, compareAll } from '../../app/diff/compareAll.ts';
import { asksPods, planOf } from '../../app/diff/plan.ts';
import { SIDES, type Side } from '../../app/diff/side.ts';
import { readSubjects } from '../../app/diff/subjects.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import type { Sides } from '../../diff/question.ts';
import { kept } from '../../lib/kept.ts';
import { plural } from '../../lib/plural.ts';
import { jsonText } from '../../lib/printable.ts';
import { emptyMemory } from '../../pods/podMemory.ts';
import { humanResults } from '../../report/human/diffResults.ts';
import { type DiffResults, toResultsReport } from '../../report/json/diffResults.ts';
import { toReview } from '../../report/review/fromDiff.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionList } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { limitsOf } from '../argv/limits.ts';
import { progressOn } from '../argv/progress.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { readWhere } from '../input/packetSetOption.ts';
import { readPlaceOf } from '../input/place.ts';
import { complain } from '../io/messages.ts';
import { withExamples } from '../kernel/withWitnesses.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import type { Files } from './files.ts';
import { readSide } from './sideOptions.ts';

export interface AnsweredFiles {
  readonly files: Files;
  /** absent: the options say it; a host of head alone comes before it */
  readonly place?: GivenPlace;
}

export async function answerDiff(call: Call, { files, place }: AnsweredFiles): Promise<ExitCode> {
  const { io, input } = call;
  const outputs = await readOutputs(call, outputWords(input));
  const where = await readWhere(call);
  const places = await readPlaces(call, place);
  if (outputs === undefined || where === undefined || places === undefined) return EXIT.usage;
  const plan = planOf(files.pairs, files.explicit);
  const [wrong] = plan.unknown;
  if (files.explicit && wrong !== undefined) {
    await complain(io, { message: `\`${wrong}\` cannot be compared: it has nothing that can be compared` });
    return EXIT.usage;
  }
  if (asksPods(plan) && SIDES.some((side) => hostsOf(call, side).length > 0)) {
    await complain(io, { message: '`--base-host` and `--head-host` are for rules', help: 'a pod is on the host of its manifest' });
    return EXIT.usage;
  }
  if (optionList(input, 'apply').length > 0 && plan.rules.every(({ base }) => base.kind !== 'rules')) {
    await complain(io, { message: '--apply needs rules: those of a manifest or of settings are `chainwalk render`' });
    return EXIT.usage;
  }
  const memory = emptyMemory();
  const base = await readSide(call, 'base', { plan, rename: files.rename });
  const head = base && (await readSide(call, 'head', { plan, rename: files.rename }));
  if (base === undefined || head === undefined) return EXIT.usage;
  const { explicit, valuesGiven } = files;
  const asked = { plan, sides: { base, head }, places, where: where.where, memory, explicit };
  const read = readSubjects({ ...asked, ...(valuesGiven !== undefined && { valuesGiven }) });
  const said = saidOnce(read.diagnostics);
  await showDiagnostics(call, said);
  const failing = optionIsSet(input, 'strict') ? said.length : 0;
  if (read.diagnostics.some(isError)) return EXIT.usage;
  const progress = progressOn(io.err, () => performance.now());
  const proved = compareAll(read.pairs, { where: where.where, memory, limits: limitsOf(call), tell: progress.tell });
  const { shown: compared, tell } = await withExamples(call, proved);
  await progress.end();
  if (compared.length > 0 && compared.every(({ diff }) => diff.asksNothing === true)) {
    await complain(io, { message: NO_PACKET, help: 'no packet on this host matches `--where`, in the families that are compared' });
    return EXIT.usage;
  }
  const results: DiffResults = {
    compared,
    alone: read.alone,
    aloneFiles: plan.alone.length,
    assumed: read.assumed,
    notes: [
      ...files.notes,
      ...read.notes,
      ...(failing === 0 ? [] : [`${plural(failing, 'warning')} about the text, a failure with --strict`]),
    ],
    passedOver: (files.passedOver ?? 0) + (files.explicit ? 0 : plan.unknown.length),
  };
  const report = toResultsReport(results);
  const written = await writeReport(call, {
    review: kept(() => toReview(results, { plain: plainNames(files), causesOf: causesIn(memory) })),
    outputs,
    strict: optionIsSet(input, 'strict'),
    own: { human: (style) => humanResults(results, { ...style, quiet: optionIsSet(input, 'quiet') }), json: () => jsonText(report) },
  });
  const isGone = [...plan.alone, ...read.alone].some(({ side }) => side === 'base');
  if (!written) return EXIT.usage;
  return worst(worst(exitCodeOf(report, isGone), failing === 0 ? EXIT.ok : EXIT.findings), await tell());
}

/** Undefined when an option cannot be used, which has been reported. */
async function readPlaces(call: Call, place: GivenPlace | undefined): Promise<Sides<GivenPlace> | undefined> {
  const own = (side: Side): boolean => place === undefined || hostsOf(call, side).length > 0;
  const base = own('base') ? await readPlaceOf(call, 'base') : place;
  const head = base && (own('head') ? await readPlaceOf(call, 'head') : place);
  return base && head && { base, head };
}

function hostsOf({ input }: Call, side: Side): readonly string[] {
  return optionList(input, `${side}Host`);
}

/** One file may be both sides. */
function saidOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ source: { file }, span, message }: Diagnostic) => JSON.stringify([file, span, message]);
  return [...new Map(diagnostics.map((one) => [key(one), one])).values()];
}

/** `main:net/pod.rules` is `net/pod.rules` to a reader of a pull request. */
function plainNames({ pairs, valuesGiven = new Set() }: Files): (file: string) => string {
  const names = [...pairs.flatMap(({ base, head }) => [base?.file ?? [], head?.file ?? []].flat()), ...valuesGiven];
  const prefixes = new Set(names.flatMap((name) => /^[^:/\\]+:/.exec(name)?.[0] ?? []));
  return (full) => {
    const file = full.replace(/ with --apply$/, '');
    const prefix = [...prefixes].find((one) => file.startsWith(one));
    return prefix === undefined ? file : file.slice(prefix.length).replace(/^\.\//, '');
  };
}

function exitCodeOf(report: { readonly changes: readonly unknown[]; readonly undecided: readonly unknown[] }, isGone: boolean): ExitCode {
  // undecided and gone count as changed: 0 says that nothing is
  return isGone || report.changes.length + report.undecided.length > 0 ? EXIT.findings : EXIT.ok;
}
