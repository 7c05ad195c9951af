/** The DaemonSet of the CNI plugin among the files: what its own environment says, which counts before the ConfigMap that it names.
 *  source: istio/istio charts cni (daemonset.yaml, configmap-cni.yaml) */
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Entry } from '../../kubernetes/yaml/node.ts';
import { agentValues, SWITCH_OF_AGENT } from '../carriers/flatKeys.ts';
import type { ConfigurationPart } from '../carriers/parts.ts';

/** In the form of values; those with a literal value alone. */
export function agentParts(pods: readonly Pod[]): readonly ConfigurationPart[] {
  return pods.flatMap(({ containers, labels, place: { source, span } }): readonly ConfigurationPart[] => {
    const agent = containers.find(({ name }) => name.value === 'install-cni');
    if (agent === undefined || labels.get('k8s-app')?.value !== 'istio-cni-node') return [];
    const entries = [...agent.env].flatMap(([key, { value, span: at }]): readonly Entry[] =>
      value === undefined ? [] : [{ key, keySpan: at, value: { kind: 'scalar', value, span: at } }],
    );
    const data: Entry = { key: 'data', keySpan: span, value: { kind: 'map', span, entries } };
    const root = agentValues({ kind: 'map', span, entries: [data] });
    // without the switch the ConfigMap says it, which need not be among the files
    return [{ source, root, ...(entries.some(({ key }) => key === SWITCH_OF_AGENT) && { of: 'plugin' as const }) }];
  });
}
