/** A text that is equal for pods of one mesh which differ in nothing that capture could follow from: in names, places and other people's
 *  labels and annotations alone. */
import { NETWORKS } from '../configuration/annotations.ts';
import type { Facts } from '../facts/facts.ts';
import { nativeSidecarOf } from '../facts/nativeSidecar.ts';

const READ = /istio\.io|k8s\.v1\.cni\.cncf\.io/;

export function likenessOf(facts: Facts): string {
  const { pod, namespace, approach, version } = facts;
  const ours = <T>(map: ReadonlyMap<string, T>) => [...map].filter(([name]) => READ.test(name));
  const { name: _name, namespace: _namespace, place: _place, labels, annotations, addresses, nodeName: _node, containers, ...rest } = pod;
  // of images and nodes it is what follows from them
  const alike = [containers.map(({ image: _image, ...one }) => one), approach, version, nativeSidecarOf(facts).native];
  const families = addresses.map((address) => address.includes(':'));
  // networks are looked up by namespace
  const home = annotations.has(NETWORKS) ? namespace.name : '';
  return JSON.stringify(
    [rest, alike, ours(labels), ours(annotations), families, home, [...namespace.labels], [...namespace.annotations]],
    withoutPlaces,
  );
}

function withoutPlaces(key: string, value: unknown): unknown {
  if (key === 'source' || key === 'span') return undefined;
  return value instanceof Map ? [...value] : value;
}
