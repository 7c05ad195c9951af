/** What the charts of istiod and of the CNI plugin read, in any of the known versions, by where it stands.
 *  source: istio/istio manifests/charts (values.yaml), operator/pkg/apis/values_types.proto */
import { fields, type KnownFields } from './fields.ts';
import { MESH_FIELDS } from './meshFields.ts';

const proxy = fields({
  text: `autoInject clusterDomain componentLogLevel excludeIPRanges excludeInboundPorts excludeOutboundPorts image includeIPRanges
    includeInboundPorts includeOutboundPorts logLevel outlierLogPath tracer`,
  truth: 'enableCoreDump holdApplicationUntilProxyStarts privileged',
  whole: 'readinessFailureThreshold readinessInitialDelaySeconds readinessPeriodSeconds statusPort',
  open: 'capNetBindService lifecycle resources seccompProfile startupProbe',
});

const global = fields({
  text: `caAddress caName hub imagePullPolicy ipFamilyPolicy istioNamespace jwtPolicy meshID network pilotCertProvider platform
    priorityClassName remotePilotAddress resourceScope revision trustBundleName variant`,
  truth: `configCluster configValidation enableReaderRBAC externalIstiod logAsJson mountMtlsCerts nativeNftables oneNamespace
    omitSidecarInjectorConfigMap operatorManageWebhooks useMCP`,
  list: 'certSigners defaultTolerations imagePullSecrets ipFamilies podDNSSearchNamespaces',
  open: `agentgateway arch autoscalingv2API defaultNodeSelector defaultPodDisruptionBudget defaultResources meshNetworks networkPolicy profile
    readerServiceAccount sds sts tag tracer waypoint`,
  inner: {
    proxy,
    proxy_init: fields({ text: 'image', truth: 'forceApplyIptables', open: 'resources' }),
    multiCluster: fields({ text: 'clusterName globalDomainSuffix', truth: 'enabled includeEnvoyFilter' }),
    logging: fields({ text: 'level' }),
    istiod: fields({ truth: 'enableAnalysis' }),
  },
});

const sidecarInjectorWebhook = fields({
  text: 'injectionCABundle injectionPath injectionURL reinvocationPolicy',
  truth: 'enableNamespacesByDefault rewriteAppHTTPProbe useLegacySelectors',
  list: 'alwaysInjectSelector defaultTemplates neverInjectSelector',
  open: 'injectedAnnotations objectSelector templates',
});

const pluginUse = fields({ text: 'provider', truth: 'chained enabled' });

const PILOT_OPEN = `affinity autoscaleBehavior autoscaleEnabled autoscaleMax autoscaleMin configMap configNamespace configSource cpu
  crlConfigMapName deploymentAnnotations deploymentLabels enableProtocolSniffingForInbound enableProtocolSniffingForOutbound env envVarFrom
  extraContainerArgs hub image initContainers ipFamilies ipFamilyPolicy istiodRemote jwksResolverExtraRootCA keepaliveMaxServerConnectionAge
  memory nodeSelector pdb plugins podAnnotations podLabels policy replicaCount resources rollingMaxSurge rollingMaxUnavailable
  seccompProfile serviceAccountAnnotations serviceAnnotations tag taint tolerations topologySpreadConstraints traceSampling
  trustedZtunnelName trustedZtunnelNamespace useMCP variant volumeMounts volumes`;

const pilot = fields({ open: `enabled ${PILOT_OPEN}`, inner: { cni: pluginUse } });

const CNI_OPEN = `affinity chained cniBinDir cniConfDir cniConfFileName cniNetnsDir daemonSetLabels enabled env excludeNamespaces hub image
  istioOwnedCNIConfig istioOwnedCNIConfigFileName logLevel logging podAnnotations podLabels privileged provider psp_cluster_role pullPolicy
  repair resourceQuotas resource_quotas resources rollingMaxUnavailable seLinuxOptions seccompProfile tag terminationGracePeriodSeconds
  tolerations updateStrategy useAppArmorAnnotation variant`;

const ambient = fields({
  open: `configDir dnsCapture enableAmbientDetectionRetry enabled enablementSelectors ipv6 reconcileIptablesOnStartup
    redirectMode shareHostNetworkNamespace`,
});

const cni = fields({ open: CNI_OPEN, inner: { ambient } });

/** At the top of values that every chart, or the operator, reads. */
const TOP = `base compatibilityVersion defaultRevision enabled experimental gatewayClasses gateways istiodRemote ownerName platform profile
  revisionTags sidecarInjectorWebhookAnnotations telemetry ztunnel`;

const EVERYWHERE = { global, meshConfig: MESH_FIELDS, sidecarInjectorWebhook, pilot, istio_cni: pluginUse, istioCni: pluginUse };

/** Values of the chart of istiod, or a file for several charts. The prefixes `pilot` and `cni` may be left out. */
export const CHART_VALUES: KnownFields = fields({
  text: 'revision',
  open: `${TOP} ${PILOT_OPEN} ${CNI_OPEN}`,
  inner: { ...EVERYWHERE, cni, ambient },
});
