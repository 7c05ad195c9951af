/** What in the files decides about the rules and processes of a pod, each with the pod as if it had not been written. */

import { isKnownVariable, type SourceLocation } from '../../istio/settings/settingSource.ts';
import type { Container } from '../../kubernetes/manifest/container.ts';
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import type { Located } from '../../kubernetes/yaml/node.ts';
import { NETWORKS, PROXY_CONFIG, TEMPLATES, TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import type { Facts } from '../facts/facts.ts';
import { settingsOf } from './podRules.ts';
import type { PodSetting } from './podSetting.ts';
import {
  leavesOf,
  withContainer,
  withoutAnnotation,
  withoutMeshValue,
  withoutNamespaceAnnotation,
  withoutNested,
  withoutResourceVariable,
  withVariable,
} from './without.ts';
import { writtenArguments } from './writtenArguments.ts';

export interface WrittenSetting {
  /** `traffic.sidecar.istio.io/includeInboundPorts`, `securityContext.runAsUser`, `global.proxy.excludeIPRanges`, `-d` */
  readonly setting: string;
  readonly value: string;
  /** what it belongs to: `annotation`, `container web`, `mesh configuration`, `argument of istio-init` */
  readonly from: string;
  readonly place: SourceLocation;
  /** it is not written; the place is that of what lacks it, and `without` is with it */
  readonly missing?: true;
  readonly without: (facts: Facts) => Facts;
}

/** The pod's own first, then its namespace's, then the mesh's. `settings`: those that follow for the pod. */
export function writtenSettings(facts: Facts, settings: readonly PodSetting[]): readonly WrittenSetting[] {
  return [
    ...annotations(facts),
    ...proxyConfig(facts),
    ...proxyConfigResources(facts),
    ...writtenArguments(facts),
    ...securityContexts(facts),
    ...variables(facts),
    ...namespaceAnnotations(facts),
    ...missingDualStack(facts),
    ...meshValues(facts, [...settings, ...behindAnnotations(facts)]),
  ];
}

const ABOUT_CAPTURE: readonly string[] = [
  ...Object.values(TRAFFIC_ANNOTATIONS).map(({ name }) => name),
  'ambient.istio.io/dns-capture',
  'ambient.istio.io/bypass-inbound-capture',
  'sidecar.istio.io/capNetBindService',
  'sidecar.istio.io/nativeSidecar',
  TEMPLATES,
  NETWORKS,
];

function annotations({ pod }: Facts): readonly WrittenSetting[] {
  return [...pod.annotations].flatMap(([setting, located]): WrittenSetting[] =>
    ABOUT_CAPTURE.includes(setting)
      ? [written({ setting, from: 'annotation', located, without: (facts) => withoutAnnotation(facts, setting) })]
      : [],
  );
}

/** Each entry by itself: `interceptionMode`, `proxyMetadata.ISTIO_META_DNS_CAPTURE`. */
function proxyConfig({ pod, readNested }: Facts): readonly WrittenSetting[] {
  const annotation = pod.annotations.get(PROXY_CONFIG);
  if (annotation === undefined) return [];
  const { source, span, value: text } = annotation;
  const nested = readNestedText({ source, node: { kind: 'scalar', value: text, span }, readNested, report: () => {} });
  return (nested === undefined ? [] : leavesOf(nested.root)).flatMap(({ path, value: leaf }): WrittenSetting[] => {
    if (leaf.kind !== 'scalar') return [];
    const located = { value: String(leaf.value), source, span: leaf.span };
    // names of variables have no dots
    const without = (facts: Facts) => withoutNested(facts, text, path.split('.'));
    return [written({ setting: path, from: `annotation ${PROXY_CONFIG}`, located, without })];
  });
}

/** Resources of kind ProxyConfig. */
function proxyConfigResources({ proxyConfigs }: Facts): readonly WrittenSetting[] {
  return proxyConfigs.flatMap((resource, index) =>
    [...resource.environment].map(([name, located]) =>
      written({
        setting: `environmentVariables.${name}`,
        from: 'ProxyConfig',
        located,
        without: (facts) => withoutResourceVariable(facts, index, name),
      }),
    ),
  );
}

function securityContexts({ pod }: Facts): readonly WrittenSetting[] {
  const ids = ['runAsUser', 'runAsGroup'] as const;
  return [
    ...pod.containers.flatMap((container) =>
      ids.flatMap((id): WrittenSetting[] => {
        const located = container[id];
        if (located === undefined) return [];
        const name = container.name.value;
        const without = (facts: Facts) => withContainer(facts, name, (one) => withoutField(one, id));
        return [written({ setting: `securityContext.${id}`, from: `container ${name}`, located, without })];
      }),
    ),
    ...ids.flatMap((id): WrittenSetting[] => {
      const located = pod[id];
      if (located === undefined) return [];
      const without = (facts: Facts): Facts => ({ ...facts, pod: withoutField(facts.pod, id) });
      return [written({ setting: `securityContext.${id}`, from: 'pod', located, without })];
    }),
  ];
}

function withoutField<T extends object>(record: T, field: string): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== field)) as T;
}

