/** Pages on claims: DNS, exclusions, families, connections. */
import type { Page } from './page.ts';

const group = 'claim';

export const OTHER_CLAIM_PAGES: readonly Page[] = [
  {
    id: 'dns-captured',
    group,
    title: "the application's DNS questions reach the mesh",
    means:
      'Every packet of the application to port 53, UDP or TCP, of another host for which the rules capture DNS (all, or those they name) reaches the DNS listener; except what is excluded by port, group or interface. A range that is excluded does not spare DNS: that is looked at later.',
    why: 'Only one of UDP and TCP is redirected, or a RETURN stands before. Long answers come by TCP, so that it fails for some names only (kumahq/kuma#15401).',
    see: [{ run: 'dig +tcp NAME; dig NAME', look: 'the same answer, with the addresses that the mesh assigns' }],
    todo: 'Redirect port 53 to the agent for both protocols, before the exclusions.',
  },
  {
    id: 'dns-proxy-direct',
    group,
    title: "the mesh's own DNS questions are not led back to it",
    means:
      'Every packet of the proxy to port 53 of a captured server leaves unchanged, or is delivered unchanged when the server is on this host. The same holds for what a DNS forwarder asks its server, where the host description names one: `{"proto":"udp","port":53,"process":"dnsmasq","forwards":"10.96.0.10:53"}` among the listeners, and who dnsmasq runs as.',
    why: 'The rules for DNS stand before those of the proxy user, or a local resolver asks as somebody else (istio/istio#30309). The agent then asks itself until its sockets run out.',
    see: [{ run: 'ss -unp sport = 15053', look: 'the agent as its own client' }],
    todo: 'Let the RETURNs for the user and group of the proxy stand before the jump to the DNS rules. Give a forwarder a group that is excluded.',
  },
  {
    id: 'conntrack-zone-symmetry',
    group,
    title: 'a question and its answer are one connection',
    means:
      'For every TCP or UDP packet from an ephemeral port that leaves this host or is taken by the proxy, the answer (addresses and ports the other way round) gets the conntrack zone of the question. Of DNS, only questions to servers that it is captured for; where it is not captured, all. The same for what other hosts and guests of any interface send, where it is rewritten on its way and then taken by the proxy or forwarded.',
    why: 'The zone of the answer is missing, or asks for the destination where it should ask for the source (istio/istio#46935). Both packets then make an entry of their own, marked UNREPLIED, and when a port is used again soon the address translation of the wrong one applies: DNS fails now and then (#33469).',
    see: [{ run: 'conntrack -L -p udp --dport 53', look: 'two [UNREPLIED] entries for one question' }],
    todo: 'For each `--dport 53 -d SERVER -j CT --zone N` in OUTPUT write `--sport 53 -s SERVER -j CT --zone N` in PREROUTING, in both families.',
  },
  {
    id: 'excluded-bypass',
    group,
    title: 'exclusions do what they say',
    means:
      'Exclusions are read from the rules, where the mesh writes them: a RETURN in its own chain that asks for a port, a range, a user or a group and nothing else; for Istio the pair of RETURNs for an interface, for Kuma the rules with its comment. A rule that lets packets past anywhere else is no exclusion, and breaks outbound-captured or inbound-captured. Every packet of the application that an exclusion is for leaves for where it was sent; every TCP SYN to an excluded inbound port, from an excluded range or on an excluded interface is delivered unchanged. Where DNS is captured, ranges do not exclude port 53; ports, users and groups do.',
    why: 'A redirect stands before: for some time included ranges came first, and excluded ones did nothing (istio/istio#6027).',
    see: [{ run: 'iptables-save -c -t nat', look: 'the RETURN stays at 0' }],
    todo: 'Move the RETURN before the redirect.',
  },
  {
    id: 'virtual-iface-rerouted',
    group,
    title: 'a guest inside the pod is treated as the application',
    means:
      'Every TCP SYN that arrives on a virtual interface for another host reaches the outbound listener, as if the application had sent it, but for the network behind the interface where the rule leaves it out (Kuma); UDP is forwarded, or answered by the DNS listener on port 53.',
    why: 'Traffic of a virtual machine or of containers in a container comes through PREROUTING, where it looks like inbound traffic (istio/istio#33941).',
    see: [{ run: 'iptables-save -c -t nat', look: 'the rule with -i INTERFACE in PREROUTING' }],
    todo: 'Name the interface in the setting of the mesh for virtual interfaces, and let its redirect stand before its RETURN and before the inbound jump.',
  },
  {
    id: 'ipv6-parity',
    group,
    title: 'IPv6 is treated as IPv4 is',
    means:
      'TCP and UDP packets that open a connection are taken as kinds: everything about them but their addresses, which count by what they are: other hosts, this pod, localhost. For application, proxy and arriving packets, every outcome that a kind has for some address in IPv4 it has for some in IPv6, and the reverse. What the kernel loses outside the rules is left out.',
    why: 'No ip6tables rules, or fewer: the plugin did not write them (istio/istio#46625), or one line was forgotten for the second family (#19940, #30868). Then a name with an AAAA record leaves the mesh.',
    see: [{ run: 'diff <(iptables-save) <(ip6tables-save)', look: 'rules without a counterpart' }],
    todo: 'Write the missing rule for IPv6, with ::1/128 for 127.0.0.1/32.',
  },
  {
    id: 'icmpv6-nd-open',
    group,
    title: 'IPv6 neighbour discovery works',
    means:
      'No neighbour solicitation or advertisement (ICMPv6 types 135 and 136), no router solicitation that leaves (133) and no router advertisement that arrives (134), with hop limit 255, from a link-local address or none, to this host or on the link, is dropped or rejected by a rule.',
    why: 'A REJECT or DROP at the end of INPUT without an exception for ICMPv6 (istio/istio#18956). It works until the neighbour cache forgets, some minutes later.',
    see: [{ run: 'ip -6 neigh', look: 'FAILED or INCOMPLETE for the gateway' }],
    todo: 'Accept ICMPv6 types 133 to 136 before everything else in INPUT and OUTPUT.',
  },
  {
    id: 'invalid-not-to-app',
    group,
    title: 'a packet of no known connection does not reset one',
    means:
      'No TCP packet with ACK that conntrack calls INVALID, to a port that is captured inbound, reaches a process that did not ask for it: it is dropped, or captured.',
    why: 'nat sees only packets of a connection. An INVALID one, out of window or late, passes the redirect and reaches the port of the application, which knows nothing of it and answers with a reset (istio/istio#36489, kubernetes#74839). Istio drops them only when told to.',
    see: [
      { run: 'conntrack -S', look: 'the counter `invalid`' },
      { run: "tcpdump -ni eth0 'tcp[tcpflags] & tcp-rst != 0'", look: 'resets from the port of the application' },
    ],
    todo: 'Drop packets in state INVALID in mangle PREROUTING, or accept the rare reset.',
  },
  {
    id: 'reply-path-preserved',
    group,
    title: 'answers go back where they are waited for',
    means:
      "For every TCP connection that is accepted from another host, the SYN-ACK leaves by an interface, not captured. For every connection that the proxy makes with the client's address, the application's SYN-ACK is delivered here, to the proxy, by the mark that the rules saved on the connection. Both are judged as packets of an ESTABLISHED connection with that mark.",
    why: 'The mark is not saved on the connection, not restored on the answer, or no routing rule leads marked packets to lo. The answer then leaves for a client that has never asked it: inbound HBONE timed out when one CONNMARK rule was left out (istio/istio#58546).',
    see: [{ run: 'conntrack -L --mark 0x111; ip rule', look: 'the mark on the connection, and the rule that looks up its table' }],
    todo: 'Save the mark in mangle PREROUTING, restore it in mangle OUTPUT, and keep `ip rule fwmark` and its local route.',
  },
  {
    id: 'no-dead-end',
    group,
    title: 'nothing is for the port of the listener that takes it',
    means:
      "No TCP SYN of the application to another host, and none that arrives, is led to a capture listener of the proxy whose own port it is for: 15001 on the way out, 15006 on the way in. With Istio's rules there always are such packets, so this is for information, and asked only with --only no-dead-end.",
    why: 'The rules redirect every port, these two as well, and the proxy closes such a connection at once: passed on, it would come back to the same listener. A service at port 15001 of another host cannot be reached from the mesh, whatever its policies.',
    see: [
      {
        run: 'kubectl exec POD -c istio-proxy -- pilot-agent request GET listeners',
        look: 'virtualOutbound at 15001, virtualInbound at 15006',
      },
    ],
    todo: 'Let no service use these ports, or exclude the port of the one that must.',
  },
  {
    id: 'probe-source-rewritten',
    group,
    title: 'ambient: the node’s probes have the source that pods know',
    means:
      'On a node: every TCP SYN of a local process to one of the `pods` of the host description leaves with the source 169.254.7.127, or fd16:9254:7127:1337:ffff:ffff:ffff:ffff. Without `pods` nothing is asked.',
    why: 'The address of the pod is not in the ipset istio-inpod-probes-v4, or another rule of POSTROUTING stands before the jump to ISTIO_POSTRT and decides first. The probe then comes with an address of the node, is captured in the pod, and strict mutual TLS refuses it (istio/istio#56414).',
    see: [
      { run: 'ipset list istio-inpod-probes-v4', look: 'the address of the pod' },
      { run: 'iptables-save -t nat', look: '-A POSTROUTING -j ISTIO_POSTRT before all other rules of POSTROUTING' },
    ],
    todo: 'Restart the CNI agent of the node, which fills the set again; put the jump first (Istio 1.27 does).',
  },
];
