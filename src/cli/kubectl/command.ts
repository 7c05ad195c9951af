/** `kubectl chainwalk POD`: the rules of a running pod, then everything as with a file. */
import type { Command, CommandOption } from '../argv/command.ts';
import { BACKENDS } from './backends.ts';
import { ASKABLE } from './words.ts';

/** None has a name that a command in ASKABLE has too. */
export const PLUGIN_OPTIONS: readonly CommandOption[] = [
  { flags: '-n, --namespace <name>', says: 'namespace of the pod' },
  { flags: '--context <name>', says: 'context of the kubeconfig' },
  { flags: '--kubeconfig <file>', says: 'the kubeconfig' },
  { flags: '-c, --container <name>', says: "container to query; without it the proxy's" },
  {
    flags: '--backend <name>',
    says: 'only the rules of this backend, as if the other had none; without it those of both',
    choices: BACKENDS,
  },
  {
    flags: '--debug-image <image>',
    says: 'when the container cannot tell: add an ephemeral container of this image, with iptables and iproute2; it stays until the pod ends',
  },
  { flags: '--debug-profile <name>', says: 'what it may do (default: netadmin)', choices: ['netadmin', 'sysadmin'] },
  {
    flags: '--kubectl-timeout <seconds>',
    says: 'most time for one call of kubectl; without it 60, or 600 to start a container',
    positive: true,
  },
  { flags: '--save <folder>', says: 'keep the rules and the description of the host' },
  { flags: '--dry-run', says: 'print the kubectl commands, run none' },
];

export const PLUGIN: Command = {
  name: 'kubectl chainwalk',
  summary: 'the rules of a running pod: fetched by kubectl, then answered offline',
  about: `Commands: ${ASKABLE.join(', ')}, with their own options; without one: verify. With diff the pod is the base.`,
  args: [
    { name: '<pod>', says: 'name of the pod' },
    { name: '[command...]', says: 'command to run on its rules, as `chainwalk COMMAND --help` has it' },
  ],
  options: PLUGIN_OPTIONS,
  examples: [
    { says: 'does this pod keep what the mesh promises?', line: 'kubectl chainwalk web-0 -n shop' },
    { says: 'where does a packet go?', line: 'kubectl chainwalk web-0 -n shop trace "out tcp -> 203.0.113.9:443"' },
    { says: 'no iptables in the pod', line: 'kubectl chainwalk web-0 --debug-image nicolaka/netshoot verify' },
    { says: 'what would other rules change?', line: 'kubectl chainwalk web-0 diff planned.rules' },
    { says: 'what would be run', line: 'kubectl chainwalk web-0 --dry-run' },
  ],
  run: async (io, input) => {
    const { askPod } = await import('./askPod.ts');
    return askPod({ io, input });
  },
};