const ALSO_READ_BY_PLUGIN = ['ISTIO_META_DNS_CAPTURE', 'INVALID_DROP', 'ISTIO_DUAL_STACK', 'DISABLE_ENVOY'];

function variables({ pod }: Facts): readonly WrittenSetting[] {
  const own = pod.containers.filter(({ name }) => name.value === 'istio-proxy' || name.value === 'istio-init');
  return own.flatMap(({ name: { value: container }, env }) =>
    [...env].flatMap(([variable, { value, ...place }]): WrittenSetting[] => {
      if (value === undefined || !(isKnownVariable(variable) || ALSO_READ_BY_PLUGIN.includes(variable))) return [];
      const without = (facts: Facts) => withContainer(facts, container, (one) => withoutVariable(one, variable));
      return [written({ setting: variable, from: `environment of ${container}`, located: { ...place, value }, without })];
    }),
  );
}

function withoutVariable(container: Container, variable: string): Container {
  return { ...container, env: new Map([...container.env].filter(([name]) => name !== variable)) };
}

function namespaceAnnotations({ namespace }: Facts): readonly WrittenSetting[] {
  return [...namespace.annotations].flatMap(([setting, located]): WrittenSetting[] => {
    if (!setting.startsWith('openshift.io/sa.scc.')) return [];
    const from = `annotation of namespace ${namespace.name}`;
    return [written({ setting, from, located, without: (facts) => withoutNamespaceAnnotation(facts, setting) })];
  });
}

/** A pod of both families whose IPv4 address comes first has no rules for IPv6, unless this is set. */
function missingDualStack(facts: Facts): readonly WrittenSetting[] {
  const { pod, approach } = facts;
  const [first = '', ...others] = pod.addresses.map((address) => (address.includes(':') ? '6' : '4'));
  if (approach === 'ambient' || first !== '4' || !others.includes('6')) return [];
  const { source, span } = pod.place;
  const setting = 'ISTIO_DUAL_STACK';
  const without = (before: Facts) => withVariable(before, setting, 'true');
  return [{ setting, value: '', from: 'variable', place: { source, span }, missing: true, without }];
}

/** Settings that would follow if the pod said nothing. */
function behindAnnotations(facts: Facts): readonly PodSetting[] {
  if (facts.approach === 'ambient') return [];
  return settingsOf(ABOUT_CAPTURE.reduce(withoutAnnotation, facts)).settings;
}

/** Values from which no setting of istio-iptables is made, and which count all the same. */
const OTHER_VALUES =
  /^(?:spec\.values\.)?(?:(?:cni\.)?ambient\.\w+|global\.nativeNftables|global\.proxy\.capNetBindService|sidecarInjectorWebhook\.injectedAnnotations\..+)$/;

/** Those that settings of the pod follow from: a chart has hundreds of values. */
function meshValues({ mesh }: Facts, settings: readonly PodSetting[]): readonly WrittenSetting[] {
  const places = new Set(settings.filter(({ byDefault }) => !byDefault).map(({ place }) => keyOf(place)));
  const parts = [
    ...mesh.meshConfig.map((part) => ({ ...part, prefix: ['meshConfig'] })),
    ...mesh.values.map((part) => ({ ...part, prefix: [] })),
  ];
  const found = new Map<string, WrittenSetting>();
  for (const { source, root, prefix } of parts)
    for (const { path, value } of leavesOf(root, prefix)) {
      const place: SourceLocation = { source, span: value.span };
      const key = keyOf(place);
      if (found.has(key) || value.kind !== 'scalar' || !(places.has(key) || OTHER_VALUES.test(path))) continue;
      const located = { ...place, value: String(value.value) };
      found.set(key, written({ setting: path, from: 'mesh configuration', located, without: (facts) => withoutMeshValue(facts, place) }));
    }
  return [...found.values()];
}

function keyOf({ source, span }: SourceLocation): string {
  return `${span.start} ${source.file}`;
}

interface Written extends Pick<WrittenSetting, 'setting' | 'from' | 'without'> {
  readonly located: Located<string | number>;
}

function written({ located: { value, source, span }, ...rest }: Written): WrittenSetting {
  return { ...rest, value: String(value), place: { source, span } };
}
