/** `chainwalk find RULES --where PACKETSET --outcome OUTCOME`: which packets of a set have an outcome.
 *  Exit code 1 when there are some, 0 when it is proved that there are none: a search for what must not be finds nothing. */
import type { Command } from '../command.ts';
import { COLOR, FAMILY, JSON_OUTPUT, output, PROFILE, QUIET, SET, STRICT } from '../options.ts';

export const find: Command = {
  name: 'find',
  summary: 'which packets of a set have an outcome: all of them in words, and one example; exit 0 is the proof that there is none',
  args: [{ name: '<rules>', says: 'a file with rules, `-` for standard input' }],
  options: [
    { flags: '--where <packets>', says: 'the set, such as "out tcp -> 10.0.0.0/8 uid=!1337"; absent: all packets' },
    {
      flags: '--outcome <outcome>',
      says: 'captured-out, captured-in, dns, direct, to-app, loop, dropped and others; see `chainwalk explain`',
    },
    { flags: '--host <file>', says: 'the host around the rules, as JSON or YAML; without it a pod' },
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
    { says: 'what leaves the pod past the proxy?', line: 'chainwalk find pod.rules --where "out tcp uid=1000" --outcome direct' },
    { says: 'prove that the proxy never talks to itself', line: 'chainwalk find pod.rules --where "out uid=1337" --outcome loop' },
  ],
  run: async (io, input) => {
    const { runFind } = await import('../find/runFind.ts');
    return runFind({ io, input });
  },
};
