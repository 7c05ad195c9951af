/** What `chainwalk enrol` does. */
import { enrolPods } from '../../app/pods/enrol.ts';
import { jsonText } from '../../lib/printable.ts';
import { humanEnrol } from '../../report/human/enrol.ts';
import { toEnrolReport } from '../../report/json/enrol.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { podTextsOf } from '../input/podTexts.ts';

export async function runEnrol(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const texts = await podTextsOf(call, input.args);
  if (texts === undefined) return EXIT.usage;
  const answer = enrolPods(texts);
  const { answers, diagnostics } = answer;
  await showDiagnostics(call, diagnostics);
  if (formatOf(input, 'human') === 'json') {
    await io.out.write(`${jsonText(toEnrolReport(answer))}\n`);
  } else if (answers.length > 0) {
    const style = { ...(await terminal(call, io.out)), detailed: optionIsSet(input, 'verbose') };
    await io.out.write(`${humanEnrol(answers, style)}\n`, 'report');
  }
  const unjudged = answers.some(({ findings }) => findings.some(({ isUnjudged }) => isUnjudged));
  if (unjudged || diagnostics.some(isError)) return EXIT.usage;
  const expected = optionText(input, 'expect');
  const unmet = expected !== undefined && answers.some(({ enrolment }) => enrolment.verdict !== expected);
  const strict = optionIsSet(input, 'strict');
  const bad = answers.some(({ findings }) => findings.some(({ level }) => level === 'error' || (strict && level === 'warning')));
  return unmet || bad || (strict && diagnostics.length > 0) ? EXIT.findings : EXIT.ok;
}
