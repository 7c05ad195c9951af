/** Annotations and labels that Istio knows, as data: group, kinds of objects on which they are read, names.
 *  source: istio.io/api annotation/annotations.yaml and label/labels.yaml; istio/istio charts, injection-template.yaml, release notes */

export type KeySide = 'annotation' | 'label';

export interface KnownKey {
  readonly name: string;
  readonly side: KeySide;
  /** `Pod` means templates of pods as well, `Any` for every kind */
  readonly on: readonly string[];
  /** first minor version of Istio 1 that reads it, if not the oldest */
  readonly since?: number;
  /** last one */
  readonly until?: number;
  /** Istio writes it itself: it is not a setting */
  readonly written?: true;
}

type Row = readonly [group: string, on: string, names: string];

const ANNOTATIONS: readonly Row[] = [
  ['prometheus.istio.io', 'Pod', 'merge-metrics'],
  ['alpha.istio.io', 'Service', 'kubernetes-serviceaccounts canonical-serviceaccounts'],
  ['networking.istio.io', 'Service', 'exportTo'],
  ['networking.istio.io', 'Gateway', 'service-type address-type'],
  ['networking.istio.io', 'Namespace Service ServiceEntry', 'traffic-distribution'],
  ['networking.istio.io', 'Secret', 'cluster'],
  [
    'sidecar.istio.io',
    'Pod',
    `inject status rewriteAppHTTPProbers discoveryAddress proxyImage proxyImageType proxyCPU proxyCPULimit proxyMemory proxyMemoryLimit
     interceptionMode bootstrapOverride statsInclusionPrefixes statsInclusionSuffixes statsInclusionRegexps statsHistogramBuckets
     statsFlushInterval statsEvictionInterval statsHistogramBins statsCompression extraStatTags userVolume userVolumeMount logLevel
     componentLogLevel agentLogLevel nativeSidecar capNetBindService enableCoreDump`,
  ],
  ['status.sidecar.istio.io', 'Pod', 'port'],
  ['readiness.status.sidecar.istio.io', 'Pod', 'initialDelaySeconds periodSeconds failureThreshold applicationPorts'],
  ['traffic.istio.io', 'Service', 'nodeSelector'],
  [
    'traffic.sidecar.istio.io',
    'Pod',
    `includeOutboundIPRanges excludeOutboundIPRanges includeInboundPorts excludeInboundPorts includeOutboundPorts excludeOutboundPorts
     excludeInterfaces kubevirtInterfaces`,
  ],
  ['proxy.istio.io', 'Pod', 'config overrides'],
  ['inject.istio.io', 'Pod', 'templates'],
  ['istio.io', 'Pod', 'rev reroute-virtual-interfaces'],
  ['istio.io', 'AuthorizationPolicy', 'dry-run'],
  ['istio.io', 'WorkloadEntry', 'autoRegistrationGroup workloadController connectedAt disconnectedAt'],
  ['istio.io', 'Service ServiceEntry Namespace', 'use-waypoint-canary-weight'],
  ['ambient.istio.io', 'Pod', 'redirection bypass-inbound-capture dns-capture'],
  ['ambient.istio.io', 'GatewayClass Gateway', 'waypoint-inbound-binding'],
  ['galley.istio.io', 'Any', 'analyze-suppress'],
  ['istio.io', 'Any', 'for-service-account'],
  ['topology.istio.io', 'Namespace', 'controlPlaneClusters'],
  ['gateway.istio.io', 'Any', 'controller-version'],
  ['gateway.istio.io', 'Gateway', 'service-account name-override alias-for'],
  ['experimental.istio.io', 'Service Pod', 'disable-gateway-port-translation'],
];

