/** Versions of Istio as the first minor version that does a thing; what is not listed is the same in all of them.
 *  source: goldens and sources of istio/istio at its release tags */

/** The rules are known for these minor versions of Istio 1. */
export const OLDEST = 18;
export const NEWEST = 31;

export const CHANGES = {
  /** ENABLE_NATIVE_SIDECARS of istiod */
  nativeVariable: 19,
  /** raw: an answer of a resolver is known by its source, not by its destination */
  answerZoneBySource: 20,
  /** the CNI plugin reads ISTIO_DUAL_STACK of istio-proxy */
  pluginDualStack: 20,
  /** ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR */
  loopbackSetting: 21,
  /** captured UDP questions pass ISTIO_OUTPUT, no longer OUTPUT alone */
  dnsInOutputChain: 23,
  /** a list of captured ranges no longer ends ISTIO_OUTPUT with a RETURN of its own */
  listFallsThrough: 23,
  /** sidecar.istio.io/nativeSidecar */
  nativeAnnotation: 24,
  /** on OpenShift, a user of istio-proxy that is the application's is not taken for the proxy's (istio/istio#52613) */
  ownProxyUser: 24,
  /** OUTPUT jumps for every protocol; excluded outbound ports hold for UDP as well */
  everyProtocol: 25,
  /** ISTIO_OUTPUT_DNS, and ISTIO_INBOUND in raw */
  dnsChain: 25,
  /** ISTIO_DROP */
  dropChain: 25,
  /** resolvers are needed and there are none: no DNS capture at all */
  dnsNeedsServers: 25,
  /** istio.io/reroute-virtual-interfaces, in place of traffic.sidecar.istio.io/kubevirtInterfaces */
  rerouteAnnotation: 25,
  /** istiod gives addresses to ServiceEntries that have none; before, proxies did on demand */
  allocatedByDefault: 25,
  /** ambient as it is written here: REDIRECT, zones for DNS, virtual interfaces */
  ambient: 25,
  /** ambient.istio.io/dns-capture */
  podDns: 26,
  /** ambient, on the node: the jump comes before everybody else's */
  hostJumpFirst: 27,
  /** rules of nftables for sidecars, when global.nativeNftables is set */
  nativeNftables: 27,
  /** native sidecars by default, on nodes that know them */
  nativeByDefault: 27,
  /** every rule of nftables has a counter */
  nftCounters: 28,
  /** rules of nftables in ambient mode */
  nativeAmbient: 28,
  /** a range that cannot be read is an error; before, it was skipped */
  strictRanges: 28,
  /** ambient, ingress mode: the connection mark is still set */
  ingressConnmark: 29,
  /** ambient, nftables: rules of IPv6 only where IPv6 is on */
  nftAmbientFamilies: 29,
  /** nftables in TPROXY mode without inbound ports: rules are not inserted behind the end of a chain */
  nftEmptyTproxy: 29,
} as const;

export type VersionedChange = keyof typeof CHANGES;

export interface Version {
  /** of Istio 1 */
  readonly minor: number;
}

export const LATEST: Version = { minor: NEWEST };

export function has({ minor }: Version, change: VersionedChange): boolean {
  return minor >= CHANGES[change];
}

export function versionName({ minor }: Version): string {
  return `1.${minor}`;
}

/** `1.25`, `1.25.3`, `v1.25.0-rc.1`; undefined outside the known range. */
export function parseVersion(text: string): Version | undefined {
  const minor = Number(/^v?1\.(\d{1,3})(?:\.\d+)?(?:[-+][\w.-]+)?$/.exec(text)?.[1] ?? Number.NaN);
  return minor >= OLDEST && minor <= NEWEST ? { minor } : undefined;
}
