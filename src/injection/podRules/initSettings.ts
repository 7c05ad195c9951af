/** What istio-init is called with. source: istio/istio files/injection-template.yaml */

import { readWords } from '../../istio/settings/readArgs.ts';
import { isKnownVariable } from '../../istio/settings/settingSource.ts';
import { has } from '../../istio/settings/version.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { MeshComponent } from '../carriers/parts.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { type KnownValue, known, meshValueAt, valueAt } from '../configuration/mesh.ts';
import { NATIVE_NFTABLES, nativeNftables } from '../facts/backend.ts';
import { annotated, containerOf, type Facts, interceptionModeOf, isInjected, proxyMetadata } from '../facts/facts.ts';
import { configuredIdentity } from '../facts/identity.ts';
import {
  type AnnotationKey,
  environmentSettings,
  nameOf,
  type PodSetting,
  podSettingOf,
  virtualKey,
  withStatusPort,
} from './podSetting.ts';

export interface PodSettings {
  readonly settings: readonly PodSetting[];
  readonly diagnostics: readonly Diagnostic[];
}

/** First minor version whose istio-iptables knows the flag. */
const FORCE_APPLY = 24;

export function initSettings(facts: Facts): PodSettings {
  return isInjected(facts.pod) ? writtenSettings(facts) : { settings: injectedSettings(facts), diagnostics: [] };
}

/** The arguments that stand in the pod. */
function writtenSettings({ pod, version }: Facts): PodSettings {
  const init = containerOf(pod, 'istio-init');
  const words = (init?.args ?? []).map(({ value, source, span }) => ({ text: value, place: { source, span } }));
  const { given, diagnostics } = readWords(words, version);
  const env = [...(init?.env ?? [])].filter(([name]) => isKnownVariable(name));
  return {
    settings: [
      ...given.map((one) => ({ ...one, from: 'arguments of istio-init', byDefault: false })),
      ...environmentSettings(env, 'environment of istio-init'),
    ],
    diagnostics,
  };
}

export function injectedSettings(facts: Facts): readonly PodSetting[] {
  const { pod, mesh } = facts;
  const flag = (which: AnnotationKey, value: KnownValue<string>) => {
    const row = TRAFFIC_ANNOTATIONS[which];
    return 'flag' in row ? [podSettingOf(facts, { name: row.flag, known: value, from: nameOf(facts, which) })] : [];
  };
  const fromMesh = (name: string, path: string, otherwise: string) =>
    podSettingOf(facts, { name, known: known(meshValueAt(mesh, path), otherwise, 'default of MeshConfig'), from: `meshConfig.${path}` });
  const optional = (which: AnnotationKey) => {
    const value = annotated(facts, which, '');
    return pod.annotations.has(TRAFFIC_ANNOTATIONS[which].name) || value.value !== '' ? flag(which, value) : [];
  };
  const excluded = annotated(facts, 'excludeInbound', '');
  const status = annotated(facts, 'statusPort', '15020');
  const ports = withStatusPort(status.value, excluded.value);
  const metadata = [...proxyMetadata(facts)].filter(([name]) => isKnownVariable(name));
  return [
    fromMesh('envoy-port', 'proxyListenPort', '15001'),
    fromMesh('inbound-capture-port', 'proxyInboundListenPort', '15006'),
    podSettingOf(facts, { name: 'proxy-uid', known: configuredIdentity(facts).declared, from: 'user of istio-proxy' }),
    podSettingOf(facts, {
      name: 'istio-inbound-interception-mode',
      known: interceptionModeOf(facts),
      from: 'meshConfig.defaultConfig.interceptionMode',
    }),
    ...flag('includeRanges', annotated(facts, 'includeRanges', '*')),
    ...flag('excludeRanges', annotated(facts, 'excludeRanges', '')),
    ...flag('includeInbound', annotated(facts, 'includeInbound', '*')),
    ...flag('excludeInbound', { ...excluded, value: ports === '' ? '15090,15021' : `15090,15021,${ports}` }),
    ...optional('includeOutbound'),
    ...optional('excludeOutbound'),
    ...optional(virtualKey(facts)),
    ...optional('excludeInterfaces'),
    ...switchOf(facts, { name: 'force-apply', path: 'global.proxy_init.forceApplyIptables', since: FORCE_APPLY }),
    ...nativeSwitch(facts, 'istiod'),
    ...environmentSettings(metadata, 'proxyMetadata'),
  ];
}

/** What istio-init is called with, or what the plugin does by itself. */
export function nativeSwitch(facts: Facts, component: MeshComponent): readonly PodSetting[] {
  const value = nativeNftables(facts.mesh, component);
  if (value?.value !== 'true' || !has(facts.version, 'nativeNftables')) return [];
  return [podSettingOf(facts, { name: 'native-nftables', known: known(value, 'true', ''), from: NATIVE_NFTABLES })];
}

interface SwitchOf {
  readonly name: string;
  readonly path: string;
  readonly since: number;
}

/** A flag without a value, when the Helm value is true. */
function switchOf(facts: Facts, { name, path, since }: SwitchOf): readonly PodSetting[] {
  const value = valueAt(facts.mesh, path);
  if (value?.value !== 'true' || facts.version.minor < since) return [];
  return [podSettingOf(facts, { name, known: known(value, 'true', ''), from: path })];
}
