/** What `chainwalk approaches` does. */
import { approachesOf } from '../../app/pods/approaches.ts';
import { isBudgetReason } from '../../lib/budget.ts';
import { jsonText } from '../../lib/printable.ts';
import { humanApproaches } from '../../report/human/approaches.ts';
import { type PodAnswers, toApproachesReport } from '../../report/json/approaches.ts';
import { isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { limitsOf } from '../argv/limits.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { podTextsOf } from '../input/podTexts.ts';

export async function runApproaches(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const texts = await podTextsOf(call, input.args);
  if (texts === undefined) return EXIT.usage;
  const { version, pods, diagnostics, refused } = approachesOf(texts, limitsOf(call));
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(stopsAll)) return EXIT.usage;
  const report = toApproachesReport({ version, pods, diagnostics: [...diagnostics, ...refused] });
  if (formatOf(input, 'human') === 'json') await io.out.write(`${jsonText(report)}\n`);
  else
    await io.out.write(
      `${humanApproaches(report, { ...(await terminal(call, io.out)), detailed: optionIsSet(input, 'verbose') })}\n`,
      'report',
    );
  const cut = pods.some(({ pairs }) =>
    pairs.some(({ diff }) => diff?.diffs.some(({ undecided }) => undecided.some(({ reason }) => isBudgetReason(reason)))),
  );
  const unjudged = pods.some(({ answers }) => answers.some(({ findings }) => findings.some(({ isUnjudged }) => isUnjudged)));
  const lost = pods.some(({ answers }) => isLost(answers));
  return unjudged || diagnostics.some(isError) ? EXIT.usage : cut || lost ? EXIT.findings : EXIT.ok;
}

/** No approach captures it though it has a proxy. */
function isLost(answers: PodAnswers['answers']): boolean {
  const outside = answers.some(({ findings }) => findings.some(({ claim }) => claim === 'pod-captured'));
  return outside && answers.every(({ enrolment: { verdict } }) => verdict !== 'captured');
}
