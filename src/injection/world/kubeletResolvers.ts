/** The kubelet's configuration as kubeadm keeps it: `data.kubelet` of the ConfigMap kubelet-config. */
import { type ClusterResolver, readClusterResolver } from '../../kubernetes/manifest/clusterResolver.ts';
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import { at, type Document, type ReadNested, stringAt } from '../../kubernetes/yaml/node.ts';

export function kubeletResolvers(objects: readonly Document[], readNested: ReadNested): readonly ClusterResolver[] {
  return objects.flatMap(({ source, root }): readonly ClusterResolver[] => {
    const node = at(root, 'data', 'kubelet');
    if (node === undefined || !/^kubelet-config/.test(stringAt(root, 'metadata', 'name') ?? '')) return [];
    const report = () => {};
    const nested = readNestedText({ source, node, readNested, report });
    const found = nested && readClusterResolver({ source, report }, nested.root);
    return found === undefined ? [] : [found];
  });
}
