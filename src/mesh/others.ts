/** Meshes with the same shape as Istio's sidecar. source: linkerd2-proxy-init, kumahq/kuma transparentproxy, hashicorp/consul sdk/iptables */
import type { KnownMesh } from './profile.ts';

export const linkerd: KnownMesh = {
  name: 'linkerd',
  title: 'Linkerd',
  process: { name: 'proxy', uid: 2102, gid: 2102 },
  listeners: [
    { port: 4140, protos: ['tcp'], role: 'outbound', title: "linkerd-proxy's outbound listener", emits: { source: 'own', mark: 0 } },
    { port: 4143, protos: ['tcp'], role: 'inbound', title: "linkerd-proxy's inbound listener", emits: { source: 'own', mark: 0 } },
    { port: 4191, protos: ['tcp'], role: 'health', title: 'the admin port of linkerd-proxy (metrics, probes)' },
    { port: 4190, protos: ['tcp'], role: 'health', title: 'the control port of linkerd-proxy (tap)' },
  ],
  blackholesOwnPort: true,
  chains: /^PROXY_INIT_(REDIRECT|OUTPUT)$/,
  places: {
    // config.linkerd.io/skip-subnets acts on sources of inbound traffic alone
    inbound: { chain: /^PROXY_INIT_REDIRECT$/, excludes: ['dport', 'src'] },
    outbound: { chain: /^PROXY_INIT_OUTPUT$/, excludes: ['dport'] },
    portRanges: true,
  },
};

export const kuma: KnownMesh = {
  name: 'kuma',
  title: 'Kuma',
  process: { name: 'proxy', uid: 5678, gid: 5678 },
  listeners: [
    { port: 15001, protos: ['tcp'], role: 'outbound', title: "kuma-dp's outbound listener", emits: { source: 'own', mark: 0 } },
    {
      port: 15006,
      protos: ['tcp'],
      role: 'inbound',
      title: "kuma-dp's inbound listener",
      emits: { source: { 4: '127.0.0.6', 6: '::6' }, mark: 0 },
    },
    { port: 15053, protos: ['tcp', 'udp'], role: 'dns', title: 'the DNS proxy of kuma-dp', emits: { source: 'own', mark: 0 } },
  ],
  blackholesOwnPort: true,
  selfCalls: true,
  chains: /^(KUMA_)?MESH_(INBOUND|OUTBOUND)(_REDIRECT)?$/,
  places: {
    inbound: { chain: /^(KUMA_)?MESH_INBOUND$/, excludes: ['dport', 'src'] },
    outbound: { chain: /^(KUMA_)?MESH_OUTBOUND$/, excludes: ['dport'] },
    listsStandAlone: true,
    commented: /kuma\/mesh\/transparent\/proxy\/(skip further processing|allow applications to perform DNS queries over TCP)/,
    virtual: { chain: /^PREROUTING$/, beside: 'own network' },
    dnsZones: /^OUTPUT$/,
    // kumahq/kuma#14557, kumahq/kuma#15401: answers that are too long for UDP are fetched past the mesh
    dnsOverTcp: 'where redirected',
  },
  loopbackSource: { 6: '::6/128' },
};

export const consul: KnownMesh = {
  name: 'consul',
  title: 'Consul',
  process: { name: 'proxy', uid: 5995, gid: 5995 },
  listeners: [
    { port: 15001, protos: ['tcp'], role: 'outbound', title: "Consul's outbound listener", emits: { source: 'own', mark: 0 } },
    { port: 20000, protos: ['tcp'], role: 'inbound', title: "Consul's public (inbound) listener", emits: { source: 'own', mark: 0 } },
    // answers from its own catalogue: it asks no server on port 53
    { port: 8600, protos: ['tcp', 'udp'], role: 'dns', title: 'the DNS server of Consul', loopback: true },
  ],
  blackholesOwnPort: true,
  chains: /^CONSUL_PROXY_(INBOUND|OUTPUT|REDIRECT|IN_REDIRECT)$/,
  // every exclusion is inserted first in its chain
  places: {
    inbound: { chain: /^CONSUL_PROXY_INBOUND$/, excludes: ['dport'] },
    outbound: { chain: /^CONSUL_PROXY_OUTPUT$/, excludes: ['dport', 'dst', 'uid'] },
    dnsServer: /^CONSUL_DNS_REDIRECT$/,
  },
};
