/** Objects of manifests, or of what `kubectl get -o yaml` prints, by their names. */
import type { Complaint } from '../../lib/complaint.ts';
import { type Document, openLists, toData } from '../yaml/node.ts';
import { type ClusterObject, type ClusterObjects, isClusterObject, partOf, textOf } from './clusterObject.ts';

export function objectsInFiles(documents: readonly Document[]): ClusterObjects {
  const objects = documents.flatMap(openLists).flatMap(({ root }) => {
    const value = toData(root);
    return isClusterObject(value) && /^(?:Service|Pod)$/.test(String(value.kind)) ? [value] : [];
  });
  return {
    object: async (kind, name, namespace) => {
      const found = objects.filter(
        (one) => String(one.kind).toLowerCase() === kind && textOf(one, 'metadata', 'name') === name && isIn(one, namespace),
      );
      const [only, other] = found;
      return only === undefined || other !== undefined ? missing(found, `${kind} \`${name}\``, namespace) : { found: only };
    },
    pods: async (labels, namespace) =>
      objects.filter(
        (one) =>
          one.kind === 'Pod' &&
          isIn(one, namespace) &&
          Object.entries(labels).every(([key, value]) => partOf(one, 'metadata', 'labels', key) === value),
      ),
  };
}

/** A manifest without a namespace is applied to any. */
function isIn(object: ClusterObject, namespace: string | undefined): boolean {
  const own = textOf(object, 'metadata', 'namespace');
  return own === undefined || namespace === undefined || own === namespace;
}

function missing(found: readonly ClusterObject[], what: string, namespace: string | undefined): Complaint {
  const spaces = found.map((one) => textOf(one, 'metadata', 'namespace') ?? 'none').join(', ');
  if (found.length > 1)
    return { message: `the files have several of ${what}: in the namespaces ${spaces}`, help: 'name the namespace: svc/NAMESPACE/NAME' };
  return {
    message: `no ${what}${namespace === undefined ? '' : ` in namespace ${namespace}`} is among the files`,
    help: '`kubectl get svc,pods -A -o yaml > objects.yaml`, then --services objects.yaml; or write the address',
  };
}
