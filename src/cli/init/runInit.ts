/** `chainwalk init`: a configuration from what is in this folder, and on request the workflow. */
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { configsIn } from '../config/find.ts';
import { complain } from '../io/messages.ts';
import { type Composed, compose } from './compose.ts';
import { survey } from './survey.ts';
import { WORKFLOW_FILE, workflowFor } from './workflow.ts';

const CONFIG_FILE = 'chainwalk.config.yaml';

export async function runInit(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const force = optionIsSet(input, 'force');
  const isTrial = optionIsSet(input, 'dryRun');
  const existing = await configsIn(io, '');
  const [other] = existing.filter((file) => file !== CONFIG_FILE);
  const keeps = existing.length > 0 && !force && optionIsSet(input, 'workflow');
  if (!keeps && !isTrial) {
    if (other !== undefined) {
      await complain(io, {
        message: `\`${other}\` is the configuration here`,
        help: 'remove it first; `--dry-run` prints what would be written',
      });
      return EXIT.usage;
    }
    if (existing.length > 0 && !force) {
      await complain(io, {
        message: `\`${CONFIG_FILE}\` is there already`,
        help: '--force overwrites it, --dry-run prints what would be written',
      });
      return EXIT.usage;
    }
  }
  const composed = keeps ? undefined : compose(await survey(io));
  if (composed === undefined && !keeps) {
    await complain(io, {
      message: 'no rules or manifests of pods in this folder or below it',
      help: 'a dump of rules: `kubectl exec POD -c istio-proxy -- iptables-save > net/pod.rules`; of a running pod with its host: `kubectl chainwalk POD --save net`',
    });
    return EXIT.usage;
  }
  const files = [
    ...(composed === undefined ? [] : [{ file: CONFIG_FILE, text: composed.text }]),
    ...(optionIsSet(input, 'workflow') ? [{ file: WORKFLOW_FILE, text: workflowFor(input.version) }] : []),
  ];
  if (isTrial) {
    for (const { file, text } of files) await io.out.write(files.length === 1 ? text : `# ${file}\n${text}`, 'exact');
    await io.err.write(told(composed, []), 'report');
    return EXIT.ok;
  }
  const written: string[] = [];
  for (const { file, text } of files) {
    if (file === WORKFLOW_FILE && !force && 'text' in (await io.read(file))) {
      await complain(io, { message: `\`${file}\` is there already`, help: '--force overwrites it' });
      return EXIT.usage;
    }
    const { problem } = await io.write(file, text);
    if (problem !== undefined) {
      await complain(io, { message: `cannot write \`${file}\`: ${problem}` });
      return EXIT.usage;
    }
    written.push(file);
  }
  await io.out.write(`wrote ${written.join(' and ')}\n${told(composed, NEXT)}`, 'report');
  return EXIT.ok;
}

const NEXT = [
  'next:',
  '  chainwalk ci                       what it finds today',
  '  chainwalk ci --base origin/main    only what a branch changes',
  '  chainwalk explain suppression      how to accept a finding',
];

function told(composed: Composed | undefined, next: readonly string[]): string {
  const { parts = [], leftOut = [] } = composed ?? {};
  const found = parts.map(({ what, count, globs }) => `  ${what.padEnd(13)}${String(count).padStart(3)}  ${printable(globs.join(' '))}`);
  const left = leftOut.map(({ path, why }) => `  ${printable(path)}: ${printable(why)}`);
  const lines = [...found, ...(left.length === 0 ? [] : [`left out, ${plural(left.length, 'path')}:`, ...left]), ...next];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
