/** Options of `kubectl chainwalk` itself. */
import type { CommandOption } from '../argv/command.ts';
import { BACKENDS } from './backends.ts';

/** None has a name that a command in ASKABLE has too. */
export const PLUGIN_OPTIONS: readonly CommandOption[] = [
  { flags: '-n, --namespace <name>', says: 'namespace of the pod' },
  { flags: '-A, --all-namespaces', says: 'all pods, one line each; equal ones once' },
  { flags: '-l, --selector <labels>', says: 'all pods with these labels' },
  { flags: '--context <name>', says: 'context of the kubeconfig' },
  { flags: '--kubeconfig <file>', says: 'the kubeconfig' },
  { flags: '-c, --container <name>', says: "container to query, not the proxy's" },
  { flags: '--backend <name>', says: 'rules of one backend alone', choices: BACKENDS },
  { flags: '--debug-image <image>', says: 'query in an ephemeral container if need be' },
  { flags: '--debug-profile <name>', says: 'its rights', choices: ['netadmin', 'sysadmin'] },
  { flags: '--kubectl-timeout <seconds>', says: 'most time for one call of kubectl', positive: true },
  { flags: '--save <folder>', says: 'keep the rules and the host as files' },
  { flags: '--dry-run', says: 'print the kubectl commands, run none' },
];
