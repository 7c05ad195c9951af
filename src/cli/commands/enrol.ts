/** `chainwalk enrol POD`: is the pod captured, by whom, and which step decides it? */
import type { Command } from '../argv/command.ts';
import { CLUSTER, COLOR, JSON_OUTPUT, MESH_MODE, output, POD_IP, QUIET, STRICT } from '../argv/options.ts';

export const enrolCommand: Command = {
  name: 'enrol',
  summary: 'is a pod captured, by whom, and which step decides it?',
  about: 'Exit 2 when Istio or Kubernetes would refuse the pod.',
  args: [{ name: '<manifests...>', says: 'Kubernetes YAML or JSON, `-` for standard input' }],
  options: [
    MESH_MODE,
    ...CLUSTER,
    POD_IP,
    { flags: '--expect <answer>', says: 'exit 1 when a pod has another answer', choices: ['captured', 'skipped', 'blocked'] },
    { flags: '-v, --verbose', says: 'also the steps that found nothing, the question of each, hints and assumptions' },
    output(['human', 'json']),
    JSON_OUTPUT,
    STRICT,
    QUIET,
    COLOR,
  ],
  examples: [
    { says: 'will istio-init write rules in this pod?', line: 'chainwalk enrol deploy.yaml' },
    { says: 'the same with the CNI plugin and a mesh of your own', line: 'chainwalk enrol deploy.yaml --mode cni --values values.yaml' },
    { says: 'a chart, as a check in a pipeline', line: 'helm template CHART | chainwalk enrol - --mode cni --expect captured' },
    { says: 'a whole cluster', line: 'kubectl get namespaces,pods -A -o yaml | chainwalk enrol - --mode ambient' },
  ],
  run: async (io, input) => {
    const { runEnrol } = await import('../enrol/runEnrol.ts');
    return runEnrol({ io, input });
  },
};
