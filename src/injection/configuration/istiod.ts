/** istiod's own Deployment among the files: its environment is what the chart's `pilot.env` became.
 *  source: istio/istio charts istiod (deployment.yaml) */
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Entry, Node } from '../../kubernetes/yaml/node.ts';
import type { ConfigurationPart } from '../carriers/parts.ts';

/** In the form of values; those with a literal value alone. */
export function istiodParts(pods: readonly Pod[]): readonly ConfigurationPart[] {
  return pods.flatMap(({ containers, labels, place }): readonly ConfigurationPart[] => {
    const discovery = containers.find(({ name }) => name.value === 'discovery');
    if (discovery === undefined || labels.get('app')?.value !== 'istiod') return [];
    const entries = [...discovery.env].flatMap(([key, { value, span }]): readonly Entry[] =>
      value === undefined ? [] : [{ key, keySpan: span, value: { kind: 'scalar', value, span } }],
    );
    const { source, span } = place;
    const map = (key: string, value: Node): Node => ({ kind: 'map', span, entries: [{ key, keySpan: span, value }] });
    const root = map('pilot', map('env', { kind: 'map', span, entries }));
    return [{ source, root, revision: labels.get('istio.io/rev')?.value ?? 'default' }];
  });
}
