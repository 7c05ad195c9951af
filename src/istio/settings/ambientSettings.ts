/** Settings of ambient mode, in a pod and on its node. source: istio/istio cni/pkg/nodeagent/options.go */
import type { Family } from '../../packet/address.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { goAddress, goFamily } from './goValues.ts';
import { isPlainObject, placeOfKey, type SettingsDocument } from './readSettings.ts';
import { remark } from './settingSource.ts';
import { has, NEWEST, type Version, versionName } from './version.ts';

export interface AmbientSettings {
  readonly dns: boolean;
  readonly ingress: boolean;
  readonly virtualInterfaces: readonly string[];
  readonly probes: Readonly<Record<Family, string>>;
  /** rules of nftables */
  readonly native: boolean;
}

export interface ReadAmbient {
  readonly settings: AmbientSettings;
  readonly diagnostics: readonly Diagnostic[];
}

/** As `render --settings` names them, with their defaults. */
const DEFAULTS = {
  redirectDNS: true,
  hostProbeSNATAddress: '169.254.7.127',
  hostProbeV6SNATAddress: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
  ingressMode: false,
  virtualInterfaces: [] as readonly string[],
  dnsProxy: 'unset' as 'unset' | 'enabled' | 'disabled',
  reconcile: false,
  forceApply: false,
  nativeNftables: false,
};

type Values = typeof DEFAULTS;

const CHECKS: Readonly<Partial<Record<keyof Values, (value: unknown) => boolean>>> = {
  hostProbeSNATAddress: (value) => typeof value === 'string' && goFamily(value) === 4,
  hostProbeV6SNATAddress: (value) => typeof value === 'string' && goFamily(value) === 6,
  virtualInterfaces: (value) => Array.isArray(value) && value.every((nic) => typeof nic === 'string' && nic !== ''),
  dnsProxy: (value) => ['unset', 'enabled', 'disabled'].includes(value as string),
};

export function readAmbient({ source, values }: SettingsDocument, version: Version): ReadAmbient {
  const diagnostics: Diagnostic[] = [];
  const say = (key: string, message: string) => diagnostics.push(remark(placeOfKey(source, key), { message }));
  const given = Object.entries(values).filter(([key]) => !['mode', 'istio', 'host'].includes(key));
  for (const [key, value] of given) {
    if (!Object.hasOwn(DEFAULTS, key)) say(key, `ambient mode has no setting \`${key}\``);
    else if (!isValueOf(key as keyof Values, value)) say(key, `\`${JSON.stringify(value)}\` is not a valid value for \`${key}\``);
  }
  const merged: Values = diagnostics.length > 0 || !isPlainObject(values) ? DEFAULTS : { ...DEFAULTS, ...Object.fromEntries(given) };
  if (!has(version, 'ambient')) say('istio', `ambient rules are known for Istio 1.25 to 1.${NEWEST}, not for ${versionName(version)}`);
  if (merged.nativeNftables && !has(version, 'nativeAmbient')) {
    const message = `Istio ${versionName(version)} does not know \`nativeNftables\` in ambient mode: it writes iptables rules`;
    diagnostics.push(remark(placeOfKey(source, 'nativeNftables'), { kind: 'warning', message }));
  }
  const override = has(version, 'podDns') ? merged.dnsProxy : 'unset';
  if (override !== merged.dnsProxy) {
    const message = `Istio ${versionName(version)} does not know \`dnsProxy\`: DNS capture is the same for all pods`;
    diagnostics.push(remark(placeOfKey(source, 'dnsProxy'), { kind: 'warning', message }));
  }
  return {
    settings: {
      dns: override === 'unset' ? merged.redirectDNS : override === 'enabled',
      ingress: merged.ingressMode,
      virtualInterfaces: merged.virtualInterfaces,
      native: merged.nativeNftables && has(version, 'nativeAmbient'),
      probes: { 4: asGoPrints(merged.hostProbeSNATAddress), 6: asGoPrints(merged.hostProbeV6SNATAddress) },
    },
    diagnostics,
  };
}

function asGoPrints(text: string): string {
  return goAddress(text)?.text ?? text;
}

function isValueOf(key: keyof Values, value: unknown): boolean {
  return CHECKS[key]?.(value) ?? typeof value === typeof DEFAULTS[key];
}
