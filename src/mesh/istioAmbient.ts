/** ztunnel inside the pod's namespace. source: istio/istio cni/pkg/iptables/iptables.go, cni/pkg/config/config.go */
import type { KnownMesh } from './profile.ts';

export const istioAmbient: KnownMesh = {
  name: 'istio-ambient',
  title: 'Istio ambient',
  process: { name: 'proxy', uid: 0, gid: 0 },
  listeners: [
    { port: 15001, protos: ['tcp'], role: 'outbound', title: "ztunnel's outbound listener", emits: { source: 'own', mark: 0x539 } },
    { port: 15006, protos: ['tcp'], role: 'inbound', title: "ztunnel's inbound listener", emits: { source: 'client', mark: 0x539 } },
    { port: 15053, protos: ['tcp', 'udp'], role: 'dns', title: 'the DNS proxy of ztunnel', emits: { source: 'own', mark: 0x539 } },
    { port: 15008, protos: ['tcp'], role: 'tunnel', title: 'the HBONE tunnel of ztunnel' },
  ],
  blackholesOwnPort: true,
  mark: { value: 0x539, mask: 0xfff },
  probeSource: { 4: '169.254.7.127', 6: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff' },
  chains: /^(?:ISTIO_PRERT|istio-prerouting)$/,
  // no setting excludes ports or ranges
  places: {
    inbound: { chain: /^(?:ISTIO_PRERT|istio-prerouting)$/, excludes: [] },
    outbound: { chain: /^(?:ISTIO_OUTPUT|istio-output)$/, excludes: [] },
    virtual: { chain: /^(?:ISTIO_PRERT|istio-prerouting)$/, beside: 'return' },
  },
  always: {
    ip_rules: ['fwmark 0x111/0xfff pref 32764 lookup 100', '-6 fwmark 0x111/0xfff pref 32764 lookup 100'],
    route_tables: { 100: ['local 0.0.0.0/0 dev lo', 'local ::/0 dev lo'] },
  },
};
