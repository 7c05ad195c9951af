/** `chainwalk check RULES...`: would the kernel load them? */
import type { Command } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  COLOR,
  FAMILY,
  JSON_OUTPUT,
  output,
  POD_OF_LOG,
  QUIET,
  RULES_TABLE,
  SET_VARIABLE,
  STRICT,
  WATCH,
  WITH,
} from '../argv/options.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'would the kernel load these rules? all problems at once',
  about: 'No packet is traced.',
  args: [{ name: '<rules...>', says: 'files with rules, `-` for standard input' }],
  options: [
    output(['human', 'json']),
    JSON_OUTPUT,
    FAMILY,
    RULES_TABLE,
    WITH,
    SET_VARIABLE,
    POD_OF_LOG,
    ALLOW_EMPTY,
    WATCH,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'every problem with its place, before anything is loaded', line: 'chainwalk check pod.rules node.rules' },
    { says: 'a script with a variable', line: 'chainwalk check --set POD_IP=10.244.0.5 rules.sh' },
  ],
  run: async (io, input) => {
    const { runCheck } = await import('../check/runCheck.ts');
    return runCheck({ io, input });
  },
};
