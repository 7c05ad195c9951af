/** `chainwalk diff BASE HEAD`: which packets change their fate. */
import type { Command } from '../command.ts';
import { COLOR, FAMILY, JSON_OUTPUT, output, PROFILE, QUIET, SET, STRICT } from '../options.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'which packets fare otherwise under other rules: every one, or the proof that there is none',
  args: [
    { name: '<base>', says: 'a file with the rules as they are, `-` for standard input' },
    { name: '<head>', says: 'a file with the rules as they would be' },
  ],
  options: [
    { flags: '--host <file>', says: 'the host around the rules, as JSON or YAML; without it a pod' },
    { flags: '--where <packets>', says: 'only packets of this set, such as "out tcp -> 10.0.0.0/8 uid=!1337"' },
    PROFILE,
    output(['human', 'json']),
    JSON_OUTPUT,
    FAMILY,
    SET,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'is this change safe?', line: 'chainwalk diff before.rules after.rules' },
    { says: 'only what the application sends', line: 'chainwalk diff before.rules after.rules --where "out uid=1000"' },
  ],
  run: async (io, input) => {
    const { runDiff } = await import('../diff/runDiff.ts');
    return runDiff({ io, input });
  },
};
