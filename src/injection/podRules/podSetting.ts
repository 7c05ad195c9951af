/** A setting of istio-iptables that follows from a pod and its mesh, with what it follows from. */

import type { RawSetting, SourceLocation } from '../../istio/settings/settingSource.ts';
import { has } from '../../istio/settings/version.ts';
import type { Strings } from '../../kubernetes/manifest/pod.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import type { KnownValue } from '../configuration/mesh.ts';
import type { Facts } from '../facts/facts.ts';

export interface PodSetting extends RawSetting {
  /** `annotation istio.io/reroute-virtual-interfaces`, `chart default` */
  readonly from: string;
  /** it is not in the files; the place is then the pod's */
  readonly byDefault: boolean;
}

export interface SettingOf {
  readonly name: string;
  readonly known: KnownValue<string | number>;
  /** what it is called where it stands */
  readonly from: string;
}

export function podSettingOf(facts: Facts, { name, known: { value, origin }, from }: SettingOf): PodSetting {
  const byDefault = origin.kind === 'default';
  const { source, span } = byDefault ? facts.pod.place : origin;
  const known = byDefault ? origin.says : (annotationAt(facts, origin) ?? from);
  return { by: 'flag', name, value: String(value), place: { source, span }, from: known, byDefault };
}

/** The annotation of pod or namespace that stands there. */
function annotationAt({ pod, namespace }: Facts, { source, span }: SourceLocation): string | undefined {
  const named = (annotations: Strings) => [...annotations].find(([, one]) => one.source === source && one.span.start === span.start)?.[0];
  const own = named(pod.annotations);
  const theirs = named(namespace.annotations);
  if (own !== undefined) return `annotation ${own}`;
  return theirs === undefined ? undefined : `annotation ${theirs} of namespace ${namespace.name}`;
}

export type AnnotationKey = keyof typeof TRAFFIC_ANNOTATIONS;

/** The annotation, or the Helm value that stands in for it. */
export function nameOf({ pod }: Facts, which: AnnotationKey): string {
  const row = TRAFFIC_ANNOTATIONS[which];
  return pod.annotations.has(row.name) || !('values' in row) ? `annotation ${row.name}` : row.values;
}

/** Which annotation names virtual interfaces: the new one, where the version knows it and the pod has it. */
export function virtualKey({ pod, version }: Facts): AnnotationKey {
  const { name } = TRAFFIC_ANNOTATIONS.virtualInterfaces;
  return pod.annotations.has(name) && has(version, 'rerouteAnnotation') ? 'virtualInterfaces' : 'kubevirtInterfaces';
}

/** Variables of a container, as far as they have a literal value. */
export function environmentSettings(env: Iterable<readonly [string, Located<string | undefined>]>, from: string): readonly PodSetting[] {
  return [...env].flatMap(([name, { value, source, span }]) =>
    value === undefined ? [] : [{ by: 'env' as const, name, value, place: { source, span }, from, byDefault: false }],
  );
}

/** Adds the status port to excluded inbound ports, unless it is off or among them. source: template.go excludeInboundPort */
export function withStatusPort(statusPort: string, excluded: string): string {
  const port = statusPort.trim();
  const items = excluded.split(',');
  if (port === '' || port === '0' || items.includes(port)) return excluded;
  return [...items.map((item) => item.trim()).filter((item) => item !== ''), port].join(',');
}
