/** `chainwalk verify RULES...`: proves what a mesh promises, for every packet. */
import type { Command } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  COLOR,
  HOST,
  ISTIO,
  JSON_OUTPUT,
  MESH_MODE,
  OUTPUTS,
  PHASE,
  POD_IP,
  PROFILE,
  PROXY_GID,
  PROXY_UID,
  QUIET,
  SET_VARIABLE,
  STRICT,
  TIMEOUT,
  VALUES,
  WATCH,
  WHERE,
} from '../argv/options.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'prove what a mesh claims for all packets, or show a violation',
  about: 'A failed claim comes with a packet that was walked, the rules that decide, and what to do. `chainwalk explain` lists the claims.',
  args: [{ name: '<rules...>', says: 'files with rules, or Kubernetes manifests, `-` for standard input; each its own result' }],
  options: [
    { flags: '--only <claims>', says: 'only these claims, separated by commas' },
    { flags: '--except <claims>', says: 'all but these claims' },
    WHERE,
    { flags: '--family <list>', says: '4, 6 or 4,6: judge these families, with rules or without' },
    HOST,
    POD_IP,
    PROXY_UID,
    PROXY_GID,
    PROFILE,
    MESH_MODE,
    PHASE,
    VALUES,
    ISTIO,
    OUTPUTS,
    JSON_OUTPUT,
    SET_VARIABLE,
    ALLOW_EMPTY,
    TIMEOUT,
    WATCH,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'does this pod keep what Istio promises?', line: 'chainwalk verify pod.rules' },
    { says: 'before it is deployed', line: 'chainwalk verify deploy.yaml --mode cni --values values.yaml' },
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
