/** `chainwalk diff BASE HEAD`: which packets change their fate. */
import type { Command } from '../command.ts';
import { COLOR, FAMILY, HOST, JSON_OUTPUT, output, PROFILE, QUIET, SET, STRICT, WATCH, WHERE } from '../options.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'which packets fare otherwise under other rules; none is a proof',
  args: [
    { name: '<base>', says: 'a file with the rules as they are, `-` for standard input' },
    { name: '<head>', says: 'a file with the rules as they would be' },
  ],
  options: [HOST, WHERE, PROFILE, output(['human', 'json']), JSON_OUTPUT, FAMILY, SET, WATCH, STRICT, QUIET, COLOR],
  examples: [
    { says: 'is this change safe?', line: 'chainwalk diff before.rules after.rules' },
    { says: 'only what the application sends', line: 'chainwalk diff before.rules after.rules --where "out uid=1000"' },
  ],
  run: async (io, input) => {
    const { runDiff } = await import('../diff/runDiff.ts');
    return runDiff({ io, input });
  },
};
