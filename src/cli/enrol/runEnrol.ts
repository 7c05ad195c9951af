/** What `chainwalk enrol` does. */

import { enrol } from '../../istio/enrol/enrol.ts';
import { checkPod } from '../../istio/podChecks/checks.ts';
import { podRules } from '../../istio/podRules/podRules.ts';
import { refusals } from '../../kubernetes/refusals.ts';
import { humanEnrol } from '../../report/enrol/human.ts';
import { toEnrolReport } from '../../report/enrol/json.ts';
import { jsonText } from '../../report/printable.ts';
import { isError } from '../../syntax/diagnostic.ts';
import { type Call, isSet, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { formatOf } from '../format.ts';
import { loadPods } from '../manifest/loadPods.ts';
import { terminal } from '../terminal.ts';

export async function runEnrol(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const loaded = await loadPods(call, input.args);
  if (loaded === undefined) return EXIT.usage;
  const { manifests, world } = loaded;
  const answers = manifests.pods.map((pod) => {
    const enrolment = enrol(pod, world);
    const rules = podRules(enrolment);
    return { enrolment, rules, findings: checkPod(enrolment, rules) };
  });
  const diagnostics = [...loaded.diagnostics, ...answers.flatMap(({ enrolment, rules }) => [...refusals(enrolment), ...rules.diagnostics])];
  const { approach, version } = world;
  await showDiagnostics(call, diagnostics);
  if (formatOf(input, 'human') === 'json') {
    await io.out.write(`${jsonText(toEnrolReport({ approach, version, answers, diagnostics }))}\n`);
  } else if (answers.length > 0) {
    const style = { ...(await terminal(call, io.out)), detailed: isSet(input, 'verbose') };
    await io.out.write(`${humanEnrol(answers, style)}\n`, 'report');
  }
  if (diagnostics.some(isError)) return EXIT.usage;
  const expected = textOf(input, 'expect');
  const unmet = expected !== undefined && answers.some(({ enrolment }) => enrolment.verdict !== expected);
  const strict = isSet(input, 'strict');
  const bad = answers.some(({ findings }) => findings.some(({ level }) => level === 'error' || (strict && level === 'warning')));
  return unmet || bad || (strict && diagnostics.length > 0) ? EXIT.findings : EXIT.ok;
}
