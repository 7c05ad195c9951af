/** A pod with a proxy for which nobody writes rules, or whose rules are those of another mesh, which do not follow from manifests. */
import { containerOf, type Facts } from '../enrol/facts.ts';
import type { Located } from '../manifest/node.ts';
import type { PodCheck, Remark } from './check.ts';

export const podCaptured: PodCheck = {
  id: 'pod-captured',
  level: 'error',
  judge: ({ enrolment, facts }) => {
    const other = otherMesh(facts);
    if (other !== undefined) return [other];
    const proxy = containerOf(facts.pod, 'istio-proxy');
    const last = enrolment.taken.at(-1);
    if (enrolment.verdict !== 'skipped' || proxy === undefined || last === undefined || MEANT.has(last.step.id)) return [];
    const [command, type] = proxy.args ?? [];
    // gateways have the proxy, and nothing is to be captured for it
    if (command?.value === 'proxy' && type !== undefined && type.value !== 'sidecar' && !type.value.startsWith('-')) return [];
    return [
      {
        message: `NOT CAPTURED: the pod has a container istio-proxy, and nobody writes rules: ${last.answer.because}`,
        help: 'istio-init, the CNI plugin or the ambient agent has to write them; --mode says which one the cluster has',
        place: proxy.name,
      },
    ];
  },
};

/** Steps that say that nothing is to be captured. */
const MEANT: ReadonlySet<string> = new Set(['interception-none', 'proxy-type', 'envoy-disabled', 'own-agent']);

/** Containers of proxies, and the keys by which their injectors are asked for one. */
const OTHERS: readonly { readonly title: string; readonly container: string; readonly key: string; readonly asks: RegExp }[] = [
  { title: 'Linkerd', container: 'linkerd-proxy', key: 'linkerd.io/inject', asks: /^(enabled|ingress)$/ },
  { title: 'Kuma', container: 'kuma-sidecar', key: 'kuma.io/sidecar-injection', asks: /^(enabled|true)$/ },
  { title: 'Consul', container: 'consul-dataplane', key: 'consul.hashicorp.com/connect-inject', asks: /^(true|1|t)$/i },
];

/** Of the namespace only where the pod does not say otherwise. */
function otherMesh({ pod, namespace }: Facts): Remark | undefined {
  for (const { title, container, key, asks } of OTHERS) {
    const own = pod.annotations.get(key) ?? pod.labels.get(key);
    const asked: Located<string> | undefined = own ?? namespace.annotations.get(key) ?? namespace.labels.get(key);
    const place = containerOf(pod, container)?.name ?? (asked !== undefined && asks.test(asked.value) ? asked : undefined);
    if (place === undefined) continue;
    return {
      message: `a pod of ${title}: its rules do not follow from manifests, and whether they capture it is not known`,
      help: `give the rules themselves: \`kubectl chainwalk POD\`, or the output of iptables-save with --profile ${title.toLowerCase()}`,
      place,
    };
  }
  return undefined;
}
