/** `chainwalk diff BASE HEAD`: which packets change their fate. */
import type { Command, CommandOption } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  CLUSTER,
  COLOR,
  DETAILS,
  FAMILY,
  HOST,
  ISTIO,
  JSON_OUTPUT,
  KUBERNETES,
  MESH_MODE,
  ON_KERNEL,
  OUTPUTS,
  POD_IP,
  PROFILE,
  PROXY_GID,
  PROXY_UID,
  QUIET,
  RULES_TABLE,
  SET_VARIABLE,
  STRICT,
  TIMEOUT,
  VALUES,
  WATCH,
  WHERE,
  WITH,
} from '../argv/options.ts';

/** `--base-mode`, which comes before `--mode` there. */
function ofOneSide({ flags, ...rest }: CommandOption): readonly CommandOption[] {
  return (['base', 'head'] as const).map((side) => ({
    ...rest,
    common: 'side' as const,
    flags: flags.replace('--', `--${side}-`),
    says: `--${flags.split(' ')[0]?.slice(2)} of ${side} alone`,
  }));
}

const BACKEND: CommandOption = { flags: '--backend <name>', says: '', choices: ['iptables', 'nftables'] };

const ANNOTATION: CommandOption = { flags: '--annotation <key=value>', says: '', repeatable: true };

export const diffCommand: Command = {
  name: 'diff',
  summary: 'packets that two rulesets treat differently',
  about:
    'Every change comes with a packet that was walked on both sides. Exit 0 proves that nothing changes for whole connections, nor a rule for later packets alone; exit 1: a change, or undecided.',
  args: [
    {
      name: '[files...]',
      says: 'BASE and HEAD: rules, manifests, settings or values, as a file, `-` or REV:path; with --git: paths',
    },
  ],
  options: [
    { flags: '--git <range>', says: 'what changed in BASE..HEAD, or since BASE' },
    {
      flags: '--apply <commands>',
      says: 'head: with these carried out',
      repeatable: true,
    },
    HOST,
    POD_IP,
    PROXY_UID,
    PROXY_GID,
    WHERE,
    PROFILE,
    MESH_MODE,
    ...CLUSTER,
    ...ofOneSide(HOST),
    ...ofOneSide(MESH_MODE),
    ...ofOneSide(BACKEND).map((option, index) => ({
      ...option,
      says: `rules of that in ${['base', 'head'][index]}, whatever the mesh is told`,
    })),
    ...ofOneSide(VALUES),
    ...ofOneSide(ISTIO),
    ...ofOneSide(KUBERNETES),
    ...ofOneSide(ANNOTATION).map((option, index) => ({
      ...option,
      says: `an additional annotation of all pods of ${['base', 'head'][index]}`,
    })),
    OUTPUTS,
    JSON_OUTPUT,
    FAMILY,
    RULES_TABLE,
    WITH,
    SET_VARIABLE,
    ALLOW_EMPTY,
    TIMEOUT,
    ON_KERNEL,
    WATCH,
    DETAILS,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'is this change safe?', line: 'chainwalk diff main:net/pod.rules net/pod.rules' },
    { says: 'would this command help?', line: "chainwalk diff fw.rules --apply 'iptables -I INPUT -p tcp --dport 22 -j DROP'" },
    { says: 'the same rules with the tunnel up and down', line: 'chainwalk diff --base-host up.txt --head-host down.txt fw.rules' },
    { says: 'a pull request', line: 'chainwalk diff --git main...HEAD --values mesh/values.yaml' },
    { says: 'the same pod, captured by the CNI plugin', line: 'chainwalk diff --base-mode init --head-mode cni deploy.yaml' },
    { says: 'the same pod with rules of nftables', line: 'chainwalk diff --base-backend iptables --head-backend nftables deploy.yaml' },
    { says: 'one version of Istio and the next', line: 'chainwalk diff --base-istio 1.22 --head-istio 1.25 deploy.yaml' },
  ],
  run: async (io, input) => {
    const { runDiff } = await import('../diff/runDiff.ts');
    return runDiff({ io, input });
  },
};
