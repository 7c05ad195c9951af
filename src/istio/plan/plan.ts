/** What the rules of one family are built from: settings with their lists taken apart, and what follows from them. */
import type { Family } from '../../packet/address.ts';
import { goFamily, parseGoPrefix } from '../settings/goValues.ts';
import type { HostFacts, Settings } from '../settings/settings.ts';
import { splitList } from '../settings/settings.ts';
import { has, type Version } from '../settings/version.ts';

export interface RulePlan {
  readonly family: Family;
  readonly version: Version;
  readonly outboundPort: string;
  readonly inboundPort: string;
  readonly tunnelPort: string;
  readonly uids: readonly string[];
  readonly gids: readonly string[];
  /** TPROXY for inbound connections */
  readonly transparent: boolean;
  readonly mark: string;
  readonly routeTable: string;
  /** absent: no inbound capture, not even a jump */
  readonly inbound?: { readonly ports: '*' | readonly string[]; readonly excluded: readonly string[] };
  readonly excludedInterfaces: readonly string[];
  readonly virtualInterfaces: readonly string[];
  readonly outboundPorts: readonly string[];
  readonly excludedOutboundPorts: readonly string[];
  readonly includedRanges: '*' | readonly string[];
  readonly excludedRanges: readonly string[];
  /** some captured range, of either family, begins at a loopback address */
  readonly loopbackIncluded: boolean;
  /** `only`: the traffic of no other user is captured */
  readonly groups: { readonly only: readonly string[] } | { readonly except: readonly string[] };
  /** absent: DNS is not captured. Without `servers` of this family only the proxy's own questions are set apart. */
  readonly dns?: { readonly servers: 'all' | readonly string[] };
  readonly dropInvalid: boolean;
  /** what counts as localhost */
  readonly loopback: string;
  /** the source of the proxy's connections to the application */
  readonly passthrough: string;
}

export interface PlanInput {
  readonly settings: Settings;
  readonly host: HostFacts;
  readonly version: Version;
}

export function rulePlanOf({ settings, host, version }: PlanInput, family: Family): RulePlan {
  const inbound = settings['istio-inbound-ports'];
  const included = rangesOf(settings['istio-service-cidr']);
  const excluded = rangesOf(settings['istio-service-exclude-cidr']);
  const groups = settings.ISTIO_OUTBOUND_OWNER_GROUPS;
  const dns = dnsOf({ settings, host, version }, family);
  const ofFamily = (ranges: readonly Range[]) => ranges.filter((range) => range.family === family).map(({ text }) => text);
  return {
    family,
    version,
    outboundPort: settings['envoy-port'],
    inboundPort: settings['inbound-capture-port'],
    tunnelPort: settings['inbound-tunnel-port'],
    uids: splitList(settings['proxy-uid']),
    gids: splitList(settings['proxy-gid']),
    transparent: settings['istio-inbound-interception-mode'] === 'TPROXY',
    mark: settings['istio-inbound-tproxy-mark'],
    routeTable: settings['istio-inbound-tproxy-route-table'],
    ...(inbound !== '' && {
      inbound: { ports: inbound === '*' ? inbound : splitList(inbound), excluded: splitList(settings['istio-local-exclude-ports']) },
    }),
    excludedInterfaces: splitList(settings['istio-exclude-interfaces']),
    virtualInterfaces: splitList(settings['kube-virt-interfaces']),
    outboundPorts: splitList(settings['istio-outbound-ports']),
    excludedOutboundPorts: splitList(settings['istio-local-outbound-ports-exclude']),
    includedRanges: included === '*' ? included : ofFamily(included),
    excludedRanges: excluded === '*' ? [] : ofFamily(excluded),
    loopbackIncluded: included !== '*' && included.some(({ loopback }) => loopback),
    groups: groups === '*' ? { except: splitList(settings.ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE) } : { only: splitList(groups) },
    ...(dns !== undefined && { dns }),
    dropInvalid: settings['drop-invalid'],
    loopback: family === 4 ? settings.ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR : '::1/128',
    passthrough: family === 4 ? '127.0.0.6/32' : '::6/128',
  };
}

interface Range {
  readonly family: Family;
  readonly text: string;
  readonly loopback: boolean;
}

/** `*` is everything only as the whole value. */
function rangesOf(text: string): '*' | readonly Range[] {
  return text === '*' ? text : splitList(text).flatMap((range) => parseGoPrefix(range) ?? []);
}

function dnsOf({ settings, host, version }: PlanInput, family: Family): RulePlan['dns'] {
  if (!settings['redirect-dns']) return undefined;
  if (settings['capture-all-dns']) return { servers: 'all' };
  if (host.nameservers.length === 0 && has(version, 'dnsNeedsServers')) return undefined;
  return { servers: host.nameservers.filter((server) => goFamily(server) === family) };
}
