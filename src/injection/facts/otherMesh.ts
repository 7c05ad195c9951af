/** Pods whose rules do not follow from manifests: those of other meshes, and those in which another program writes rules as well. */
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { GUEST_KINDS } from '../../kubernetes/manifest/podTemplates.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { type MeshName, PROXY_CONTAINERS } from '../../mesh/names.ts';
import { containerOf, type Facts, injectValue } from './facts.ts';
import type { CaptureVerdict } from './step.ts';

export interface OtherMesh {
  /** `a pod of Linkerd` */
  readonly title: string;
  /** `a pod of Linkerd: its rules do not follow from manifests, and whether they capture it is not known` */
  readonly message: string;
  readonly help: string;
  readonly place: Located<string>;
}

/** The keys by which a pod requests a proxy of their injectors. */
const OTHERS: Readonly<Record<Exclude<MeshName, `istio-${string}`>, { title: string; key: string; asks: RegExp }>> = {
  linkerd: { title: 'Linkerd', key: 'linkerd.io/inject', asks: /^(enabled|ingress)$/ },
  kuma: { title: 'Kuma', key: 'kuma.io/sidecar-injection', asks: /^(enabled|true)$/ },
  consul: { title: 'Consul', key: 'consul.hashicorp.com/connect-inject', asks: /^(true|1|t)$/i },
};
const NAMES = Object.keys(OTHERS) as readonly (keyof typeof OTHERS)[];

/** Of the namespace only where the pod does not say otherwise. */
export function otherMesh(facts: Facts): OtherMesh | undefined {
  const { pod, namespace } = facts;
  for (const name of NAMES) {
    const { title, key, asks } = OTHERS[name];
    const container = PROXY_CONTAINERS[name];
    const own = pod.annotations.get(key) ?? pod.labels.get(key);
    const asked: Located<string> | undefined = own ?? namespace.annotations.get(key) ?? namespace.labels.get(key);
    const proxy = container === undefined ? undefined : containerOf(pod, container);
    const place = proxy?.name ?? (asked !== undefined && asks.test(asked.value) ? asked : undefined);
    if (place === undefined) continue;
    return {
      title: `a pod of ${title}`,
      message: `a pod of ${title}: its rules do not follow from manifests, and whether they capture it is not known`,
      help: `give the rules themselves: \`kubectl chainwalk POD\`, or the output of iptables-save with --profile ${name}`,
      place,
    };
  }
  return GUEST_KINDS.includes(pod.kind) && asksForIstio(facts) ? guest(pod) : undefined;
}

/** source: KubeVirt user guide, interfaces and networks: masquerade and bridge bindings, service mesh */
function guest({ place }: Pod): OtherMesh {
  const title = 'a virtual machine of KubeVirt';
  return {
    title,
    message: `${title}: virt-launcher writes rules of its own into the pod, and whether the mesh captures it is not known`,
    help: 'give the rules themselves: the output of iptables-save in its virt-launcher pod, or `kubectl chainwalk` with the name of that pod',
    place,
  };
}

function asksForIstio({ approach, pod, namespace }: Facts): boolean {
  if (approach === 'ambient') return (pod.labels.get(AMBIENT) ?? namespace.labels.get(AMBIENT))?.value === 'ambient';
  const own = injectValue(pod)?.value;
  return own === undefined
    ? namespace.labels.get('istio-injection')?.value === 'enabled' || namespace.labels.has('istio.io/rev')
    : own === 'true';
}

const AMBIENT = 'istio.io/dataplane-mode';

/** Of a pod of another mesh Istio's own steps decide nothing that is known to come true. */
export type KnownVerdict = CaptureVerdict | 'unknown';

export function knownVerdict({ facts, verdict }: { readonly facts: Facts; readonly verdict: CaptureVerdict }): KnownVerdict {
  return otherMesh(facts) === undefined ? verdict : 'unknown';
}

/** All that its manifest says, without places: as long as this is the same, so are its rules, whatever they are. */
export function saidOf({ pod, namespace }: Facts): string {
  return JSON.stringify([pod, namespace], (key, value: unknown) => {
    if (key === 'source' || key === 'span') return undefined;
    return value instanceof Map ? [...value] : value;
  });
}
