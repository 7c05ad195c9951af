/** Settings of Istio as a world to judge: the rules that follow from them, the host that they are meant for, and what they ask for.
 *  The declaration is that of the settings: what the rules show of it is not looked at. */

import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import type { Host } from '../../../src/host/host.ts';
import { type RulePlan, rulePlanOf } from '../../../src/istio/plan/plan.ts';
import { type Rendered, renderSidecar } from '../../../src/istio/render/render.ts';
import { parseGoPrefix } from '../../../src/istio/settings/goValues.ts';
import { hasIPv6 } from '../../../src/istio/settings/hostFacts.ts';
import { readHostFacts, readSettings } from '../../../src/istio/settings/readSettings.ts';
import { resolveSettings } from '../../../src/istio/settings/resolveSettings.ts';
import type { HostFacts, Settings } from '../../../src/istio/settings/settings.ts';
import { LATEST, parseVersion } from '../../../src/istio/settings/version.ts';
import type { Interval, IntervalSet } from '../../../src/lib/intervals.ts';
import { normalize, point } from '../../../src/lib/intervals.ts';
import { defaultHost } from '../../../src/mesh/defaultHost.ts';
import { istioSidecar } from '../../../src/mesh/istioSidecar.ts';
import type { MeshProfile } from '../../../src/mesh/profile.ts';
import { type Address, type Family, parseAddress, prefixRange } from '../../../src/packet/address.ts';
import type { Declaration } from '../../../src/prove/inferred/declaration.ts';
import { emptyRuleset } from '../../../src/ruleset/emptyRuleset.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import type { Ruleset } from '../../../src/ruleset/ruleset.ts';
import { transparentPorts } from '../../../src/ruleset/transparentPorts.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { hostOf } from '../../support/host.ts';
import { rulesetOf } from '../../support/rulesets.ts';

export interface JudgedWorld {
  readonly profile: MeshProfile;
  readonly host: Host;
  /** of each family that the pod has */
  readonly sides: readonly Pick<Side, 'ruleset' | 'declared'>[];
}

export interface MeshWorld extends JudgedWorld {
  readonly settings: Settings;
  /** rules of nftables, as Istio writes them */
  readonly nft?: string;
  readonly facts: HostFacts;
  /** as `--host` takes it */
  readonly description: HostJson;
  readonly sides: readonly Side[];
}

export interface Side {
  readonly plan: RulePlan;
  /** no rules: without tables */
  readonly ruleset: Ruleset;
  readonly declared: Declaration;
}

export interface HostJson {
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly [key: string]: unknown;
}

/** Groups by number: what /etc/group says nobody knows here. Undefined: Istio refuses the settings. */
export function meshWorld(object: SettingsObject): MeshWorld | undefined {
  const values = JSON.parse(JSON.stringify(object).replaceAll('root', '0').replaceAll('daemon', '1')) as SettingsObject;
  const source = { file: 'settings', text: JSON.stringify(values) };
  const version = parseVersion(String(values.istio ?? '')) ?? LATEST;
  const { given } = readSettings({ source, values }, version);
  const { host: facts } = readHostFacts({ source, values });
  const { settings } = resolveSettings({ given, version, host: facts });
  const { rendered } = renderSidecar({ given, host: facts, version, source });
  if (rendered === undefined) return undefined;
  const plans = familiesOf(facts).map((family) => rulePlanOf({ settings, host: facts, version }, family));
  const [plan] = plans;
  if (plan === undefined) return undefined;
  const rulesets = plans.flatMap(({ family }) => renderedRuleset(rendered, family) ?? []);
  // nothing loads
  if (rulesets.length === 0) return undefined;
  const profile = profileOf(plan);
  const description = descriptionOf(plan, { profile, rulesets, routing: rendered.routing });
  const sides = plans.flatMap((one, at): Side[] => {
    const ruleset = rulesets[at];
    return ruleset === undefined ? [] : [{ plan: one, ruleset, declared: declarationOf(one) }];
  });
  const { nft } = rendered;
  return { settings, facts, profile, host: hostOf(description), description, sides, ...(nft !== undefined && { nft }) };
}

/** Of addresses that the pod is said to have; of what is said of IPv6 where there are none. */
function familiesOf(facts: HostFacts): readonly Family[] {
  return [4, ...(hasIPv6(facts, true) === true ? [6 as const] : [])];
}

/** Rules of nftables are of both families, whether IPv6 is on or not. A ruleset without tables where there are no rules; undefined where they
 *  do not load. */
export function renderedRuleset({ v4, v6, nft }: Rendered, family: Family): Ruleset | undefined {
  if (nft !== undefined) {
    const { rulesets, diagnostics } = readRules({ file: 'rendered', text: nft }, { family });
    return diagnostics.some(isError) ? undefined : rulesets.find((one) => one.family === family);
  }
  const text = family === 4 ? v4 : v6;
  if (text !== '') return rulesetOf(text, { family });
  return emptyRuleset(family, { file: 'settings', text });
}

