/** Pages on what is written on the command line or beside the rules. */
import type { Page } from './page.ts';

const group = 'file';

export const NOTATION_PAGES: readonly Page[] = [
  {
    id: 'rules',
    group,
    title: 'texts in which chainwalk finds rules',
    means:
      'Output of iptables-save and ip6tables-save, input of iptables-restore, shell lines that call iptables, and Markdown that has such lines. One text may have both families and several kinds. What a `$VARIABLE` stands for is said with --set, the first argument of a script with `--set 1=start`. `-` is standard input. A script is carried out as a shell would, with its functions, loops, conditions and here-documents; a value that is not in the text is an error where rules depend on it. Dumps, restores and commands of one text work on the same tables, in their order. The dumps of iptables-legacy-save and iptables-nft-save in one text are both asked.',
    why: 'The kind is told by the content, the family by the header, the command or the addresses, and by --family where nothing tells.',
    see: [{ run: 'chainwalk check FILE', look: 'how many rules of which family were found' }],
    todo: 'Save both families: `(iptables-save; ip6tables-save) > pod.rules`. `iptables -L` leaves out too much and is refused.',
  },
  {
    id: 'packet',
    group,
    title: 'how a packet is written, and a set of packets',
    means:
      '`[in|out] PROTO [SRC[:PORT]] -> DST[:PORT] [key=value ...]`: `out` is sent by a local process, `in` arrives on an interface. An IPv6 address stands in brackets when a port follows. Keys are uid, gid, socket, iif, oif, mark, ctstate, connmark, flags, icmp, ttl, tos, len, frag; for a packet with a state also dir=original|reply, the way of its connection, and ctorigsrc, ctorigdst, the ends of the first packet of it before NAT. With a dash in front it is in iptables form. --where takes sets: prefixes, ranges, lists in braces and `!` in place of values, and what is left out is free.',
    why: 'Of one packet everything has to be known: what is left out is filled in, and printed as assumed. A packet with a state is a later one of a connection: without dir a SYN-ACK is an answer, and so is what goes from a fixed port to one of a client; what its first packet would have met decides about NAT.',
    example: [
      'out tcp -> 203.0.113.9:443 uid=1000',
      'in tcp [fd00::9]:40000 -> [fd00::5]:8080 iif=eth0',
      '-p udp -d 10.96.0.10 --dport 53 --uid-owner 1337',
      'out tcp -> 10.0.0.0/8:{80,8000-8999} uid=!1337',
    ],
    see: [
      {
        run: 'chainwalk trace RULES "out tcp -> 203.0.113.9:443" --json',
        look: 'all fields of the packet, as JSON, which --packets takes',
      },
    ],
    todo: 'Quote it: without quotes the shell takes `>` for itself, and writes to a file.',
  },
  {
    id: 'host',
    group,
    title: 'the host around the rules, as --host has it',
    means:
      'JSON or YAML with the keys interfaces, routes, ip_rules, route_tables, sysctls, listeners, processes, sets, pods and clock; routes and rules are written as `ip` prints them. Nothing is added to it but `lo`, what the kernel derives from addresses, and the rules that are always there, unless default_rules is false. Of rules uidrange, ipproto, ports, tos, goto and VRFs are not modelled, of routes tos, several next hops and encapsulation: packets for which they matter are undecided.',
    why: 'Where a packet goes hangs on routes, addresses and listeners as much as on rules. Without a description the host is a pod: eth0 with 10.244.0.5/24 and fd00:10:244::5/64, the listeners of the mesh, and an application on every other port.',
    example: [
      'interfaces:',
      '  - { name: eth0, addresses: [10.244.0.5/24] }',
      'routes: [default via 10.244.0.1 dev eth0]',
      'ip_rules: [fwmark 1337 lookup 133]',
      'route_tables: { 133: [local 0.0.0.0/0 dev lo] }',
      'listeners:',
      '  - { proto: tcp, port: 15001, process: proxy }',
      '  - { proto: tcp, process: app }',
      'processes:',
      '  proxy: { uid: 1337, gid: 1337 }',
      '  app: { uid: 1000, gid: 1000 }',
    ],
    see: [{ run: 'kubectl chainwalk POD --save FOLDER', look: '`POD.host.json`: the host of a running pod' }],
    todo: 'Start from a saved one, or from the example, and say what differs.',
  },
];
