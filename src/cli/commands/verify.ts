/** `chainwalk verify RULES...`: proves what a mesh promises, for every packet. */
import type { Command } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  CLUSTER,
  COLOR,
  DETAILS,
  JSON_OUTPUT,
  MESH_MODE,
  ON_KERNEL,
  OUTPUTS,
  PHASE,
  PLACE,
  QUIET,
  RULES_TABLE,
  SET_VARIABLE,
  STRICT,
  TIMEOUT,
  WATCH,
  WHERE,
} from '../argv/options.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'prove what a mesh claims for all packets, or show a violation',
  about: 'A failed claim comes with a packet that was walked, the rules that decide, and what to do. `chainwalk explain` lists the claims.',
  args: [{ name: '<rules...>', says: 'files with rules, Kubernetes manifests, directories of them, `-` for standard input' }],
  options: [
    { flags: '--only <claims>', says: 'only these claims, separated by commas' },
    { flags: '--except <claims>', says: 'all but these claims' },
    WHERE,
    { flags: '--family <list>', says: '4, 6 or 4,6: check these families, with rules or without' },
    ...PLACE,
    MESH_MODE,
    PHASE,
    ...CLUSTER,
    OUTPUTS,
    JSON_OUTPUT,
    RULES_TABLE,
    SET_VARIABLE,
    ALLOW_EMPTY,
    TIMEOUT,
    ON_KERNEL,
    WATCH,
    DETAILS,
    { flags: '--fix', says: 'write proved fixes into the files, then verify them' },
    { flags: '--dry-run', says: 'with --fix: a unified diff, nothing is written' },
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'does this pod keep what Istio promises?', line: 'chainwalk verify pod.rules' },
    { says: 'before it is deployed', line: 'chainwalk verify deploy.yaml --mode cni --values values.yaml' },
    { says: 'what would fix it', line: 'chainwalk verify --fix --dry-run pod.rules' },
    { says: 'a running pod', line: 'kubectl chainwalk POD verify' },
    { says: 'both families, in a pipeline', line: 'chainwalk verify --family 4,6 --strict -o json pod.v4 pod.v6' },
    { says: 'in a workflow of GitHub', line: 'chainwalk verify pod.rules -o github,sarif=chainwalk.sarif' },
    {
      says: 'one claim; `chainwalk explain no-redirect-loop` has what it means',
      line: 'chainwalk verify --only no-redirect-loop pod.rules',
    },
  ],
  run: async (io, input) => {
    const { runVerify } = await import('../verify/runVerify.ts');
    return runVerify({ io, input });
  },
};
