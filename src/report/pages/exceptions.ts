/** Settings under which Istio's own rules break a promise. test/istio/law/exceptions.ts says for which settings each holds, and shows it;
 *  test/kernel/exceptions.test.ts puts the packet to the kernel. */
import type { Page } from './page.ts';

const group = 'exception';

export const EXCEPTION_PAGES: readonly Page[] = [
  {
    id: 'invalid-not-dropped',
    group,
    title: 'INVALID_DROP is not set: packets of no connection pass the redirect',
    means:
      'invalid-not-to-app does not hold, with the settings that Istio gives a pod that asks for nothing. A TCP packet to port 8080 that conntrack calls INVALID reaches the application, which answers with a reset.',
    why: 'nat sees only packets of a connection. TPROXY takes these packets to the proxy, REDIRECT does not, and ambient does not.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:8080 ctstate=INVALID flags=A"', look: 'to-app' }],
    todo: 'Set INVALID_DROP in proxyMetadata, or accept the rare reset.',
  },
  {
    id: 'probe-ports-captured',
    group,
    title: '15020, 15021 or 15090 is not excluded inbound',
    means: 'health-ports-open does not hold: a probe to 15021 is led to 15006.',
    why: 'istio-iptables excludes no port of its own accord: injection and the CNI plugin add these three to what a pod asks for.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:15021"', look: 'captured-in' }],
    todo: 'Add 15020, 15021 and 15090 to the excluded inbound ports where istio-iptables is called by hand.',
  },
  {
    id: 'exclusion-of-a-listed-port',
    group,
    title: 'an inbound port is both included by a list and excluded',
    means: 'excluded-bypass does not hold for that port: a connection to it is led to 15006.',
    why: 'Excluded inbound ports count only where the included ones are `*`. With a list they are passed over without a word.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:443"', look: 'captured-in' }],
    todo: 'Leave the port out of the list.',
  },
  {
    id: 'two-proxy-users',
    group,
    title: '--proxy-uid names two users',
    means:
      'self-vip-captured does not hold for the second user: what it sends to its own pod reaches the application without the proxy’s inbound side.',
    why: 'Each user has a block of three rules, and the second rule of the first block lets everybody else’s packets on lo go. The inbound redirect of the second block is never reached.',
    see: [{ run: 'chainwalk trace RULES "out tcp -> 10.244.0.5:8080 uid=1338"', look: 'to-app' }],
    todo: 'Name one user.',
  },
  {
    id: 'given-twice',
    group,
    title: 'a list has an item twice',
    means: 'no-duplicate-rule does not hold: each item becomes a rule, and nobody looks whether it is there already. It does no harm.',
    why: 'Ports, ranges, interfaces, users and groups are taken as they are given; ranges are the same when they cover the same addresses. An excluded group that is the proxy’s, the tunnel port among the excluded ones, and an interface that is both excluded and virtual also come out as the same rule.',
    see: [],
    todo: 'Drop the second one.',
  },
  {
    id: 'nobody-captured',
    group,
    title: 'two settings let everything go',
    means: 'no-duplicate-rule does not hold: two rules let everything go. It does no harm beyond that.',
    why: 'An empty ISTIO_OUTBOUND_OWNER_GROUPS, an excluded range of length 0, and, up to 1.22, the end of a list of captured ranges each become a RETURN without a match.',
    see: [],
    todo: 'Do not set the variable to nothing: `*` is everybody.',
  },
  {
    id: 'ports-of-the-mesh',
    group,
    title: 'a port of the proxy is one that the mesh has for something else',
    means: 'Nothing can be promised: two listeners of one proxy cannot have one port, and one of them will not be there.',
    why: '--envoy-port, --inbound-capture-port and --inbound-tunnel-port are not compared with each other, nor with 15000, 15004, 15020, 15021, 15053 and 15090.',
    see: [],
    todo: 'Choose other ports.',
  },
  {
    id: 'lo-excluded',
    group,
    title: 'lo is an excluded interface',
    means:
      'self-vip-captured does not hold: what the proxy sends to its own pod goes to the application, past the inbound side. jump-before-foreign names the two rules.',
    why: 'The RETURN for packets out of lo stands before everything else in OUTPUT.',
    see: [{ run: 'chainwalk trace RULES "out tcp -> 10.244.0.5:8080 uid=1337"', look: 'to-app' }],
    todo: 'Do not exclude lo: what the application sends over lo is left alone as it is.',
  },
  {
    id: 'no-inbound-ports',
    group,
    title: 'no inbound port is captured',
    means:
      'no-stale-chain does not hold, nor mark-consistency with TPROXY: ISTIO_INBOUND is written and no rule calls it. It does no harm.',
    why: 'Its rule for the tunnel port, and in TPROXY mode its guards, are written whether or not anything inbound is captured.',
    see: [],
    todo: 'Nothing, if nothing inbound is meant to be captured.',
  },
  {
    id: 'loopback-elsewhere',
    group,
    title: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR does not cover 127.0.0.1',
    means:
      'loopback-preserved does not hold where a captured range covers 127.0.0.0/8, or for TCP port 53 where DNS is captured for some resolvers: what the application sends to 127.0.0.1 is led to 15001. Nor does ipv6-parity: IPv6 always has ::1/128. What the proxy sends to 127.0.0.1 comes back to its inbound side.',
    why: 'The prefix is what the rules take for localhost; it may be any within 127.0.0.0/8.',
    see: [{ run: 'chainwalk trace RULES "out tcp -> 127.0.0.1:8080 uid=1000"', look: 'captured-out' }],
    todo: 'Give a prefix that covers 127.0.0.1.',
  },
  {
    id: 'ipv4-first',
    group,
    title: 'a pod of both families whose IPv4 address comes first, without ISTIO_DUAL_STACK',
    means:
      'outbound-captured, inbound-captured and the other claims on capture do not hold for IPv6: there are no ip6tables rules, and nothing over IPv6 is captured.',
    why: 'Istio goes by the first address that is neither loopback nor link-local; with dual stack by any.',
    see: [{ run: 'chainwalk trace RULES "out tcp -> [2001:db8::9]:443 uid=1000"', look: 'direct' }],
    todo: 'Set ISTIO_DUAL_STACK for pods of both families.',
  },
  {
    id: 'ranges-of-one-family',
    group,
    title: 'captured or excluded ranges of one family only',
    means:
      'ipv6-parity does not hold: a captured range of IPv4 says nothing about IPv6, of which then nothing is captured; an excluded one takes away only IPv4.',
    why: 'The lists have ranges of both families, and each family takes its own.',
    see: [{ run: 'chainwalk trace RULES "out tcp -> [2001:db8::9]:443 uid=1000"', look: 'direct' }],
    todo: 'Name the ranges of both families, where the pod has both.',
  },
  {
    id: 'virtual-outbound-ports',
    group,
    title: 'virtual interfaces beside captured outbound ports and a list of ranges',
    means: 'virtual-iface-rerouted does not hold: the captured ports are captured for the pod’s own packets, not for those of guests.',
    why: 'Guests get a redirect for each captured range, and then a RETURN. There is none for ports.',
    see: [{ run: 'chainwalk trace RULES "in tcp 198.51.100.9 -> 203.0.113.9:443 iif=net1"', look: 'forwarded' }],
    todo: 'Capture ranges, or everything, where there are guests.',
  },
  {
    id: 'virtual-lo',
    group,
    title: 'lo is a virtual interface',
    means: 'jump-before-foreign does not hold: a RETURN for packets from lo stands first in PREROUTING. nat does not see them there.',
    why: 'Names of interfaces are not looked at.',
    see: [],
    todo: 'Take lo out of the list.',
  },
];
