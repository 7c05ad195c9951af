/** Istio's sidecar. source: istio/istio pilot/pkg/networking/core/listener_address.go, tools/istio-iptables/pkg/constants */
import type { KnownMesh } from './profile.ts';

export const istioSidecar: KnownMesh = {
  name: 'istio-sidecar',
  title: 'Istio sidecar',
  process: { name: 'proxy', uid: 1337, gid: 1337 },
  listeners: [
    { port: 15001, protos: ['tcp'], role: 'outbound', title: "Envoy's outbound listener", emits: { source: 'own', mark: 0 } },
    {
      port: 15006,
      protos: ['tcp'],
      role: 'inbound',
      title: "Envoy's inbound listener",
      emits: { source: { 4: '127.0.0.6', 6: '::6' }, mark: 0 },
      // the original_src filter: the client's address, and a mark that keeps the rules away
      transparent: { source: 'client', mark: 1337 },
    },
    { port: 15053, protos: ['tcp', 'udp'], role: 'dns', title: 'the DNS proxy of istio-agent', emits: { source: 'own', mark: 0 } },
    { port: 15008, protos: ['tcp'], role: 'tunnel', title: 'the HBONE tunnel of ambient mode' },
    { port: 15020, protos: ['tcp'], role: 'health', title: 'merged telemetry and health of istio-agent' },
    { port: 15021, protos: ['tcp'], role: 'health', title: "Envoy's health port (readiness probe of istio-proxy)" },
    { port: 15090, protos: ['tcp'], role: 'health', title: "Envoy's Prometheus port" },
    { port: 15000, protos: ['tcp'], role: 'admin', title: "Envoy's admin port", loopback: true },
    { port: 15004, protos: ['tcp'], role: 'admin', title: 'the debug port of istio-agent', loopback: true },
  ],
  blackholesOwnPort: true,
  selfCalls: true,
  chains: /^(?:ISTIO_(INBOUND|OUTPUT|IN_REDIRECT|REDIRECT|TPROXY)|istio-(inbound|output|in-redirect|redirect|tproxy))$/,
  places: {
    inbound: { chain: /^(?:ISTIO_INBOUND|istio-inbound)$/, excludes: ['dport'] },
    outbound: { chain: /^(?:ISTIO_OUTPUT|istio-output)$/, excludes: ['dport', 'dst', 'gid'] },
    severalOwners: true,
    proxyFirst: true,
    listsStandAlone: true,
    interfaces: true,
    virtual: { chain: /^PREROUTING$/i, beside: 'return' },
    dnsZones: /^(?:OUTPUT|ISTIO_OUTPUT(_DNS)?|istio-output(-dns)?)$/,
  },
  loopbackSource: { 6: '::6/128' },
  whenTransparent: {
    // injection runs istio-proxy as root in TPROXY mode; the group is what the rules spare
    process: { uid: 0, gid: 1337 },
    ip_rules: ['fwmark 1337 lookup 133', '-6 fwmark 1337 lookup 133'],
    route_tables: { 133: ['local 0.0.0.0/0 dev lo', 'local ::/0 dev lo'] },
  },
};