const LABELS: readonly Row[] = [
  ['security.istio.io', 'Pod WorkloadEntry', 'tlsMode'],
  ['service.istio.io', 'Pod WorkloadEntry ServiceEntry', 'canonical-name canonical-revision workload-name'],
  ['networking.istio.io', 'Service', 'gatewayPort'],
  ['networking.istio.io', 'ServiceEntry', 'enable-autoallocate-ip'],
  ['networking.istio.io', 'Pod WorkloadEntry', 'tunnel'],
  ['istio.io', 'Any', 'rev tag gateway-name'],
  ['istio.io', 'Pod Namespace', 'dataplane-mode'],
  ['istio.io', 'Pod WorkloadEntry Service ServiceEntry Namespace', 'use-waypoint use-waypoint-namespace'],
  ['istio.io', 'Service ServiceEntry Namespace', 'use-waypoint-canary use-waypoint-canary-namespace ingress-use-waypoint'],
  ['istio.io', 'GatewayClass Gateway', 'waypoint-for'],
  ['istio.io', 'Service ServiceEntry Namespace', 'global'],
  ['istio.io', 'Service Pod', 'persistent-session persistent-session-header'],
  ['istio.io', 'Pod', 'draining'],
  ['operator.istio.io', 'Any', 'component managed version'],
  ['topology.istio.io', 'Node', 'subzone'],
  ['topology.istio.io', 'Namespace Pod Service Gateway WorkloadEntry Secret', 'network'],
  ['topology.istio.io', 'Pod WorkloadEntry', 'cluster locality'],
  ['sidecar.istio.io', 'Pod', 'inject'],
  ['gateway.istio.io', 'Any', 'managed'],
  ['gateway.istio.io', 'ConfigMap', 'defaults-for-class'],
  ['cni.istio.io', 'Pod', 'uninitialized'],
];

/** Where the minor version matters. */
const VERSIONS: Readonly<Record<string, Pick<KnownKey, 'since' | 'until'>>> = {
  'sidecar.istio.io/enableCoreDump': { until: 23 },
  'istio.io/gateway-name': { until: 23 },
  'sidecar.istio.io/nativeSidecar': { since: 24 },
  'ambient.istio.io/bypass-inbound-capture': { since: 24 },
  'networking.istio.io/traffic-distribution': { since: 24 },
  'istio.io/reroute-virtual-interfaces': { since: 25 },
  'ambient.istio.io/dns-capture': { since: 26 },
};

const WRITTEN = ['sidecar.istio.io/status', 'istio.io/rev', 'ambient.istio.io/redirection', 'proxy.istio.io/overrides'];

export const KNOWN_KEYS: readonly KnownKey[] = [...rowsOf('annotation', ANNOTATIONS), ...rowsOf('label', LABELS), ...bare()];

function rowsOf(side: KeySide, rows: readonly Row[]): readonly KnownKey[] {
  return rows.flatMap(([group, on, names]) =>
    names.split(/\s+/).map((short): KnownKey => {
      const name = `${group}/${short}`;
      const written = side === 'annotation' && WRITTEN.includes(name);
      return { name, side, on: on.split(' '), ...VERSIONS[name], ...(written && { written }) };
    }),
  );
}

/** Older than the groups. */
function bare(): readonly KnownKey[] {
  return [{ name: 'istio-injection', side: 'label', on: ['Namespace'] }];
}

/** Groups whose names are not settings: what installers note on objects. */
export const OPEN_GROUPS: readonly string[] = ['install.istio.io', 'install.operator.istio.io', 'internal.istio.io'];

/** Kinds whose metadata goes no further than the object: what pods are to have does nothing there. Controllers of other kinds may hand
 *  it on. */
export const CLOSED_KINDS: ReadonlySet<string> = new Set(
  `Pod Namespace Service ServiceAccount ConfigMap Secret Ingress PersistentVolumeClaim PodDisruptionBudget HorizontalPodAutoscaler
   NetworkPolicy Node Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Job CronJob PodTemplate Rollout CloneSet
   VirtualService DestinationRule ServiceEntry Sidecar AuthorizationPolicy PeerAuthentication RequestAuthentication Telemetry EnvoyFilter
   WasmPlugin ProxyConfig WorkloadEntry DeploymentConfig Workflow WorkflowTemplate ClusterWorkflowTemplate CronWorkflow VirtualMachine
   VirtualMachineInstanceReplicaSet`.split(/\s+/),
);
