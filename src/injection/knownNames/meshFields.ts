/** KnownFields of MeshConfig and of ProxyConfig, with the kinds of their values.
 *  source: istio/api mesh/v1alpha1/config.proto, proxy.proto; istiod reads them with jsonpb, which takes no other kind */
import { fields } from './fields.ts';

export const MESH_FIELDS = fields({
  text: `accessLogEncoding accessLogFile accessLogFormat connectTimeout dnsRefreshRate h2UpgradePolicy hboneIdleTimeout
    inboundClusterStatName ingressClass ingressControllerMode ingressSelector ingressService outboundClusterStatName
    protocolDetectionTimeout rootNamespace trustDomain`,
  truth: `disableEnvoyListenerLog enableAutoMtls enableEnvoyAccessLogService enablePrometheusMerge enableTracing
    verifyCertificateAtClient`,
  whole: 'proxyHttpPort proxyInboundListenPort proxyListenPort',
  list: `caCertificates certificates configSources defaultDestinationRuleExportTo defaultServiceExportTo defaultVirtualServiceExportTo
    discoverySelectors extensionProviders serviceScopeConfigs serviceSettings trustDomainAliases`,
  map: `ca defaultHttpRetryPolicy defaultProviders defaultTrafficPolicy inboundTrafficPolicy localityLbSetting meshMTLS
    outboundTrafficPolicy pathNormalization serviceEntryVisibility tcpKeepalive tlsDefaults zoneAwareLbSetting`,
  // its own fields are a list of their own
  inner: { defaultConfig: fields({}) },
});
