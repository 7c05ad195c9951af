/** What `chainwalk approaches` does. */

import { APPROACHES, type Approach } from '../../injection/facts/facts.ts';
import { otherMesh } from '../../injection/facts/otherMesh.ts';
import { isBudgetReason } from '../../lib/budget.ts';
import { jsonText } from '../../lib/printable.ts';
import { type ApproachDiff, compareApproaches } from '../../pods/approaches.ts';
import { type PodScene, scenesOf } from '../../pods/scenes.ts';
import { humanApproaches } from '../../report/human/approaches.ts';
import { type PodAnswers, toApproachesReport } from '../../report/json/approaches.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadPods } from '../input/loadPods.ts';

/** Every two, in the order of the approaches. */
const PAIRS = APPROACHES.flatMap((from, index) => APPROACHES.slice(index + 1).map((to) => ({ from, to })));

export async function runApproaches(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const loaded = await loadPods(call, input.args);
  if (loaded === undefined) return EXIT.usage;
  const columns = APPROACHES.map((approach) => scenesOf({ ...loaded, world: { ...loaded.world, approach } }));
  const { diagnostics } = loaded;
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(isError)) return EXIT.usage;
  const pods = loaded.manifests.pods.map((_, index) =>
    answersOf(
      columns.flatMap(({ scenes }) => scenes[index] ?? []),
      limitsOf(call),
    ),
  );
  // that one approach refuses the pod is an answer here, not an error
  const all: readonly Diagnostic[] = [...diagnostics, ...columns.flatMap((column) => column.diagnostics)];
  const report = toApproachesReport({ version: loaded.world.version, pods, diagnostics: all });
  if (formatOf(input, 'human') === 'json') await io.out.write(`${jsonText(report)}\n`);
  else await io.out.write(`${humanApproaches(report, await terminal(call, io.out))}\n`, 'report');
  const cut = pods.some(({ pairs }) =>
    pairs.some(({ diff }) => diff?.diffs.some(({ undecided }) => undecided.some(({ reason }) => isBudgetReason(reason)))),
  );
  const lost = pods.some(({ answers }) => isLost(answers));
  return cut || lost ? EXIT.findings : EXIT.ok;
}

/** Its rules are another mesh's, or no approach captures it though it has a proxy. */
function isLost(answers: PodAnswers['answers']): boolean {
  const outside = answers.some(({ findings }) => findings.some(({ claim }) => claim === 'pod-captured'));
  return outside && answers.every(({ enrolment: { verdict, facts } }) => verdict !== 'captured' || otherMesh(facts) !== undefined);
}

type Limits = ReturnType<typeof limitsOf>;

function answersOf(scenes: readonly PodScene[], limits: Limits): PodAnswers {
  const sceneOf = (approach: Approach) => scenes.find(({ enrolment }) => enrolment.facts.approach === approach);
  return {
    answers: scenes,
    pairs: PAIRS.map(({ from, to }) => ({ from, to, diff: diffOf({ from: sceneOf(from), to: sceneOf(to) }, limits) })),
  };
}

interface Between {
  readonly from: PodScene | undefined;
  readonly to: PodScene | undefined;
}

/** Undefined when the pod does not start with one of them. */
function diffOf({ from, to }: Between, limits: Limits): ApproachDiff | undefined {
  if (from === undefined || to === undefined) return undefined;
  if (from.otherMesh !== undefined || to.otherMesh !== undefined) return undefined;
  if ([from, to].some(({ enrolment }) => enrolment.verdict === 'blocked')) return undefined;
  const side = ({ enrolment, rulesets, host }: PodScene) => ({ ambient: enrolment.facts.approach === 'ambient', rulesets, host });
  return compareApproaches(side(from), side(to), limits);
}
