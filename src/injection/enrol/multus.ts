/** Does Multus call istio-cni for this pod? Where the plugin stands in a NetworkAttachmentDefinition it runs only for pods that name it.
 *  source: Multus, k8s.v1.cni.cncf.io/networks; istio/istio pkg/kube/inject/template.go appendMultusNetwork */

import { at, itemsOf, type Located, type Node, stringAt } from '../../kubernetes/yaml/node.ts';
import { NETWORKS } from '../configuration/annotations.ts';
import { mapAt, valueAt } from '../configuration/mesh.ts';
import { type Facts, isInjected } from '../facts/facts.ts';
import { block, type CaptureStep, on, type Stage, skipStep } from '../facts/step.ts';

/** A network that a pod requests. */
export interface AttachedNetwork {
  readonly namespace: string;
  readonly name: string;
  /** of the interface that it makes, if the pod says so */
  readonly interface?: string;
  /** its addresses, if the pod says so */
  readonly ips?: readonly string[];
  /** gateways of the default route, which then leads through it */
  readonly defaultRoute?: readonly string[];
}

export interface Networks {
  readonly networks: readonly AttachedNetwork[];
  readonly at?: Located<string>;
  /** `injection` put istio-cni there; `mesh` replaced what the pod says */
  readonly by: 'pod' | 'injection' | 'mesh';
  readonly problem?: string;
}

const named: CaptureStep = {
  id: 'network-named',
  asks: `does ${NETWORKS} name istio-cni?`,
  source: 'Multus pkg/k8sclient GetPodNetwork',
  test: (facts) => {
    const { networks, at, by, problem } = networksOf(facts);
    const place = at ?? facts.pod.place;
    if (problem !== undefined) return block([{ message: `annotation ${NETWORKS}: ${problem}`, at: place }]);
    const found = networks.filter(isIstioCni);
    if (found.length === 0) {
      const why = by === 'mesh' ? ': injectedAnnotations of the mesh replaced it' : '';
      return skipStep(`${NETWORKS} does not name istio-cni${why}; Multus does not call the plugin`, place);
    }
    const who = by === 'injection' ? 'injection adds istio-cni' : by === 'mesh' ? 'the mesh names istio-cni' : 'the pod names istio-cni';
    return on(found.length > 1 ? `${who}, and it is named ${found.length} times` : who, place);
  },
};

const exists: CaptureStep = {
  id: 'attachment-exists',
  asks: 'is there such a NetworkAttachmentDefinition?',
  source: 'Multus pkg/k8sclient getKubernetesDelegate',
  test: (facts) => {
    const { networks, at } = networksOf(facts);
    if (facts.attachments.length === 0) return on('the files have none: assumed to be in the cluster');
    // istio-cni comes with Istio, not with the application
    const isThere = facts.attachments.some(({ name }) => name === 'istio-cni');
    const asked = networks.filter((one) => isThere || !isIstioCni(one));
    const lost = asked.find((one) => !facts.attachments.some(({ name, namespace }) => name === one.name && namespace === one.namespace));
    if (lost === undefined) return on('yes');
    const message = `no NetworkAttachmentDefinition \`${lost.namespace}/${lost.name}\` in the files: Multus does not start the pod`;
    return block([{ message, at: at ?? facts.pod.place }]);
  },
};

export const multus: Stage = { name: 'multus', steps: [named, exists] };

export function isIstioCni({ name }: AttachedNetwork): boolean {
  return name === 'istio-cni';
}

/** The networks that the pod requests when it starts. */
export function networksOf(facts: Facts): Networks {
  const { pod, mesh } = facts;
  const own = pod.annotations.get(NETWORKS);
  const read = own === undefined ? { networks: [] } : readNetworks(facts, own);
  const at = own === undefined ? {} : { at: own };
  if (isInjected(pod)) return { ...read, ...at, by: 'pod' };
  const replaced = mapAt(mesh.values, 'sidecarInjectorWebhook.injectedAnnotations').get(NETWORKS);
  if (replaced !== undefined) return { ...readNetworks(facts, replaced), at: replaced, by: 'mesh' };
  const added = addedByInjection(facts);
  if (added === undefined || read.problem !== undefined || read.networks.some((one) => one.name === added.name)) {
    return { ...read, ...at, by: 'pod' };
  }
  return { networks: [...read.networks, added], ...at, by: 'injection' };
}

/** Which one injection appends: `default/istio-cni` since the provider is a value, before that the one of the pod's own namespace. */
function addedByInjection({ pod, mesh }: Facts): AttachedNetwork | undefined {
  const provider = valueAt(mesh, 'pilot.cni.provider', 'istio_cni.provider', 'cni.provider');
  if (provider?.value === 'multus' || mesh.values.length === 0) return { namespace: 'default', name: 'istio-cni' };
  const chained = valueAt(mesh, 'istio_cni.chained', 'cni.chained');
  return chained?.value === 'false' ? { namespace: pod.namespace, name: 'istio-cni' } : undefined;
}

/** Names with commas between them, `[namespace/]name[@interface]`, or a list of objects in JSON. */
function readNetworks({ pod, readNested }: Facts, { value }: Located<string>): Pick<Networks, 'networks' | 'problem'> {
  if (/^\s*\[/.test(value)) {
    const nested = readNested(value);
    if ('problem' in nested || !isJson(value)) return { networks: [], problem: `\`${value}\` is not JSON` };
    return {
      networks: itemsOf(nested.root).flatMap((item) => {
        const name = stringAt(item, 'name');
        const face = stringAt(item, 'interface');
        const ips = textsOf(at(item, 'ips'));
        const defaultRoute = textsOf(at(item, 'default-route'));
        if (name === undefined) return [];
        return [
          {
            name,
            namespace: stringAt(item, 'namespace') ?? pod.namespace,
            ...(face === undefined ? {} : { interface: face }),
            ...(ips.length === 0 ? {} : { ips }),
            ...(defaultRoute.length === 0 ? {} : { defaultRoute }),
          },
        ];
      }),
    };
  }
  const networks: AttachedNetwork[] = [];
  for (const item of value.split(',').map((one) => one.trim())) {
    if (item === '') continue;
    const [, namespace, name, face] = /^(?:([a-z0-9.-]+)\/)?([a-z0-9.-]+)(?:@([^\s@/]+))?$/.exec(item) ?? [];
    if (name === undefined) return { networks, problem: `\`${item}\` is not [NAMESPACE/]NAME[@INTERFACE]` };
    networks.push({ namespace: namespace ?? pod.namespace, name, ...(face === undefined ? {} : { interface: face }) });
  }
  return { networks };
}

function textsOf(node: Node | undefined): readonly string[] {
  return itemsOf(node).flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []));
}

function isJson(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
