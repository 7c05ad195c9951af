/** Pages on outcomes, contract section 5. */
import type { Outcome } from '../../connection/journey.ts';
import type { Page } from './page.ts';

type Text = Omit<Page, 'id' | 'group'>;

const TRACE_IT = {
  run: 'nft add table inet watch && nft add chain inet watch out "{ type filter hook output priority -450; meta nftrace set 1; }"; nft monitor trace',
  look: 'the last rule before the packet stops or changes its destination; delete the table afterwards',
};
const ORIGINAL = { run: 'conntrack -L -p tcp', look: 'an entry whose reply `src` and `sport` are not the original `dst` and `dport`' };

const TEXTS: Readonly<Record<Outcome, Text>> = {
  'captured-out': {
    title: "a packet sent here reaches the proxy's outbound listener before anything else",
    means:
      'A local process sent it, and the rules hand it to the port on which the proxy takes outbound traffic (15001 for Istio). The proxy then opens a connection of its own, which is the next leg.',
    why: 'REDIRECT in nat OUTPUT rewrites the destination of the first packet of a connection to 127.0.0.1 (::1) and the given port; conntrack does the same to the rest. The kernel then routes the packet again, to lo. The proxy reads the old destination with getsockopt(SO_ORIGINAL_DST).',
    see: [ORIGINAL, { run: 'ss -tnp', look: "the client's socket shows the far address as its peer: it cannot tell" }],
    todo: 'Usually this is what a mesh wants. A successful connect() proves only that the proxy accepted: test with a request, not with a port check. To exempt traffic, use the exclusions of the mesh rather than a rule of your own.',
  },
  'captured-in': {
    title: "a packet for a local service reaches the proxy's inbound listener first",
    means:
      'The rules hand it to the port on which the proxy takes inbound traffic (15006 for Istio), whatever port it was sent to. The proxy applies its policy and opens a connection to the application.',
    why: 'REDIRECT in nat PREROUTING rewrites the destination to the first address of the interface that it came in by. TPROXY in mangle PREROUTING rewrites nothing: it attaches the packet to a transparent socket, and an `ip rule` on the mark makes the packet local. A pod that calls its own address through the proxy gets here by REDIRECT in OUTPUT instead.',
    see: [ORIGINAL, { run: 'ip rule; ip route show table 133', look: 'for TPROXY: the fwmark rule and `local default dev lo`' }],
    todo: 'Usually this is what a mesh wants. If a port must stay reachable without the proxy, exclude it from inbound capture.',
  },
  dns: {
    title: 'a DNS query reaches the DNS listener of the mesh',
    means: 'The query goes to the DNS proxy of the mesh (15053 for Istio) and not to the resolver that it was sent to.',
    why: 'Rules in nat OUTPUT redirect port 53 for UDP and, apart from that, for TCP. UDP has no handshake: conntrack still remembers the pair, so that the answer comes back with the address of the resolver that was asked.',
    see: [{ run: 'conntrack -L -p udp --dport 53', look: 'replies from 127.0.0.1 port 15053' }],
    todo: 'If a local resolver must ask the outside itself, see that its own queries are exempt: otherwise they come back (see `chainwalk explain loop`).',
  },
  direct: {
    title: 'the packet leaves the host and no proxy sees it',
    means:
      'It goes out by an interface to the address that the sender chose. In a mesh this is right for the proxy and for exclusions, and a bypass for everything else.',
    why: 'Either no rule asked for it, or an earlier rule ended the chain with RETURN or ACCEPT. The usual causes: the process runs with the uid or gid of the proxy, the port or network is excluded, or the pod has no rules at all.',
    see: [{ run: 'iptables-save -c -t nat', look: 'the counter of the RETURN rule that grows with every connection' }, TRACE_IT],
    todo: 'Look at the last rule that matched in the trace: it decided. If the sender is an application that runs as 1337, change its runAsUser or runAsGroup. Mind that a mesh that is bypassed on the way out applies neither mTLS nor policy.',
  },
  'to-app': {
    title: 'the packet reaches a local process that is not the proxy',
    means:
      'It is delivered on this host to an application, without the proxy before it. For loopback traffic and for the last step of an inbound connection that is right; for traffic from outside it is a bypass. ICMP and whatever else no program takes is for the kernel itself, which answers a ping.',
    why: 'The destination is an address of this host and no rule redirected it. Traffic to the own address of a pod goes by lo, where other rules match than on eth0.',
    see: [{ run: 'ss -ltnp', look: 'the process that listens on the port' }, TRACE_IT],
    todo: 'If the packet came from outside, look for an excluded port, for an interface outside the mesh, or for a rule that is missing in PREROUTING.',
  },
  'to-proxy': {
    title: 'the packet reaches, untouched, a port of the mesh that captures nothing',
    means: 'It was sent to a port such as 15008 (tunnel), 15020, 15021 or 15090 (health and metrics) and arrives there as it was sent.',
    why: 'Istio exempts these ports by RETURN rules, because they are meant for the proxy itself: a capture would send the request through the inbound listener.',
    see: [{ run: 'ss -ltnp "sport = :15021"', look: 'the listener of the proxy' }],
    todo: 'Nothing. If a probe fails all the same, ask whether the proxy is ready.',
  },
  forwarded: {
    title: 'the packet passes through this host',
    means:
      'It came in by one interface and leaves by another: this host is a router for it. That happens on nodes, and in pods that hold virtual machines.',
    why: 'Its destination, after PREROUTING, is not an address of this host, and forwarding is on. It walks FORWARD and POSTROUTING, never INPUT or OUTPUT.',
    see: [
      { run: 'sysctl net.ipv4.ip_forward; ip route get DST from SRC iif IFACE', look: 'forwarding is 1, and the interface it leaves by' },
    ],
    todo: 'If it should have stayed here, look at the destination: DNAT that is missing, or an address that the host does not have.',
  },
  loop: {
    title: 'the packets of the proxy come back to the proxy, for ever',
    means:
      'A listener takes a connection, its process opens the next one, and the rules hand that one to a listener which has already been there. Nobody outside is ever reached. Connections, sockets and memory grow until something gives way.',
    why: 'The rules must tell the traffic of the proxy from that of the applications, by uid, gid, mark or source address. Where that rule is missing, comes too late in the chain, or names another uid, the proxy is captured by itself. In iptables order is everything: a RETURN below the redirect is never asked.',
    see: [
      { run: 'ss -tn state established "dport = :15001" | wc -l', look: 'a number that rises by itself' },
      { run: 'iptables-save -c -t nat', look: 'the redirect counts up while the RETURN rule for the proxy stays at 0' },
    ],
    todo: 'Put the RETURN rule for the proxy above the redirect that captured it (the trace names both), or correct its uid. Then run `chainwalk verify`: it looks at all packets and not at one.',
  },
  dropped: {
    title: 'a rule or a policy discards the packet without an answer',
    means: 'The sender hears nothing and waits until it gives up: a connect() hangs for its timeout.',
    why: 'DROP ends the walk at once, in whichever table it stands. The policy of a base chain decides when no rule of it did; RETURN in a base chain applies the policy too. REJECT drops without a word what it does not answer, and what it answers where OUTPUT stops the answer. TPROXY without a socket drops as well, which is reported as lost.',
    see: [{ run: 'iptables-save -c', look: 'the counter of the DROP rule, or of the policy in the line of the chain' }, TRACE_IT],
    todo: 'The trace names the rule. If it is right to refuse, REJECT is kinder to clients than DROP.',
  },
  rejected: {
    title: 'a rule refuses the packet and answers the sender',
    means: 'The sender gets an ICMP error, or a RST for tcp-reset, and fails at once.',
    why: 'REJECT drops the packet and makes an answer, which walks OUTPUT and POSTROUTING on its own and, to a process of this host, comes back over lo. Where it is stopped there, or no route leads to the sender, the packet is `dropped`, and the trace names what stops the answer. Conntrack calls the answer RELATED, and INVALID where the packet had no connection.',
    see: [{ run: 'tcpdump -ni any "icmp or tcp[tcpflags] & tcp-rst != 0"', look: 'the answer right after the packet' }],
    todo: 'The trace names the rule. If the client hangs in spite of it, the answer is lost on the network.',
  },
  refused: {
    title: 'the packet is delivered to a port on which nothing listens',
    means:
      'The rules let it through, or redirected it, and then there is no socket. TCP answers with a RST (connection refused), UDP with ICMP port unreachable.',
    why: 'Rules do not know whether somebody listens. The common case in a mesh: the redirect is in place but the proxy does not run yet, or does not run any more, as in init containers beside istio-cni and during shutdown.',
    see: [{ run: 'ss -ltnu', look: 'no line for the port named in the answer' }],
    todo: 'For init containers: run them with the uid of the proxy, exclude the port, or use a native sidecar, which starts before them. With --host the listeners of the host can be given.',
  },
  lost: {
    title: 'the kernel discards the packet, and no rule is to blame',
    means: 'Routing or a sanity check threw it away. No counter of iptables shows it.',
    why: 'Between the hooks the kernel routes the packet and checks its addresses. The reason stands in the answer; each has a page of its own, such as `chainwalk explain martian-source`.',
    see: [
      { run: 'nstat -az | grep -E "InNoRoutes|InAddrErrors|IPReversePathFilter"', look: 'a counter that rises' },
      { run: 'perf trace -e skb:kfree_skb', look: 'the reason that the kernel gives for each packet it frees' },
    ],
    todo: 'See the page of the reason.',
  },
  undecided: {
    title: 'the answer depends on something that chainwalk cannot know',
    means: 'At least two different outcomes are possible. The answer names the rules that it hangs on and shows each branch.',
    why: 'Either a rule decides by chance or by history (statistic, limit, recent, hashlimit): the kernel itself decides anew each time. Or a rule uses a match or target whose meaning chainwalk does not claim: it guesses neither yes nor no. A rule that cannot change the result does not make it undecided.',
    see: [TRACE_IT],
    todo: 'Read the branches: often only one is interesting. With --strict, undecided counts as a failure (exit code 1).',
  },
};

export const OUTCOME_PAGES: readonly Page[] = Object.entries(TEXTS).map(([id, text]) => ({ id, group: 'outcome', ...text }));
