/** Settings under which Istio's own rules break a promise, those with TPROXY or DNS capture. test/istio/law/exceptions.ts says for which settings each holds, and shows it;
 *  test/kernel/exceptions.test.ts puts the packet to the kernel. */
import type { Page } from './page.ts';

const group = 'exception';

export const EXCEPTION_PAGES_OF_MODES: readonly Page[] = [
  {
    id: 'tproxy-tunnel',
    group,
    title: 'TPROXY',
    means: 'tunnel-port-open does not hold: a connection to 15008, and the proxy’s own to 15008 of its pod, is led to 15006.',
    why: 'The RETURN for the tunnel port is in the nat table, and in TPROXY mode inbound traffic passes mangle.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:15008"', look: 'captured-in' }],
    todo: 'Add 15008 to the excluded inbound ports.',
  },
  {
    id: 'tproxy-mark',
    group,
    title: 'TPROXY with another mark than 1337',
    means:
      'no-redirect-loop, passthrough-returned and reply-path-preserved do not hold: each inbound connection loops between 15006 and itself.',
    why: 'The rules look for the mark that was set. The proxy sets 1337 on what it passes on, whatever the setting says.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:8080"', look: 'loop' }],
    todo: 'Leave the mark as it is.',
  },
  {
    id: 'tproxy-dns',
    group,
    title: 'TPROXY with DNS capture',
    means:
      'no-redirect-loop, passthrough-returned, reply-path-preserved and dns-proxy-direct do not hold for TCP port 53: an inbound connection to port 53 of the pod loops at 15006, and so does the question that the agent asks a resolver on localhost by TCP.',
    why: 'With DNS capture the rule of the proxy’s user that lets others go on lo spares port 53, and the rule after it, that of the proxy’s group, leads everything but the tunnel port back in. In TPROXY mode the proxy is root and known by that group alone.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:53"', look: 'loop' }],
    todo: 'Exclude port 53 inbound where the pod serves it, and let resolvers be on other hosts.',
  },
  {
    id: 'tproxy-loopback-range',
    group,
    title: 'TPROXY with a captured range that begins at a loopback address',
    means: 'no-redirect-loop, passthrough-returned and reply-path-preserved do not hold: each inbound connection loops at 15006.',
    why: 'With such a range the rule of the proxy’s user that lets others go on lo is not written, and the rule of the group leads what 15006 passes on back to it.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:8080"', look: 'loop' }],
    todo: 'Take the range out.',
  },
  {
    id: 'no-proxy-user',
    group,
    title: '--proxy-uid is a list without any item, such as `,`: with TPROXY, or without a group',
    means: 'no-redirect-loop, passthrough-returned and reply-path-preserved do not hold: each inbound connection loops at 15006.',
    why: 'With TPROXY there is then no rule that lets others go on lo before the group’s; without a group nothing spares the proxy at all, and what it sends to other hosts loops at 15001. An empty text would have meant 1337.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:8080"', look: 'loop' }],
    todo: 'Name the user.',
  },
  {
    id: 'tproxy-root-user',
    group,
    title: 'TPROXY, and the first user of --proxy-uid is root',
    means: 'no-redirect-loop, passthrough-returned and reply-path-preserved do not hold: each inbound connection loops at 15006.',
    why: 'In TPROXY mode the proxy does run as root, but the first rule of a user leads what it sends to its own pod back in, which is meant for calls of the pod to itself. Injection passes 1337, so that its rules let root’s packets on lo go.',
    see: [{ run: 'chainwalk trace RULES "in tcp -> 10.244.0.5:8080"', look: 'loop' }],
    todo: 'Pass --proxy-uid 1337, as injection does.',
  },
  {
    id: 'tproxy-excluded-interface',
    group,
    title: 'TPROXY with an excluded interface',
    means:
      'reply-path-preserved does not hold for clients whose address is behind that interface, when they come another way: the application’s answer leaves by the excluded interface and never reaches the proxy, which used the client’s address.',
    why: 'The RETURN for the interface in mangle OUTPUT stands before the rule that restores the mark by which answers are routed to lo.',
    see: [
      {
        run: 'chainwalk trace RULES "out tcp 198.51.100.9 -> 10.244.0.5:8080 uid=0 gid=1337 mark=1337"',
        look: 'to-app; the answer leaves by the interface',
      },
    ],
    todo: 'Use REDIRECT where interfaces are excluded, or keep ways symmetric.',
  },
  {
    id: 'tproxy-virtual-interface',
    group,
    title: 'TPROXY with virtual interfaces',
    means: 'virtual-iface-rerouted does not hold: what guests send is taken for inbound traffic and led to 15006.',
    why: 'The redirect of guests is in nat, after mangle has handed the packet over.',
    see: [{ run: 'chainwalk trace RULES "in tcp 198.51.100.9 -> 203.0.113.9:443 iif=net1"', look: 'captured-in' }],
    todo: 'Use REDIRECT where there are guests.',
  },
  {
    id: 'ambient-ingress-mark',
    group,
    title: 'ambient, inbound capture bypassed, up to 1.28',
    means:
      'reply-path-preserved and mark-consistency do not hold: what ztunnel passes on with the client’s address is answered past it, and connections through HBONE time out.',
    why: 'The rule that saves ztunnel’s mark on the connection was left out with the capture. Mended in 1.29 (istio/istio#58546).',
    see: [
      { run: 'chainwalk trace RULES "out tcp 203.0.113.9 -> 10.244.0.5:8080 uid=0 mark=0x539"', look: 'to-app; the answer leaves by eth0' },
    ],
    todo: 'Go to 1.29.',
  },
  {
    id: 'resolvers-of-one-family',
    group,
    title: 'DNS capture for resolvers of one family, or with those on localhost in one family alone',
    means: 'ipv6-parity does not hold: questions over one family are captured, over the other they leave.',
    why: 'Each family captures DNS for its own resolvers of resolv.conf.',
    see: [{ run: 'chainwalk trace RULES "out udp -> [2001:db8::53]:53 uid=1000"', look: 'direct' }],
    todo: 'Set CAPTURE_ALL_DNS.',
  },
  {
    id: 'excluded-dns-zone',
    group,
    title: 'DNS capture with excluded groups, interfaces, or port 53',
    means:
      'conntrack-zone-symmetry does not hold for the questions of those who are excluded: the question is in zone 2, the answer in zone 1, and conntrack has two entries that never meet.',
    why: 'The exclusions are in the nat table. The rules in raw that choose the zone do not know of them.',
    see: [{ run: 'chainwalk trace RULES "out udp -> 10.96.0.10:53 uid=2000 gid=2000"', look: 'direct; the answer is a new connection' }],
    todo: 'Nothing; the answer arrives, for no rule asks for ESTABLISHED. A firewall that does will drop it.',
  },
  {
    id: 'answer-zone-by-destination',
    group,
    title: 'DNS capture up to 1.19',
    means:
      'conntrack-zone-symmetry does not hold: the rule for answers of a resolver asks for its address as the destination, so that the answer stays in zone 0.',
    why: 'Mended in 1.20 (istio/istio#46935).',
    see: [{ run: 'chainwalk trace RULES "out udp -> 10.96.0.10:53 uid=1337"', look: 'direct; the answer is a new connection' }],
    todo: 'Go to 1.20.',
  },
  {
    id: 'dns-after-ranges',
    group,
    title: 'DNS capture with excluded ranges in 1.23 and 1.24',
    means: 'dns-captured does not hold for UDP: a resolver within an excluded range is asked directly. By TCP it is captured.',
    why: 'In these versions the rules for UDP stand at the end of ISTIO_OUTPUT, after the ranges.',
    see: [{ run: 'chainwalk trace RULES "out udp -> 10.96.0.10:53 uid=1000"', look: 'direct' }],
    todo: 'Go to 1.25, or leave resolvers out of the excluded ranges.',
  },
];
