/** `chainwalk report`: what is wrong as a page of its own, to be opened in a browser. */
import type { Command } from '../argv/command.ts';
import { ON_KERNEL, OUTPUTS } from '../argv/options.ts';
import { VERIFY_OPTIONS } from '../argv/verifyOptions.ts';
import { ciCommand } from './ci.ts';

const OF_FILES = [OUTPUTS, ...VERIFY_OPTIONS.filter(({ flags, common }) => common !== undefined && flags !== ON_KERNEL.flags)];
const OF_CONFIGURATION = ciCommand.options.filter(({ flags }) =>
  /--(?:config|base|config-from-base|config-data-only|baseline)\b/.test(flags),
);

export const reportCommand: Command = {
  name: 'report',
  summary: 'the findings as one HTML file: rules, packets, proved fixes',
  about:
    'Without files what `ci` checks, with files what `verify` does, with their exit codes. The file needs no network: cause, packet and fix first, then the rules with the way on them.',
  args: [{ name: '[files...]', says: 'rules, manifests, directories of them' }],
  options: [...OF_CONFIGURATION, ...OF_FILES],
  examples: [
    { says: 'what this branch breaks, for the artifacts of a pipeline', line: 'chainwalk report --base origin/main -o html=report.html' },
    { says: 'a dump; the file is chainwalk-report.html', line: 'chainwalk report pod.rules' },
    { says: 'beside other reports', line: 'chainwalk ci -o github,html=report.html,markdown=comment.md' },
  ],
  run: async (io, input) => {
    const { runReport } = await import('../report/runReport.ts');
    return runReport({ io, input });
  },
};
