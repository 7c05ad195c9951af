/** `chainwalk expect FILE...`: packets with their expected outcomes. */
import type { Command } from '../argv/command.ts';
import { COLOR, DETAILS, JSON_OUTPUT, OUTPUTS, QUIET, STRICT, TIMEOUT, WATCH } from '../argv/options.ts';

export const expectCommand: Command = {
  name: 'expect',
  summary: 'check packets against expected outcomes',
  args: [{ name: '<files...>', says: 'expectation files, YAML or JSON; paths in them start from their folder' }],
  options: [OUTPUTS, JSON_OUTPUT, TIMEOUT, WATCH, DETAILS, STRICT, QUIET, COLOR],
  examples: [
    { says: 'run them', line: 'chainwalk expect net/*.expect.yaml' },
    { says: 'how to write one', line: 'chainwalk explain expectations' },
    { says: 'for a test report', line: 'chainwalk expect net/pod.expect.yaml -o junit=report.xml' },
  ],
  run: async (io, input) => {
    const { runExpect } = await import('../expect/runExpect.ts');
    return runExpect({ io, input });
  },
};
