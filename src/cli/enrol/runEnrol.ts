/** What `chainwalk enrol` does. */

import { enrol } from '../../injection/enrol/enrol.ts';
import { checkPod } from '../../injection/podChecks/checks.ts';
import { podRules } from '../../injection/podRules/podRules.ts';
import { refusals } from '../../injection/world/refusals.ts';
import { jsonText } from '../../lib/printable.ts';
import { humanEnrol } from '../../report/human/enrol.ts';
import { toEnrolReport } from '../../report/json/enrol.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadPods } from '../input/loadPods.ts';

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
