/** Pages on the reasons why the kernel discards a packet outside the rules. */
import type { LostReason } from '../../simulate/trace.ts';
import type { Page } from './page.ts';

type Text = Omit<Page, 'id' | 'group'>;

const TEXTS: Readonly<Record<LostReason, Text>> = {
  'no-route': {
    title: 'there is no route to the destination',
    means:
      'For a packet made here: connect() or sendto() fails with ENETUNREACH before any rule is asked. For a packet that came in: it is discarded after PREROUTING.',
    why: 'Routing comes before OUTPUT and between PREROUTING and INPUT or FORWARD. No route of any table that the rules of `ip rule` lead to covers the destination.',
    see: [{ run: 'ip route get DST', look: '`Network is unreachable`' }],
    todo: 'Add a route, or give the real ones with --host: without it chainwalk takes a pod with a default route for both families.',
  },
  'martian-source': {
    title: 'the source address cannot come from outside',
    means:
      'The packet came in by an interface with a source in 127.0.0.0/8 or with an address of this host. The kernel takes it for forged and discards it after PREROUTING.',
    why: 'Source validation on input refuses such sources whatever rp_filter says. Packets that come back by lo are exempt: they keep the route they were sent with.',
    see: [{ run: 'sysctl -w net.ipv4.conf.all.log_martians=1; dmesg -w', look: '`martian source`' }],
    todo: 'Look for source NAT to an address that this host has too, or for a proxy that spoofs the client in TPROXY mode and whose answer takes another way.',
  },
  'martian-destination': {
    title: 'a loopback destination cannot be reached from outside',
    means:
      'A packet that came in by an interface has a destination in 127.0.0.0/8, often after DNAT to 127.0.0.1 in PREROUTING. The kernel discards it.',
    why: 'Input routing refuses 127.0.0.0/8 unless net.ipv4.conf.IFACE.route_localnet is 1. REDIRECT in PREROUTING does not run into this: it uses the address of the interface.',
    see: [{ run: 'sysctl net.ipv4.conf.eth0.route_localnet', look: '0' }],
    todo: 'Use REDIRECT instead of DNAT to 127.0.0.1, or set route_localnet and guard the port against the outside.',
  },
  'not-forwarding': {
    title: 'the destination is not local and this host does not forward',
    means: 'The packet is for another host, but this one is no router. It is discarded before FORWARD: no rule there can see it.',
    why: 'net.ipv4.ip_forward (net.ipv6.conf.all.forwarding) is 0, the usual setting inside a pod.',
    see: [{ run: 'sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding', look: '0' }],
    todo: 'If the packet was meant for this host, look for the DNAT or TPROXY routing that should have made it local. If the host is a router, say so with --host.',
  },
  'ttl-exceeded': {
    title: 'the time to live ran out',
    means:
      'The packet would be forwarded, but its TTL (hop limit) is 1. It is dropped before the FORWARD hook and the sender gets ICMP time exceeded.',
    why: 'A router takes 1 from the TTL before it forwards. This is how traceroute works, and the sign of a routing loop.',
    see: [{ run: 'tcpdump -ni any "icmp[icmptype] == icmp-timxceed"', look: 'answers from this host' }],
    todo: 'For traceroute: nothing. Otherwise look for two hosts that route the packet to each other.',
  },
  'no-transparent-socket': {
    title: 'TPROXY found no transparent socket on its port',
    means: 'TPROXY drops what it cannot hand over. The sender waits until it gives up.',
    why: 'The target looks for a socket with IP_TRANSPARENT on --on-port. When the proxy does not run, or listens without the option, there is none.',
    see: [{ run: 'ss -ltne "sport = :15006"', look: 'no line: nothing listens' }],
    todo: 'Start the proxy first. Give the proxy CAP_NET_ADMIN, which IP_TRANSPARENT needs. With --host, mark the listener `transparent`.',
  },
  'reverse-path': {
    title: 'the source is not reached through the interface that the packet came by',
    means: 'Strict reverse path filtering discards it after PREROUTING.',
    why: 'With rp_filter 1 the route back to the source must lead out of the same interface; 2 asks only that there is a route. Pods with two interfaces run into this.',
    see: [{ run: 'nstat -az TcpExtIPReversePathFilter; sysctl net.ipv4.conf.all.rp_filter', look: 'a counter that rises' }],
    todo: 'Add the route back, or use rp_filter 2 on that interface. The effective value is the larger of `all` and of the interface.',
  },
  'reroute-failed': {
    title: 'the rules changed the packet and no route fits it any more',
    means:
      'A packet made here was rewritten or marked in OUTPUT. The kernel routed it again and failed, so it dropped it there: POSTROUTING never saw it.',
    why: 'After mangle OUTPUT (a new mark) and nat OUTPUT (a new destination) the route is looked up again. A source of 127.0.0.1 with a destination outside is refused, and so is a destination without a route.',
    see: [{ run: 'ip route get NEWDST from SRC mark MARK', look: 'the error that the kernel gets too' }],
    todo: 'To send loopback traffic elsewhere, the source must change as well, and that happens too late, in POSTROUTING. Redirect to a local port instead.',
  },
  'no-address': {
    title: 'an interface has no address that could be used',
    means: 'REDIRECT or MASQUERADE needs an address of the interface in the family of the packet and finds none. The packet is dropped.',
    why: 'REDIRECT in PREROUTING takes the first address of the input interface, MASQUERADE one of the output interface.',
    see: [{ run: 'ip address show dev IFACE', look: 'no line `inet` (or `inet6` with global scope)' }],
    todo: 'Give the interface an address, or list its addresses with --host.',
  },
  'awaiting-fragments': {
    title: 'one fragment alone goes no further',
    means:
      'Where connections are tracked the kernel puts fragments together before the rules see them. A single fragment waits for the others and is thrown away after a while.',
    why: 'Conntrack needs the ports, which only the first fragment carries. Without conntrack, fragments are put together only before INPUT.',
    see: [{ run: 'nstat -az | grep Reasm', look: 'IpReasmTimeout or IpReasmFails rising' }],
    todo: 'Trace the whole packet, without `frag`: that is what the rules see.',
  },
  'connection-clash': {
    title: 'two connections would have the same answers',
    means: 'The answers to the packet would look like packets of a connection that is there already. The kernel drops the later one.',
    why: 'NAT chooses another source port where there are ports. Protocols without ports, and hosts without a nat table, leave nothing to choose.',
    see: [{ run: 'conntrack -S', look: '`insert_failed` or `drop` rising' }],
    todo: 'Rewrite one of the two to another address, or keep them apart by a zone in both directions.',
  },
  'masquerade-moved': {
    title: 'a masqueraded connection would leave by another interface',
    means:
      'The first packet of the connection left by one interface and took its address; this one is routed to another. The kernel drops it and forgets the connection.',
    why: 'The answers would come to the old address. A new connection will take the address of the new interface.',
    see: [{ run: 'ip route get DST from SRC mark MARK', look: 'an interface that is not that of the translated source' }],
    todo: 'Let all packets of a connection be routed alike: restore the mark (CONNMARK --restore-mark in mangle) where a mark chooses the route.',
  },
  'translated-redirect': {
    title: 'an ICMP redirect about a connection under NAT',
    means: 'The two sides of such a connection would go on without this host, and without its rewriting. NAT drops the redirect.',
    why: 'NAT rewrites the ICMP errors of its connections, and passes them on; a redirect is the one that it does not.',
    see: [{ run: 'conntrack -L', look: 'a connection whose reply tuple is not its original one the other way round' }],
    todo: 'Nothing: hosts should not follow redirects.',
  },
  'bad-address': {
    title: 'an address of the packet can never be on the wire',
    means: 'The kernel refuses the packet for its addresses alone, before or after PREROUTING.',
    why: 'Examples: the source 0.0.0.0 to a unicast destination, a multicast or broadcast source, the destination 0.0.0.0 from outside.',
    see: [{ run: 'nstat -az IpInAddrErrors', look: 'a counter that rises' }],
    todo: 'Check the addresses of the packet and of NAT rules that rewrite them.',
  },
  'unreachable-route': {
    title: 'the route to the destination says no',
    means:
      'The best route is of type unreachable, prohibit or blackhole, or a rule of `ip rule` is. The first two answer with an ICMP error, the last one does not.',
    why: 'CNIs use such routes for addresses that are not theirs any more, and VPN software for what must not leak.',
    see: [{ run: 'ip route get DST', look: '`No route to host`, `Permission denied` or `Invalid argument`' }],
    todo: 'Find the route with `ip route show table all`.',
  },
};

export const LOST_PAGES: readonly Page[] = Object.entries(TEXTS).map(([id, text]) => ({ id, group: 'lost', ...text }));
