/** `chainwalk find RULES --where PACKETSET --outcome OUTCOME`: which packets of a set have an outcome.
 *  Exit code 0 when it is proved that there are none, 1 when there are some or it is undecided: a search for what must not be. */
import { LEAVING_BY, OUTCOMES } from '../../connection/journey.ts';
import type { Command } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  CLUSTER,
  COLOR,
  FAMILY,
  JSON_OUTPUT,
  MESH_MODE,
  output,
  PHASE,
  PLACE,
  QUIET,
  RULES_TABLE,
  SET_VARIABLE,
  STRICT,
  TIMEOUT,
  WATCH,
  WHERE,
  WITH,
} from '../argv/options.ts';

export const findCommand: Command = {
  name: 'find',
  summary: 'which packets of a set have an outcome; none is a proof',
  about: 'All of them in words, and one example. Exit 0 proves that there is none; exit 1: there are some, or it is undecided.',
  args: [{ name: '<rules>', says: 'a file with rules, or a Kubernetes manifest, `-` for standard input' }],
  options: [
    WHERE,
    {
      flags: '--outcome <outcome>',
      says: 'where they end; direct:eth0, forwarded:eth0: by that interface',
      choices: OUTCOMES,
      also: LEAVING_BY,
    },
    ...PLACE,
    { flags: '--pod <name>', says: 'which pod of a manifest' },
    PHASE,
    MESH_MODE,
    ...CLUSTER,
    output(['human', 'json']),
    JSON_OUTPUT,
    FAMILY,
    RULES_TABLE,
    WITH,
    SET_VARIABLE,
    ALLOW_EMPTY,
    { flags: '-v, --verbose', says: 'also every packet of each class, exactly' },
    TIMEOUT,
    WATCH,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'what leaves the pod past the proxy?', line: 'chainwalk find pod.rules --where "out tcp uid=1000" --outcome direct' },
    { says: 'prove that the proxy never talks to itself', line: 'chainwalk find pod.rules --where "out uid=1337" --outcome loop' },
    { says: 'a pod that is not there yet', line: 'chainwalk find deploy.yaml --where "out tcp uid=1000" --outcome direct' },
  ],
  run: async (io, input) => {
    const { runFind } = await import('../find/runFind.ts');
    return runFind({ io, input });
  },
};
