/** Objects that stand in others as they are, to be made from them here or in another cluster. */
import { at, itemsOf, type Node, stringAt } from '../yaml/node.ts';
import { objectsOfTemplate } from './openshiftTemplate.ts';

/** Undefined: this one carries none. source: OpenShift Template, Open Cluster Management ManifestWork, Crossplane provider-kubernetes Object */
export function carriedObjects(kind: string, object: Node): readonly Node[] | undefined {
  const group = stringAt(object, 'apiVersion') ?? '';
  if (kind === 'Template' && at(object, 'objects')?.kind === 'list') return objectsOfTemplate(object);
  if (kind === 'ManifestWork') return itemsOf(at(object, 'spec', 'workload', 'manifests'));
  if (kind !== 'Object' || !/crossplane/.test(group)) return undefined;
  const manifest = at(object, 'spec', 'forProvider', 'manifest');
  return manifest === undefined ? [] : [manifest];
}
