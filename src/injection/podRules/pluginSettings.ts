/** What the CNI plugin sets: from the annotations as injection leaves them, and from istio-proxy's environment.
 *  source: istio/istio cni/pkg/plugin/sidecar_redirect.go NewRedirect, sidecar_iptables_linux.go */

import { has } from '../../istio/settings/version.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { type KnownValue, known, valueAt } from '../configuration/mesh.ts';
import { parseBool } from '../configuration/values.ts';
import { proxyEnvironment } from '../enrol/plugin.ts';
import { annotated, type Facts, interceptionModeOf, isInjected } from '../facts/facts.ts';
import { configuredIdentity } from '../facts/identity.ts';
import { nativeSwitch, type PodSettings } from './initSettings.ts';
import { type AnnotationKey, nameOf, type PodSetting, podSettingOf, virtualKey, withStatusPort } from './podSetting.ts';

const PLUGIN_DEFAULT = 'default of the plugin';
/** Ports that the plugin always leaves alone. */
const HEALTH_PORTS = ['15020', '15021', '15090'];

/** Switches that the plugin reads in the environment of istio-proxy. */
const SWITCHES = [
  { variable: 'ISTIO_META_DNS_CAPTURE', flags: ['redirect-dns', 'capture-all-dns'] },
  { variable: 'INVALID_DROP', flags: ['drop-invalid'] },
  { variable: 'ISTIO_DUAL_STACK', flags: ['dual-stack'] },
] as const;

export function pluginSettings(facts: Facts): PodSettings {
  const identity = configuredIdentity(facts);
  const id = (name: string, { value, origin }: KnownValue<number>) =>
    // root is not taken for the proxy's user: it is everybody's
    podSettingOf(facts, {
      name,
      known: value === 0 ? known(undefined, 1337, PLUGIN_DEFAULT) : { value, origin },
      from: 'istio-proxy',
    });
  const flag = (which: AnnotationKey, value: KnownValue<string>): readonly PodSetting[] => {
    const row = TRAFFIC_ANNOTATIONS[which];
    return 'flag' in row ? [podSettingOf(facts, { name: row.flag, known: value, from: nameOf(facts, which) })] : [];
  };
  const virtual = virtualKey(facts);
  return {
    settings: [
      podSettingOf(facts, { name: 'envoy-port', known: known(undefined, '15001', 'fixed'), from: '' }),
      podSettingOf(facts, { name: 'inbound-capture-port', known: known(undefined, '15006', 'fixed'), from: '' }),
      id('proxy-uid', identity.uid),
      id('proxy-gid', identity.gid),
      podSettingOf(facts, {
        name: 'istio-inbound-interception-mode',
        known: modeOf(facts),
        from: 'meshConfig.defaultConfig.interceptionMode',
      }),
      ...flag('includeRanges', seen(facts, 'includeRanges', '*')),
      ...flag('excludeRanges', seen(facts, 'excludeRanges', '')),
      ...flag('includeInbound', isInjected(facts.pod) ? seen(facts, 'includeInbound', '*') : annotated(facts, 'includeInbound', '*')),
      ...flag('excludeInbound', excludedInbound(facts)),
      ...flag('includeOutbound', seen(facts, 'includeOutbound', '')),
      ...flag('excludeOutbound', seen(facts, 'excludeOutbound', '15020')),
      ...flag('excludeInterfaces', seen(facts, 'excludeInterfaces', '')),
      ...flag(virtual, seen(facts, virtual, '')),
      podSettingOf(facts, { name: 'cni-mode', known: known(undefined, 'true', 'fixed'), from: '' }),
      ...environmentSwitches(facts),
      ...nativeSwitch(facts, 'plugin'),
    ],
    diagnostics: [],
  };
}

/** Injection writes the values of the mesh on the pod, but not empty ones: in their place the plugin has its own defaults. */
function seen({ pod, mesh }: Facts, which: AnnotationKey, otherwise: string): KnownValue<string> {
  const row = TRAFFIC_ANNOTATIONS[which];
  const own = pod.annotations.get(row.name);
  const value = isInjected(pod) || !('values' in row) ? undefined : valueAt(mesh, row.values);
  return known(own ?? (value?.value === '' ? undefined : value), otherwise, PLUGIN_DEFAULT);
}

function modeOf(facts: Facts): KnownValue<string> {
  if (!isInjected(facts.pod)) return interceptionModeOf(facts);
  return known(facts.pod.annotations.get(TRAFFIC_ANNOTATIONS.mode.name), 'REDIRECT', PLUGIN_DEFAULT);
}

function excludedInbound(facts: Facts): KnownValue<string> {
  const written = isInjected(facts.pod)
    ? seen(facts, 'excludeInbound', '15020')
    : withStatus(annotated(facts, 'excludeInbound', ''), annotated(facts, 'statusPort', '15020'));
  const text = written.value.trim().replace(/,$/, '');
  const items = text === '' ? [] : text.split(',');
  return { ...written, value: [...new Set([...items, ...HEALTH_PORTS])].join(',') };
}

function withStatus(excluded: KnownValue<string>, status: KnownValue<string>): KnownValue<string> {
  return { ...excluded, value: withStatusPort(status.value, excluded.value) };
}

/** A value that is not a boolean counts as false, with a line in the plugin's log. */
function environmentSwitches(facts: Facts): readonly PodSetting[] {
  const env = proxyEnvironment(facts);
  return SWITCHES.flatMap(({ variable, flags }) => {
    const given = variable === 'ISTIO_DUAL_STACK' && !has(facts.version, 'pluginDualStack') ? undefined : env.get(variable);
    if (given === undefined || parseBool(given.value) !== true) return [];
    const from = `${variable} of istio-proxy`;
    return flags.map((name) => ({ ...podSettingOf(facts, { name, known: known({ ...given, value: 'true' }, '', ''), from }), from }));
  });
}
