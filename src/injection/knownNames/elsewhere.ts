/** Where a name works that stands where it is not read. */
import { PROXY_CONFIG_FIELDS } from '../../istio/names/proxyConfig.ts';
import { closest } from '../../lib/nearest.ts';
import { CHART_VALUES } from './chartFields.ts';
import { type KnownFields, namesOf } from './fields.ts';

/** Names under which people look for a thing that has another name here, or that values do not have at all. */
const CALLED: Readonly<Record<string, string>> = {
  excludeOutboundIPRanges: 'global.proxy.excludeIPRanges',
  excludedIPRanges: 'global.proxy.excludeIPRanges',
  includeOutboundIPRanges: 'global.proxy.includeIPRanges',
  includedIPRanges: 'global.proxy.includeIPRanges',
  excludedInboundPorts: 'global.proxy.excludeInboundPorts',
  excludedOutboundPorts: 'global.proxy.excludeOutboundPorts',
  ISTIO_META_DNS_CAPTURE: 'meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE',
  dnsCapture: 'cni.ambient.dnsCapture',
};

/** What only a pod says. */
const OF_PODS: Readonly<Record<string, string>> = {
  excludeInterfaces: 'traffic.sidecar.istio.io/excludeInterfaces',
  kubevirtInterfaces: 'istio.io/reroute-virtual-interfaces',
  rerouteVirtualInterfaces: 'istio.io/reroute-virtual-interfaces',
};

/** The paths of a name, in the order in which they are looked at; what every chart has is left out. */
const EVERYWHERE =
  /^(?:affinity|chained|cpu|enabled|env|hub|image|level|logging|memory|provider|resources|tag|tolerations|variant|volumes)$/;
const PATHS: ReadonlyMap<string, readonly string[]> = pathsOf();

function pathsOf(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, path: string) => found.set(name, [...(found.get(name) ?? []), path]);
  const walk = (fields: KnownFields, prefix: string): void => {
    for (const name of namesOf(fields)) if (!EVERYWHERE.test(name)) add(name, `${prefix}${name}`);
    for (const [name, inner] of fields.inner) walk(inner, `${prefix}${name}.`);
  };
  for (const first of ['global', 'meshConfig', 'sidecarInjectorWebhook', 'pilot', 'cni']) {
    const inner = CHART_VALUES.inner.get(first);
    if (inner !== undefined) walk(inner, `${first}.`);
  }
  for (const name of Object.keys(PROXY_CONFIG_FIELDS)) if (!EVERYWHERE.test(name)) add(name, `meshConfig.defaultConfig.${name}`);
  for (const name of ['global', 'meshConfig', 'sidecarInjectorWebhook', 'pilot']) add(name, name);
  return found;
}

export interface UnknownName {
  readonly name: string;
  /** where it stands, with its own name */
  readonly path: string;
  /** what may stand there */
  readonly known: readonly string[];
}

/** What to do about a name that is not read; undefined: no known name is like it. */
export function meantBy({ name, path, known }: UnknownName): string | undefined {
  const alike = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (alike !== undefined) return `write \`${alike}\``;
  const called = Object.hasOwn(CALLED, name) ? CALLED[name] : undefined;
  if (called !== undefined) return besides(called, path);
  if (Object.hasOwn(OF_PODS, name)) return `values have no such thing: a pod's annotation says it, \`${OF_PODS[name]}\``;
  const exact = PATHS.get(name)?.find((one) => one !== path);
  if (exact !== undefined) return `it works as \`${exact}\``;
  const near = closest(name, known);
  if (near !== undefined && near.distance <= Math.max(2, name.length / 4)) return `did you mean \`${near.word}\`?`;
  const far = name.length < SHORTEST ? undefined : closest(name, [...PATHS.keys()]);
  if (far === undefined || far.distance > 2) return undefined;
  return `did you mean \`${PATHS.get(far.word)?.[0] ?? far.word}\`?`;
}

const SHORTEST = 6;

function besides(called: string, path: string): string {
  const parent = (one: string) => one.slice(0, Math.max(one.lastIndexOf('.'), 0));
  return parent(called) === parent(path) ? `write \`${called.slice(called.lastIndexOf('.') + 1)}\`` : `it works as \`${called}\``;
}
