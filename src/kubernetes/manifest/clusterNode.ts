/** Nodes of a cluster: which version of Kubernetes their kubelets are. source: Kubernetes API reference, NodeSystemInfo */
import { at, type Located, type Node, stringAt } from '../yaml/node.ts';
import type { FieldReading } from './shape.ts';

export interface ClusterNode {
  readonly name: string;
  /** minor version of Kubernetes 1 */
  readonly kubelet: Located<number>;
}

/** Undefined where its status does not say. */
export function readClusterNode({ source }: FieldReading, object: Node): ClusterNode | undefined {
  const said = at(object, 'status', 'nodeInfo', 'kubeletVersion');
  const minor = said?.kind === 'scalar' ? parseKubernetes(String(said.value)) : undefined;
  if (said === undefined || minor === undefined) return undefined;
  return { name: stringAt(object, 'metadata', 'name') ?? '', kubelet: { value: minor, source, span: said.span } };
}

/** The minor version of `1.33`, `v1.33.2`, `v1.31.4+k3s1`, `v1.30.5-gke.1443001`; undefined when it is not a version of Kubernetes 1. */
export function parseKubernetes(text: string): number | undefined {
  const [, minor] = /^v?1\.(\d{1,2})(?:\.\d+)?(?:[-+.][\w.+-]*)?$/.exec(text.trim()) ?? [];
  return minor === undefined ? undefined : Number(minor);
}
