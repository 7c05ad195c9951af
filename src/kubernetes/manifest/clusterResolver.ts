/** Name servers of a cluster, as objects of it say them: what the kubelet writes into resolv.conf.
 *  source: kubernetes pkg/kubelet/network/dns; KubeletConfiguration clusterDNS */
import { parseAddress } from '../../packet/address.ts';
import { at, itemsOf, type Located, type Node, stringAt } from '../yaml/node.ts';
import type { FieldReading } from './shape.ts';

export interface ClusterResolver {
  /** of its Service, or of the kubelet's configuration, which counts more */
  readonly by: 'service' | 'kubelet';
  readonly addresses: readonly [Located<string>, ...Located<string>[]];
}

/** Undefined for an object that is neither. */
export function readClusterResolver(reading: FieldReading, object: Node): ClusterResolver | undefined {
  const kind = stringAt(object, 'kind');
  if (kind === 'KubeletConfiguration') return resolverOf(reading, 'kubelet', itemsOf(at(object, 'clusterDNS')));
  if (kind !== 'Service' || !isResolver(object)) return undefined;
  const own = at(object, 'spec', 'clusterIP');
  return resolverOf(reading, 'service', own === undefined ? itemsOf(at(object, 'spec', 'clusterIPs')).slice(0, 1) : [own]);
}

/** kubeadm, most distributions, RKE2, OpenShift; where the node has a cache, only the cache asks the cluster's. */
function isResolver(object: Node): boolean {
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const namespace = stringAt(object, 'metadata', 'namespace') ?? 'default';
  if (namespace === 'openshift-dns') return name === 'dns-default';
  if (namespace !== 'kube-system' || name === 'kube-dns-upstream') return false;
  return /^(?:kube-dns|coredns|rke2-coredns.*)$/.test(name) || stringAt(object, 'metadata', 'labels', 'k8s-app') === 'kube-dns';
}

function resolverOf({ source }: FieldReading, by: ClusterResolver['by'], nodes: readonly Node[]): ClusterResolver | undefined {
  const [first, ...rest] = nodes.flatMap((node): readonly Located<string>[] =>
    node.kind === 'scalar' && typeof node.value === 'string' && parseAddress(node.value) !== undefined
      ? [{ value: node.value, source, span: node.span }]
      : [],
  );
  return first === undefined ? undefined : { by, addresses: [first, ...rest] };
}