/** The proxy listens where the settings lead, and runs as they say: in TPROXY mode as root with their group. */
function profileOf({ outboundPort, inboundPort, tunnelPort, uids, gids, transparent }: RulePlan): MeshProfile {
  const ports = new Map([
    [15001, Number(outboundPort)],
    [15006, Number(inboundPort)],
    [15008, Number(tunnelPort)],
  ]);
  const process = { name: 'proxy', uid: Number(uids[0] ?? 1337), gid: Number(gids[0] ?? 1337) };
  const { whenTransparent: _, ...rest } = istioSidecar;
  return {
    ...rest,
    process: transparent ? { ...process, uid: 0 } : process,
    listeners: istioSidecar.listeners.map((one) => ({ ...one, port: ports.get(one.port) ?? one.port })),
  };
}

interface Around {
  readonly profile: MeshProfile;
  readonly rulesets: readonly Ruleset[];
  readonly routing: readonly string[];
}

function descriptionOf(plan: RulePlan, { profile, rulesets, routing }: Around): HostJson {
  const named = [...new Set([...plan.excludedInterfaces, ...plan.virtualInterfaces])].filter((nic) => !['lo', 'eth0'].includes(nic));
  const more = named.map((name, at) => ({ name, addresses: [`198.51.${100 + at}.1/24`, `fd00:198:51:${100 + at}::1/64`] }));
  const host = defaultHost({ profile, transparentPorts: transparentPorts(rulesets) });
  const routes = routing.flatMap((line) => {
    const [, route = '', table = ''] = /^ip (?:-6 )?route add (.+) table (\S+)$/.exec(line) ?? [];
    return table === '' ? [] : [{ table, route }];
  });
  return {
    ...host,
    interfaces: [...(host.interfaces as HostJson['interfaces']), ...more],
    processes: { proxy: { uid: profile.process.uid, gid: profile.process.gid }, app: { uid: stranger(plan), gid: stranger(plan) } },
    ip_rules: routing.flatMap((line) => /^ip (?<rule>(?:-6 )?)rule add (?<what>.+)$/.exec(line)?.slice(1).join('') ?? []),
    route_tables: Object.fromEntries(
      routes.map(({ table }) => [table, routes.filter((one) => one.table === table).map(({ route }) => route)]),
    ),
    ...(plan.virtualInterfaces.length > 0 && { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } }),
  };
}

/** Nobody whom the settings name: an application that runs as the proxy is another matter. */
function stranger({ uids, gids, groups }: RulePlan): number {
  const named = [...uids, ...gids, ...('except' in groups ? groups.except : groups.only)].map(Number);
  return [1000, 1001, 1002].find((id) => !named.includes(id)) ?? 1003;
}

function declarationOf(plan: RulePlan): Declaration {
  const { inbound, groups, dns, uids, gids, transparent } = plan;
  const proxyUids = uids.map(Number);
  return {
    // injection runs it as root then
    knownBy: transparent ? 'gid' : 'uid',
    proxyUids,
    proxyGids: gids.map(Number),
    ...(inbound?.ports === '*' ? {} : { inboundPorts: ports(inbound?.ports ?? []) }),
    excludedInboundPorts: ports(inbound?.excluded ?? []),
    excludedInboundRanges: [],
    excludedFlows: [],
    excludedUsers: [],
    virtualNetworks: [],
    settings: new Set(),
    ...(plan.includedRanges === '*' ? {} : { outboundRanges: ranges(plan.includedRanges) }),
    excludedOutboundRanges: ranges(plan.excludedRanges),
    outboundPorts: ports(plan.outboundPorts),
    excludedOutboundPorts: ports(plan.excludedOutboundPorts),
    excludedInterfaces: plan.excludedInterfaces,
    virtualInterfaces: plan.virtualInterfaces,
    excludedGroups: 'except' in groups ? groups.except.map(Number) : [],
    ...('only' in groups ? { includedGroups: groups.only.map(Number) } : {}),
    dns: dns === undefined ? 'off' : dns.servers === 'all' ? {} : { servers: addresses(dns.servers) },
    capturesInbound: true,
    tproxy: transparent,
    notes: [],
  };
}

function ports(items: readonly string[]): IntervalSet<number> {
  return normalize(items.map((item) => point(Number(item))));
}

function addresses(items: readonly string[]): IntervalSet<Address> {
  return normalize<Address>(
    items.flatMap((item): Interval<Address>[] => {
      const address = parseAddress(item);
      return address === undefined ? [] : [point<Address>(address)];
    }),
  );
}

function ranges(items: readonly string[]): IntervalSet<Address> {
  return normalize<Address>(
    items.flatMap((item): Interval<Address>[] => {
      const prefix = parseGoPrefix(item);
      return prefix === undefined ? [] : [prefixRange({ address: prefix.address, length: prefix.bits })];
    }),
  );
}
