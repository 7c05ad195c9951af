/** `chainwalk approaches POD`: istio-init, the CNI plugin, the plugin through Multus and ambient, side by side. */
import type { Command } from '../argv/command.ts';
import { CLUSTER, COLOR, JSON_OUTPUT, output, POD_IP, QUIET, TIMEOUT } from '../argv/options.ts';

export const approachesCommand: Command = {
  name: 'approaches',
  summary: 'a pod under istio-init, CNI, Multus and ambient, side by side',
  about: 'What each needs and does, and which packets are treated differently from one to the next.',
  args: [{ name: '<manifests...>', says: 'Kubernetes YAML or JSON, `-` for standard input' }],
  options: [
    ...CLUSTER,
    POD_IP,
    output(['human', 'json']),
    JSON_OUTPUT,
    TIMEOUT,
    { flags: '-v, --verbose', says: 'also every class of packets that changes, and what is assumed' },
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'what changes if we move to the CNI plugin?', line: 'chainwalk approaches deploy.yaml --values values.yaml' },
    { says: 'all pairs, with an example for each change', line: 'chainwalk approaches deploy.yaml --json' },
  ],
  run: async (io, input) => {
    const { runApproaches } = await import('../approaches/runApproaches.ts');
    return runApproaches({ io, input });
  },
};
