/** Settings of ambient mode as a world to judge: the rules in a pod, the pod, and what the settings ask for. */
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { renderAmbient } from '../../../src/istio/render/render.ts';
import { type AmbientSettings, readAmbient } from '../../../src/istio/settings/ambientSettings.ts';
import { hasIPv6 } from '../../../src/istio/settings/hostFacts.ts';
import { readHostFacts } from '../../../src/istio/settings/readSettings.ts';
import { has, LATEST, parseVersion, type Version } from '../../../src/istio/settings/version.ts';
import { defaultHost } from '../../../src/mesh/defaultHost.ts';
import { istioAmbient } from '../../../src/mesh/istioAmbient.ts';
import type { MeshProfile } from '../../../src/mesh/profile.ts';
import type { Declaration } from '../../../src/prove/inferred/declaration.ts';
import { hostOf } from '../../support/host.ts';
import { type HostJson, type JudgedWorld, renderedRuleset } from './meshWorld.ts';

export interface AmbientWorld extends JudgedWorld {
  readonly settings: AmbientSettings;
  readonly version: Version;
  /** rules of nftables, as Istio writes them */
  readonly nft?: string;
  /** as `--host` takes it */
  readonly description: HostJson;
}

export function ambientWorld(values: SettingsObject): AmbientWorld {
  const document = { source: { file: 'settings', text: JSON.stringify(values) }, values };
  const version = parseVersion(String(values.istio ?? '')) ?? LATEST;
  const { settings } = readAmbient(document, version);
  const { host: facts } = readHostFacts(document);
  const { rendered } = renderAmbient({ document, version, onHost: false });
  if (rendered === undefined) throw new Error('Istio refuses the settings');
  const profile: MeshProfile = { ...istioAmbient, probeSource: settings.probes };
  const description = descriptionOf(settings, profile);
  const families = [4, ...(hasIPv6(facts, true) === true ? [6 as const] : [])] as const;
  return {
    settings,
    version,
    profile,
    description,
    host: hostOf(description),
    sides: families.flatMap((family) => {
      const ruleset = renderedRuleset(rendered, family);
      return ruleset === undefined ? [] : [{ ruleset, declared: declarationOf(settings) }];
    }),
    ...(rendered.nft !== undefined && { nft: rendered.nft }),
  };
}

function descriptionOf({ virtualInterfaces }: AmbientSettings, profile: MeshProfile): HostJson {
  const host = defaultHost({ profile });
  const named = [...new Set(virtualInterfaces)].filter((nic) => !['lo', 'eth0'].includes(nic));
  const more = named.map((name, at) => ({ name, addresses: [`198.51.${100 + at}.1/24`, `fd00:198:51:${100 + at}::1/64`] }));
  return {
    ...host,
    interfaces: [...(host.interfaces as HostJson['interfaces']), ...more],
    ...(named.length > 0 && { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } }),
  };
}

function declarationOf({ dns, ingress, virtualInterfaces }: AmbientSettings): Declaration {
  return {
    knownBy: 'mark',
    proxyUids: [],
    proxyGids: [],
    ...(istioAmbient.mark !== undefined && { proxyMark: istioAmbient.mark }),
    excludedInboundPorts: [],
    excludedInboundRanges: [],
    excludedFlows: [],
    excludedUsers: [],
    virtualNetworks: [],
    settings: new Set(),
    excludedOutboundRanges: [],
    outboundPorts: [],
    excludedOutboundPorts: [],
    excludedInterfaces: [],
    virtualInterfaces,
    excludedGroups: [],
    dns: dns ? {} : 'off',
    capturesInbound: !ingress,
    tproxy: false,
    notes: [],
  };
}

/** The connection mark that answers need is left out. */
export function lacksConnmark({ settings, version }: AmbientWorld): boolean {
  return settings.ingress && !has(version, 'ingressConnmark');
}
