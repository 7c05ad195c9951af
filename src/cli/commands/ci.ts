/** `chainwalk ci`: the check of a pull request, from one configuration file. */
import type { Command } from '../argv/command.ts';
import { COLOR, DETAILS, JSON_OUTPUT, OUTPUTS, QUIET, STRICT, TIMEOUT, WATCH } from '../argv/options.ts';

export const ciCommand: Command = {
  name: 'ci',
  summary: 'check all that chainwalk.config.* names, compare with a base',
  args: [],
  options: [
    { flags: '--config <file>', says: 'the configuration; without it the nearest chainwalk.config.* from here upwards' },
    {
      flags: '--base <revision>',
      says: 'git revision to compare with: problems that are there already are suppressed, changes are checked',
    },
    { flags: '--config-from-base', says: 'take the configuration, and its baseline, as the base has them' },
    { flags: '--config-data-only', says: 'refuse a configuration that is code: nothing of the repository is run' },
    { flags: '--baseline <file>', says: 'file of suppressed findings' },
    { flags: '--update-baseline', says: 'write that file: suppress all findings of today' },
    OUTPUTS,
    JSON_OUTPUT,
    TIMEOUT,
    WATCH,
    DETAILS,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'everything that this repository promises', line: 'chainwalk ci' },
    { says: 'only what this branch breaks', line: 'chainwalk ci --base origin/main' },
    { says: 'in a workflow of GitHub', line: 'chainwalk ci --base "$BASE_SHA" -o github,sarif=chainwalk.sarif' },
    { says: 'suppress all that is wrong today', line: 'chainwalk ci --baseline chainwalk-baseline.json --update-baseline' },
  ],
  run: async (io, input) => {
    const { runCi } = await import('../ci/runCi.ts');
    return runCi({ io, input });
  },
};
