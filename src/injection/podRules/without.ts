/** What is known about a pod as if a part of it had not been written. Nothing is changed; everything else is shared. */

import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import type { Container } from '../../kubernetes/manifest/container.ts';
import { entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import { memoize } from '../../lib/memo.ts';
import type { ConfigurationPart } from '../carriers/parts.ts';
import type { MeshConfiguration } from '../configuration/mesh.ts';
import type { Facts } from '../facts/facts.ts';

export function withoutAnnotation(facts: Facts, name: string): Facts {
  const annotations = new Map([...facts.pod.annotations].filter(([key]) => key !== name));
  return { ...facts, pod: { ...facts.pod, annotations } };
}

export function withoutNamespaceAnnotation(facts: Facts, name: string): Facts {
  const annotations = new Map([...facts.namespace.annotations].filter(([key]) => key !== name));
  return { ...facts, namespace: { ...facts.namespace, annotations } };
}

/** An entry of YAML inside an annotation: the text stays, and is read without it. */
export function withoutNested(facts: Facts, text: string, path: readonly string[]): Facts {
  return {
    ...facts,
    readNested: (asked) => {
      const read = facts.readNested(asked);
      return asked !== text || 'problem' in read ? read : { root: withoutPath(read.root, path) };
    },
  };
}

function withoutPath(node: Node, [key, ...rest]: readonly string[]): Node {
  if (node.kind !== 'map' || key === undefined) return node;
  const entries = node.entries.flatMap((entry) => {
    if (entry.key !== key) return [entry];
    return rest.length === 0 ? [] : [{ ...entry, value: withoutPath(entry.value, rest) }];
  });
  return { ...node, entries };
}

/** A variable of one ProxyConfig resource, by its position. */
export function withoutResourceVariable(facts: Facts, position: number, variable: string): Facts {
  const proxyConfigs = facts.proxyConfigs.map((resource, index) =>
    index === position ? { ...resource, environment: new Map([...resource.environment].filter(([name]) => name !== variable)) } : resource,
  );
  return { ...facts, proxyConfigs };
}

export function withContainer(facts: Facts, name: string, change: (container: Container) => Container): Facts {
  const containers = facts.pod.containers.map((one) => (one.name.value === name ? change(one) : one));
  return { ...facts, pod: { ...facts.pod, containers } };
}

/** A variable as proxyMetadata of the mesh gives it to proxies, and as it stands in containers that have been injected. */
export function withVariable(facts: Facts, name: string, value: string): Facts {
  const { source, span } = facts.pod.place;
  const scalar: Node = { kind: 'scalar', value, span };
  const map = (key: string, of: Node): Node => ({ kind: 'map', span, entries: [{ key, keySpan: span, value: of }] });
  const part: ConfigurationPart = { source, root: map('defaultConfig', map('proxyMetadata', map(name, scalar))) };
  const containers = facts.pod.containers.map((one) =>
    ['istio-proxy', 'istio-init'].includes(one.name.value) ? { ...one, env: new Map([...one.env, [name, { value, source, span }]]) } : one,
  );
  return { ...facts, pod: { ...facts.pod, containers }, mesh: { ...facts.mesh, meshConfig: [...facts.mesh.meshConfig, part] } };
}

export function withoutMeshValue(facts: Facts, { source, span }: SourceLocation): Facts {
  return { ...facts, mesh: reducedMesh(facts.mesh, `${span.start} ${source.file}`) };
}

/** The same object for the same value: rules are rendered once for each mesh. */
const reducedMesh = memoize((mesh: MeshConfiguration, key: string): MeshConfiguration => {
  const [start = ''] = key.split(' ', 1);
  const file = key.slice(start.length + 1);
  const reduced = (part: ConfigurationPart): ConfigurationPart =>
    part.source.file === file ? { ...part, root: withoutValueAt(part.root, Number(start)) } : part;
  return { values: mesh.values.map(reduced), meshConfig: mesh.meshConfig.map(reduced) };
});

function withoutValueAt(node: Node, start: number): Node {
  if (node.kind !== 'map') return node;
  const kept = node.entries.filter(({ value }) => value.kind !== 'scalar' || value.span.start !== start);
  return { ...node, entries: kept.map((entry) => ({ ...entry, value: withoutValueAt(entry.value, start) })) };
}

/** Every value of a tree that is neither a list nor a map, with the keys that lead to it. */
export function leavesOf(node: Node, path: readonly string[] = []): readonly { readonly path: string; readonly value: Node }[] {
  if (node.kind === 'scalar') return [{ path: path.join('.'), value: node }];
  return entriesOf(node).flatMap(({ key, value }) => leavesOf(value, [...path, key]));
}
