/** Fields of ProxyConfig, with what may stand in each. source: istio.io/api mesh/v1alpha1/proxy.proto; pkg/util/protomarshal ApplyYAML */

/** As Istio reads JSON into protobuf: numbers may be quoted, booleans and texts may not be each other. */
export type FieldType = 'text' | 'number' | 'boolean' | 'duration' | 'list' | 'map' | 'texts' | readonly string[];

const TEXT = `configPath binaryPath serviceCluster discoveryAddress zipkinAddress statsdUdpAddress envoyMetricsServiceAddress
  availabilityZone customConfigFile proxyBootstrapTemplatePath meshId`;
const NUMBER = 'proxyAdminPort statNameLength concurrency statusPort fileFlushMinSizeKb';
const DURATION = 'drainDuration parentShutdownDuration discoveryRefreshDelay terminationDrainDuration fileFlushInterval';
const MESSAGE = `tracing sds envoyAccessLogService envoyMetricsService gatewayTopology readinessProbe proxyStatsMatcher image
  privateKeyProvider proxyHeaders connectionSettings`;

export const PROXY_CONFIG_FIELDS: Readonly<Record<string, FieldType>> = {
  ...typed(TEXT, 'text'),
  ...typed(NUMBER, 'number'),
  ...typed(DURATION, 'duration'),
  ...typed(MESSAGE, 'map'),
  ...typed('extraStatTags caCertificatesPem', 'list'),
  ...typed('proxyMetadata runtimeValues', 'texts'),
  ...typed('holdApplicationUntilProxyStarts statsCompression', 'boolean'),
  interceptionMode: ['REDIRECT', 'TPROXY', 'NONE'],
  controlPlaneAuthPolicy: ['NONE', 'MUTUAL_TLS'],
  tracingServiceName: ['APP_LABEL_AND_NAMESPACE', 'CANONICAL_NAME_ONLY', 'CANONICAL_NAME_AND_NAMESPACE'],
};

/** Of the resource of that kind, under `spec`. */
export const RESOURCE_FIELDS: readonly string[] = ['selector', 'concurrency', 'environmentVariables', 'image'];

function typed(names: string, type: FieldType): Readonly<Record<string, FieldType>> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, type]));
}

/** Protobuf reads `proxy_metadata` as well. */
export function fieldName(key: string): string {
  return /^[a-z]+(?:_[a-z]+)+$/.test(key) ? key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key;
}
