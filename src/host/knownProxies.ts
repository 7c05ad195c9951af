/** Transparent proxies that many people run: what `profile: NAME` in `proxies` of a host file stands for. Each is what the program's own
 *  documentation sets it up as; every part can be said otherwise. */
import type { ProxyTakes } from './host.ts';

/** Spelled as in a host description. */
export interface KnownProxy {
  readonly listens?: readonly string[];
  readonly takes: ProxyTakes;
  /** absent: a server that only its owner knows */
  readonly dials?: 'original' | 'app';
  readonly uid?: number;
  readonly gid?: number;
  /** SO_MARK of what it sends */
  readonly mark?: number;
  /** the same of the sockets with which it listens */
  readonly listen_mark?: number;
  /** it closes a connection for its own port */
  readonly own_port?: 'closed';
}

export const KNOWN_PROXIES: Readonly<Record<string, readonly KnownProxy[]>> = {
  // darkk/redsocks redsocks.conf.example: local_port, of 127.0.0.1 unless it says otherwise, and the `ip` and `port` of a SOCKS server
  redsocks: [{ listens: ['tcp 12345'], takes: 'outbound' }],
  // shadowsocks-libev doc/ss-redir.asciidoc: local_port, server and server_port
  'ss-redir': [{ listens: ['tcp 1080'], takes: 'outbound' }],
  // XTLS/Xray-docs-next document/level-2/tproxy: dokodemo-door on 12345; mark 2 there, 255 in the guide that it follows
  xray: [{ listens: ['tcp 12345', 'udp 12345'], takes: 'any', dials: 'original', mark: 255, listen_mark: 255 }],
  // v2fly/v2ray-step-by-step app/tproxy: the same, sockopt.mark 255 on both sides
  v2ray: [{ listens: ['tcp 12345', 'udp 12345'], takes: 'any', dials: 'original', mark: 255, listen_mark: 255 }],
  // MetaCubeX/mihomo docs/config.yaml: redir-port, tproxy-port; routing-mark is not set by default
  clash: [{ listens: ['tcp 7892', 'tcp 7893', 'udp 7893'], takes: 'outbound', dials: 'original' }],
  // sing-box.sagernet.org configuration/inbound/redirect and tproxy: listen_port has no default, nor has routing_mark
  'sing-box': [{ takes: 'any', dials: 'original' }],
  // wiki.squid-cache.org ConfigExamples/Intercept: http_port 3129 intercept
  squid: [{ listens: ['tcp 3129'], takes: 'outbound', dials: 'original' }],
  // gitlab.torproject.org TransparentProxy: TransPort 9040, DNSPort 5353. Its relays can have any address and port
  tor: [
    { listens: ['tcp 9040'], takes: 'outbound', dials: 'original' },
    { listens: ['udp 5353'], takes: 'dns', dials: 'original' },
  ],
  // docs.mitmproxy.org howto/transparent: mode transparent listens on 8080
  mitmproxy: [{ listens: ['tcp 8080'], takes: 'outbound', dials: 'original' }],
  // AWS App Mesh user guide, proxy configuration: ProxyIngressPort, ProxyEgressPort, IgnoredUID
  'app-mesh': [
    { listens: ['tcp 15001'], takes: 'outbound', dials: 'original', uid: 1337, own_port: 'closed' },
    { listens: ['tcp 15000'], takes: 'inbound', dials: 'app', uid: 1337, own_port: 'closed' },
  ],
  // openservicemesh/osm pkg/constants: EnvoyOutboundListenerPort, EnvoyInboundListenerPort, EnvoyUID
  osm: [
    { listens: ['tcp 15001'], takes: 'outbound', dials: 'original', uid: 1500, own_port: 'closed' },
    { listens: ['tcp 15003'], takes: 'inbound', dials: 'app', uid: 1500, own_port: 'closed' },
  ],
};
