/** Rules that the generators of meshes beside Istio write for a proxy without settings of its own, in their order; `UID` is the proxy's.
 *  source: linkerd2-proxy-init internal/iptables, kumahq/kuma transparentproxy, hashicorp/consul sdk/iptables */
import type { MeshName } from '../mesh/names.ts';

type OtherMesh = Exclude<MeshName, 'istio-sidecar' | 'istio-ambient'>;

export const OTHER_MESH_RULES: Readonly<Record<OtherMesh, readonly string[]>> = {
  linkerd: [
    '-A PREROUTING -j PROXY_INIT_REDIRECT',
    '-A OUTPUT -j PROXY_INIT_OUTPUT',
    '-A PROXY_INIT_REDIRECT -p tcp -m multiport --dports 4190,4191 -j RETURN',
    '-A PROXY_INIT_REDIRECT -p tcp -j REDIRECT --to-ports 4143',
    '-A PROXY_INIT_OUTPUT -m owner --uid-owner UID -j RETURN',
    '-A PROXY_INIT_OUTPUT -o lo -j RETURN',
    '-A PROXY_INIT_OUTPUT -p tcp -j REDIRECT --to-ports 4140',
  ],
  kuma: [
    '-A PREROUTING -p tcp -j KUMA_MESH_INBOUND',
    '-A OUTPUT -p tcp -j KUMA_MESH_OUTBOUND',
    '-A KUMA_MESH_INBOUND -p tcp -j KUMA_MESH_INBOUND_REDIRECT',
    '-A KUMA_MESH_INBOUND_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
    '-A KUMA_MESH_OUTBOUND -s 127.0.0.6/32 -o lo -j RETURN',
    '-A KUMA_MESH_OUTBOUND ! -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner UID -j KUMA_MESH_INBOUND_REDIRECT',
    '-A KUMA_MESH_OUTBOUND -o lo -p tcp -m owner ! --uid-owner UID -j RETURN',
    '-A KUMA_MESH_OUTBOUND -m owner --uid-owner UID -j RETURN',
    '-A KUMA_MESH_OUTBOUND -d 127.0.0.1/32 -j RETURN',
    '-A KUMA_MESH_OUTBOUND -j KUMA_MESH_OUTBOUND_REDIRECT',
    '-A KUMA_MESH_OUTBOUND_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
  ],
  consul: [
    '-A PREROUTING -p tcp -j CONSUL_PROXY_INBOUND',
    '-A OUTPUT -p tcp -j CONSUL_PROXY_OUTPUT',
    '-A CONSUL_PROXY_INBOUND -p tcp -j CONSUL_PROXY_IN_REDIRECT',
    '-A CONSUL_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-ports 20000',
    '-A CONSUL_PROXY_OUTPUT -m owner --uid-owner UID -j RETURN',
    '-A CONSUL_PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
    '-A CONSUL_PROXY_OUTPUT -j CONSUL_PROXY_REDIRECT',
    '-A CONSUL_PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
  ],
};
