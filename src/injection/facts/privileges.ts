import type { Approach } from './approach.ts';
/** What each approach needs of pods, nodes and the cluster, and what happens when it comes late.
 *  source: istio/istio injection-template.yaml, charts istio-cni (daemonset.yaml, clusterrole.yaml) and ztunnel, cni/pkg/repair */

export interface Privileges {
  /** Linux capabilities that something in every pod has */
  readonly pod: readonly string[];
  /** DaemonSets of the mesh on every node, and the capabilities that they have there */
  readonly agents: readonly string[];
  readonly node: readonly string[];
  /** who has to be allowed what in the cluster */
  readonly rbac: string;
  /** a pod that starts before the rules can be written, in a few words and in full */
  readonly late: string;
  readonly race: string;
}

const AGENT = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE', 'DAC_OVERRIDE'];
const AGENT_RBAC = 'the agent reads pods, nodes and namespaces; its repair controller labels or deletes pods';

export const PRIVILEGES: Readonly<Record<Approach, Privileges>> = {
  init: {
    pod: ['NET_ADMIN', 'NET_RAW'],
    agents: [],
    node: [],
    rbac: 'the deployer may create pods with a root container and these capabilities: pod security level privileged',
    late: 'cannot be',
    race: 'none: the application starts after istio-init',
  },
  cni: {
    pod: [],
    agents: ['CNI agent'],
    node: AGENT,
    rbac: AGENT_RBAC,
    late: 'no rules until repaired',
    race: 'a pod on a node without the plugin has no rules; istio-validation ends with 126 (connecting to 127.0.0.6:15002: connection refused) until the pod is repaired',
  },
  multus: {
    pod: [],
    agents: ['CNI agent', 'Multus'],
    node: AGENT,
    rbac: `${AGENT_RBAC}; Multus reads the NetworkAttachmentDefinition istio-cni`,
    late: 'no rules until repaired',
    race: 'as with the plugin alone; without the NetworkAttachmentDefinition the pod does not start, and without the annotation no rules are written',
  },
  ambient: {
    pod: [],
    agents: ['CNI agent', 'ztunnel'],
    node: AGENT,
    rbac: `${AGENT_RBAC}; it writes an annotation on pods`,
    late: 'no rules until the agent is there',
    race: 'a pod on a node without the agent is not captured until the agent starts and finds it; rules without ztunnel refuse everything',
  },
};
