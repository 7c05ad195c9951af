/** Pages on claims: what is captured, what is spared, and loops. */
import type { Page } from './page.ts';

const group = 'claim';
const COUNTERS = 'iptables-save -c -t nat';

export const CAPTURE_CLAIM_PAGES: readonly Page[] = [
  {
    id: 'proxy-identity',
    group,
    title: 'it is known that the proxy is whom the rules let past',
    means:
      "Who the proxy is comes from --proxy-uid and --proxy-gid, --host, the configuration, the manifest or the running pod, or else from the mesh's profile. Where nothing of that speaks and the rules let another user or group past than the profile's, and not that one, they are taken to mean the proxy; every answer says so, and all other claims are judged so. This claim then asks what the same rules do to the usual proxy, and breaks when that one would loop, be captured or miss its own calls.",
    why: 'Rules cannot say who runs. A dump for uid 1338 is right beside a proxy of uid 1338, and sends every call of one of uid 1337 back to it, for ever. OpenShift and virtual machines do run the proxy as somebody else.',
    see: [{ run: 'ps -o uid,gid,args -C envoy', look: 'the ids that the rules should name' }],
    todo: 'Say who the proxy is: --proxy-uid and --proxy-gid, `proxyUid` and `proxyGid` of the group in the configuration, or `processes` of --host. If it is the usual one, mend the ids in the rules.',
  },
  {
    id: 'pod-captured',
    group,
    title: 'a pod with a proxy is captured at all',
    means:
      'Some TCP SYN of a process that is not the proxy, to another host, reaches the outbound listener, and some from another host to an address of the pod reaches the inbound one; not counted are those to the own ports of these listeners and to port 0. Asked where a mesh is known: by its chains, by the listeners of the host, by --profile, by the containers of a running pod, or by its labels for ambient. Only outbound is asked in the ingress mode of ambient.',
    why: 'The rules were never written, in this network namespace or by this backend: the CNI plugin came after the pod, the init container failed, the node agent was not there (istio/istio#29511), a restart of something else flushed the table. Or the chains are there and nothing jumps to them; or all of it is excluded, address by address or port by port.',
    see: [
      { run: 'iptables-save | grep -c REDIRECT', look: '0; then the same for `iptables-legacy-save` and `nft list ruleset`' },
      { run: COUNTERS, look: 'the jump from OUTPUT and the one from PREROUTING' },
    ],
    todo: 'Find out who should have written the rules: the log of the init container, or of the CNI agent on the node; then restart the pod.',
  },
  {
    id: 'no-redirect-loop',
    group,
    title: 'no connection that the proxy takes comes back to the listener that took it',
    means:
      "Take every listener of the proxy that sends a connection on, and every packet that its process then sends: the proxy's user and group, the mark and the source address of that listener, any destination, SYN or UDP, from an ephemeral port. Draw an edge to each listener that the rules lead such a packet to. The claim holds when no original destination goes round in a circle. A connection to the listener's own port is left out: Envoy closes it.",
    why: "The RETURNs for the proxy's user and group are missing, stand behind the redirect, or name somebody else; or 127.0.0.6 is captured again. Istio met each: a virtual machine without inbound listener (istio/istio#12110), a port that fell through to pass-through (#14443), TPROXY in 1.6 (#23369).",
    see: [
      { run: 'ss -tn state established | wc -l', look: 'connections of the proxy to itself that grow until files run out' },
      { run: COUNTERS, look: 'the redirect counts on, the RETURNs above it stay at 0' },
    ],
    todo: 'Let the RETURNs for what the proxy sends (its user, group or mark, and the source address it takes on lo) stand before every redirect, with the ids the proxy runs as.',
  },
  {
    id: 'proxy-egress-direct',
    group,
    title: "the proxy's own packets leave untouched",
    means:
      'Every packet that opens a connection, of any protocol, sent by the user of the proxy (where that is root, by its group; in ambient, with its mark) or, where rules ask for it, by anybody of its group, with the source that the kernel chooses, to an address of another host, leaves by an interface for where it was sent. Port 53 where DNS is captured is left to dns-proxy-direct.',
    why: 'The rules spare another user than the proxy has: a custom runAsUser that was not passed on, a user that OpenShift picked (istio/istio#53220), a proxy that was upgraded (#61791). A RETURN for the group alone hides it until the group changes.',
    see: [{ run: 'ps -o uid,gid,args -C envoy', look: 'the ids that the rules should name' }],
    todo: 'Give the rules the ids that the proxy runs as, before every redirect.',
  },
  {
    id: 'outbound-captured',
    group,
    title: 'the application does not leave past the proxy',
    means:
      "Every TCP SYN of a process that is not the proxy, without packet mark, to another host, reaches the outbound listener; except destinations, ports, users, groups and interfaces that the mesh was told to exclude, which is read only from rules that it writes itself (see excluded-bypass). A process that the host names counts even when it has the proxy's user or group.",
    why: 'An application runs as the user or group of the proxy (istio/istio#31991), nothing jumps to the chain of the mesh because the pod started before its rules (#14327), or a RETURN stands before the redirect: one for the service range takes every service out of the mesh, as the address is still that of the service here.',
    see: [{ run: COUNTERS, look: 'the rule that counts for traffic that should be captured' }],
    todo: 'Remove or move the rule that is named. If the exclusion is meant, let it stand where the mesh writes its exclusions, after those of the proxy.',
  },
  {
    id: 'inbound-captured',
    group,
    title: 'nobody from outside reaches the application past the proxy',
    means:
      'Every TCP SYN that arrives on an interface that is neither excluded nor virtual, from another host to an address of this one, reaches the inbound listener by REDIRECT or TPROXY; except the ports for probes and the tunnel, those excluded, and in ambient the source of the probes. With a list of captured ports, only those.',
    why: 'No rule jumps from PREROUTING, another component accepts first (istio/istio#29518), or an empty argument was swallowed so that no inbound port was left (#28106). Then mutual TLS and authorization are bypassed, and nothing looks broken.',
    see: [
      { run: 'nc -vz POD_IP 8080', look: 'says nothing: the handshake succeeds either way' },
      { run: COUNTERS, look: 'the inbound redirect counts' },
    ],
    todo: 'Let the jump of the mesh be the first that decides about TCP in PREROUTING.',
  },
  {
    id: 'self-vip-captured',
    group,
    title: 'a call to its own service passes the inbound proxy as any other does',
    means:
      'Every TCP SYN of the proxy, with its own address as source, to an address of its own pod, reaches the inbound listener; except the port of the tunnel, 53 where DNS is captured, and excluded outbound ports, whose RETURN stands first. In TPROXY mode inbound exclusions hold too.',
    why: 'A pod calls its service and the balancer picks the pod itself. Without the rule the call arrives without mutual TLS and is reset (istio/istio#7558). With two proxy users the rule of the second is never reached: the first one has returned whoever is not the first user.',
    see: [{ run: COUNTERS, look: 'the rule with -o lo and ISTIO_IN_REDIRECT' }],
    todo: 'Run the proxy as one user, and keep the rule that hands its packets for its own pod to the inbound listener before the RETURN for its user.',
  },
  {
    id: 'loopback-preserved',
    group,
    title: 'localhost stays localhost',
    means:
      'Every packet of the application that opens a connection to 127.0.0.0/8 or ::1, with the source that the kernel chooses, is delivered there with the addresses and ports it was sent with. Where DNS is captured, port 53 may be handed to a listener of the mesh, but not to another host: from 127.0.0.1 nothing gets there.',
    why: 'The redirect stands before the RETURN for lo, as in the rules of many articles, or a loopback range is among the captured ones. Or only 127.0.0.1 is spared: a stub resolver listens on 127.0.0.53.',
    see: [{ run: 'curl -sv http://127.0.0.1:8080/', look: '`server: envoy` in an answer that should be the own process' }],
    todo: 'Return packets with -o lo that are not the proxy, or those to 127.0.0.0/8 and ::1/128, before the redirect and before DNS is sent elsewhere.',
  },
  {
    id: 'passthrough-returned',
    group,
    title: 'what the inbound proxy passes on reaches the application',
    means:
      "Every SYN that the proxy sends from its inbound listener to the pod's own addresses is delivered unchanged: from 127.0.0.6 or ::6 in REDIRECT mode, with the client's address and the mark 1337 under TPROXY, with the mark 0x539 in ambient. And the proxy can bind that source: IPv6 wants ::6 on an interface.",
    why: 'The RETURN for 127.0.0.6 is missing or stands behind the rules of the proxy user, so that the connection is taken in again and again (istio/istio#14443); under TPROXY the guards on mark, source and lo are missing (#23369). Or nobody added ::6 to lo: then bind(2) fails, and no inbound connection over IPv6 is passed on.',
    see: [{ run: 'ss -tn src 127.0.0.6', look: 'connections to port 15006 in place of the application' }],
    todo: 'Let the RETURN for the source address that the proxy takes on lo be the first rule of the outbound chain; under TPROXY let the guards start the inbound chain.',
  },
  {
    id: 'health-ports-open',
    group,
    title: 'probes reach who answers them',
    means:
      "Every TCP SYN from another host to the mesh's own ports for probes (15020, 15021, 15090; 4190 and 4191 with Linkerd) is delivered unchanged. In ambient, every one from the source that the node gives its probes, to any port.",
    why: 'The ports were left out of the exclusions: a list of one’s own replaces the default one (istio/istio#29412). Then strict mutual TLS refuses the kubelet, and the pod is restarted for ever.',
    see: [{ run: 'kubectl get events --field-selector reason=Unhealthy', look: 'readiness probes that time out or are reset' }],
    todo: 'Add the ports of the mesh to the excluded inbound ports.',
  },
  {
    id: 'tunnel-port-open',
    group,
    title: 'the tunnel is not redirected into itself',
    means: 'Every TCP SYN to port 15008 of the pod, from other hosts and from the proxy over lo, is delivered unchanged.',
    why: 'The RETURN for 15008 is in the nat table only: in TPROXY mode nothing jumps there, and the tunnel is handed to 15006. Older versions made no exception for the proxy itself.',
    see: [{ run: 'curl -k https://POD_IP:15008/', look: 'a handshake with the wrong listener' }],
    todo: 'Let TCP to the port of the tunnel past before the redirect, or exclude the port inbound.',
  },
];
