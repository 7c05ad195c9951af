/** Objects of a cluster as JSON, requested by name: from the API server, or from files. */
import type { Complaint } from '../../lib/complaint.ts';

export type ClusterObject = Readonly<Record<string, unknown>>;

export interface ClusterObjects {
  /** or why it cannot be had */
  readonly object: (
    kind: 'service' | 'pod',
    name: string,
    namespace: string | undefined,
  ) => Promise<{ readonly found: ClusterObject } | Complaint>;
  /** of the namespace, with these labels */
  readonly pods: (labels: Readonly<Record<string, string>>, namespace: string | undefined) => Promise<readonly ClusterObject[] | Complaint>;
}

export function partOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => (isClusterObject(here) ? here[key] : undefined), value);
}

export function textOf(value: unknown, ...path: readonly string[]): string | undefined {
  const found = partOf(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The objects in a list; empty: it is none. */
export function listOf(value: unknown, ...path: readonly string[]): readonly ClusterObject[] {
  const found = partOf(value, ...path);
  return Array.isArray(found) ? found.filter(isClusterObject) : [];
}

export function isClusterObject(value: unknown): value is ClusterObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
