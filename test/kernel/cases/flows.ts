/** What later packets meet: answers, packets of the other side, errors about them. Each case plays its packets in order. */
import type { Quoted } from '../../../src/packet/packet.ts';
import type { HostJson } from '../question.ts';
import { FORWARDING, filter, LINK_LOCAL, mangle, markState, nat, raw, stateOf } from './kernelCase.ts';

export interface FlowCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly host?: Partial<HostJson>;
  readonly rules: string;
  /** each with its end as compare.ts writes it, `mark 0` left out */
  readonly packets: readonly FlowStep[];
}

export interface FlowStep {
  readonly packet: string;
  /** of an ICMP error: the packet that it is about, as its sender saw it */
  readonly about?: { readonly [Key in keyof Quoted]: Key extends 'src' | 'dst' ? string : Quoted[Key] };
  readonly end: string;
}

const step = (packet: string, end: string): FlowStep => ({ packet, end });

export const FLOW_CASES: readonly FlowCase[] = [
  {
    name: 'answers are rewritten the other way round, and the nat table is not asked again',
    host: FORWARDING,
    rules: nat(
      '-A PREROUTING -d 10.244.0.5 -p tcp -j DNAT --to-destination 192.168.50.9:8080',
      '-A POSTROUTING -o net1 -j SNAT --to-source 192.168.50.5',
    ),
    packets: [
      step('in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0', 'forwarded -o net1 192.168.50.5:41000 > 192.168.50.9:8080'),
      step('in tcp 192.168.50.9:8080 -> 192.168.50.5:41000 iif=net1 flags=SA', 'forwarded -o eth0 10.244.0.5:80 > 10.0.0.9:41000'),
      step('in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0 flags=A', 'forwarded -o net1 192.168.50.5:41000 > 192.168.50.9:8080'),
    ],
  },
  {
    name: 'an answer of a redirected packet comes from where the packet was sent to',
    rules: nat('-A OUTPUT -d 10.0.0.9 -p tcp -j REDIRECT --to-ports 15001'),
    packets: [
      step('out tcp 10.244.0.5:41000 -> 10.0.0.9:80', 'delivered -i lo 10.244.0.5:41000 > 127.0.0.1:15001'),
      step('out tcp 127.0.0.1:15001 -> 10.244.0.5:41000 flags=SA', 'delivered -i lo 10.0.0.9:80 > 10.244.0.5:41000'),
    ],
  },
  {
    name: 'UDP is NEW until it is answered, in both directions ESTABLISHED from then on',
    rules: markState('POSTROUTING'),
    packets: [
      step('out udp 10.244.0.5:41000 -> 10.0.0.9:53', `sent -o eth0 10.244.0.5:41000 > 10.0.0.9:53${stateOf('NEW')}`),
      step('out udp 10.244.0.5:41000 -> 10.0.0.9:53', `sent -o eth0 10.244.0.5:41000 > 10.0.0.9:53${stateOf('NEW')}`),
      step('in udp 10.0.0.9:53 -> 10.244.0.5:41000 iif=eth0', 'delivered -i eth0 10.0.0.9:53 > 10.244.0.5:41000'),
      step('out udp 10.244.0.5:41000 -> 10.0.0.9:53', `sent -o eth0 10.244.0.5:41000 > 10.0.0.9:53${stateOf('ESTABLISHED')}`),
    ],
  },
  {
    name: 'a SYN opens a connection anew once both sides have closed it, and an ACK that nobody waits for is INVALID',
    rules: markState('INPUT'),
    packets: [
      step('in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0', `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('NEW')}`),
      step(
        'in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0 flags=A',
        `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('INVALID')}`,
      ),
      step('out tcp 10.244.0.5:80 -> 10.0.0.9:41000 flags=SA', 'sent -o eth0 10.244.0.5:80 > 10.0.0.9:41000'),
      step(
        'in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0 flags=FA',
        `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('ESTABLISHED')}`,
      ),
      step('out tcp 10.244.0.5:80 -> 10.0.0.9:41000 flags=FA', 'sent -o eth0 10.244.0.5:80 > 10.0.0.9:41000'),
      step(
        'in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0 flags=A',
        `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('ESTABLISHED')}`,
      ),
      step('in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0', `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('NEW')}`),
    ],
  },
  {
    name: 'FIN without ACK is INVALID in a connection too',
    rules: markState('INPUT'),
    packets: [
      step('in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0', `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('NEW')}`),
      step('out tcp 10.244.0.5:80 -> 10.0.0.9:41000 flags=SA', 'sent -o eth0 10.244.0.5:80 > 10.0.0.9:41000'),
      step(
        'in tcp 10.0.0.9:41000 -> 10.244.0.5:80 iif=eth0 flags=F',
        `delivered -i eth0 10.0.0.9:41000 > 10.244.0.5:80${stateOf('INVALID')}`,
      ),
    ],
  },
  {
    name: 'a packet to its own source is its own answer from the second time on',
    rules: markState('POSTROUTING'),
    packets: [
      step('out udp 10.244.0.5:53 -> 10.244.0.5:53', `delivered -i lo 10.244.0.5:53 > 10.244.0.5:53${stateOf('NEW')}`),
      step('out udp 10.244.0.5:53 -> 10.244.0.5:53', `delivered -i lo 10.244.0.5:53 > 10.244.0.5:53${stateOf('ESTABLISHED')}`),
    ],
  },
  {
    name: 'GRE and UDP-Lite are assured once both sides have been heard, UDP only after two seconds',
    rules: mangle('-A INPUT -m conntrack --ctstatus ASSURED -j MARK --set-mark 7'),
    packets: ['gre', 'udplite', 'udp'].flatMap((proto) => {
      const [own, other] = proto === 'gre' ? ['10.244.0.5', '10.0.0.9'] : ['10.244.0.5:53', '10.0.0.9:53'];
      const arrives = `delivered -i eth0 ${other} > ${own}`;
      return [
        step(`in ${proto} ${other} -> ${own} iif=eth0`, arrives),
        step(`out ${proto} ${own} -> ${other}`, `sent -o eth0 ${own} > ${other}`),
        step(`in ${proto} ${other} -> ${own} iif=eth0`, proto === 'udp' ? arrives : `${arrives} mark 7`),
      ];
    }),
  },
  {
    name: 'REJECT with a reset closes the connection, so that a later FIN is not INVALID',
    rules: nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15006') + filter('-A INPUT -p tcp -j REJECT --reject-with tcp-reset'),
    packets: [
      step('out tcp 10.244.0.5:40000 -> 10.0.0.9:80', 'rejected'),
      step('out tcp 10.244.0.5:40000 -> 10.0.0.9:80 flags=FA', 'rejected'),
    ],
  },
  {
    name: 'a reset that cannot be sent does not close: 127.0.0.1 has no way to another host',
    rules: nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15006') + filter('-A INPUT -p tcp -j REJECT --reject-with tcp-reset'),
    packets: [
      step('out tcp 10.244.0.77:40000 -> 10.0.0.9:80', 'rejected'),
      step('out tcp 10.244.0.77:40000 -> 10.0.0.9:80 flags=A', 'sent -o eth0 10.244.0.77:40000 > 10.0.0.9:80'),
    ],
  },
  {
    name: 'a packet that came back over lo and is rewritten there is routed again, and leaves',
    host: FORWARDING,
    rules: raw('-A PREROUTING -j CT --zone 1') + nat('-A INPUT -j SNAT --to-source fd00:10:244::5'),
    packets: [
      step('in tcp [2001:db8::a]:40000 -> [fd00:10:244::5]:80 iif=eth0', 'delivered -i eth0 [fd00:10:244::5]:40000 > [fd00:10:244::5]:80'),
      step('out tcp [fd00:10:244::5]:80 -> [fd00:10:244::5]:40000 flags=SA', 'sent -o eth0 [fd00:10:244::5]:80 > [2001:db8::a]:40000'),
    ],
  },
  {
    name: 'an ICMP error about a connection is RELATED, and goes where its packets go',
    host: FORWARDING,
    rules: nat('-A POSTROUTING -o eth0 -j SNAT --to-source 10.244.0.5') + markState('FORWARD'),
    packets: [
      step('in udp 192.168.50.9:40000 -> 10.0.0.9:53 iif=net1', `forwarded -o eth0 10.244.0.5:40000 > 10.0.0.9:53${stateOf('NEW')}`),
      {
        packet: 'in icmp 10.0.0.1 -> 10.244.0.5 iif=eth0 icmp=3/1',
        about: { proto: 17, src: '10.244.0.5', dst: '10.0.0.9', sport: 40000, dport: 53 },
        end: `forwarded -o net1 10.0.0.1 > 192.168.50.9${stateOf('RELATED')}`,
      },
    ],
  },
  {
    name: 'an ICMP error to somebody else than the sender of what it quotes is INVALID',
    rules: markState('INPUT'),
    packets: [
      step('out udp 192.168.50.5:40000 -> 10.0.0.9:53', 'sent -o eth0 192.168.50.5:40000 > 10.0.0.9:53'),
      {
        packet: 'in icmp 10.0.0.1 -> 10.244.0.5 iif=eth0 icmp=3/1',
        about: { proto: 17, src: '192.168.50.5', dst: '10.0.0.9', sport: 40000, dport: 53 },
        end: `delivered -i eth0 10.0.0.1 > 10.244.0.5${stateOf('INVALID')}`,
      },
    ],
  },
  {
    name: 'an ICMP redirect about a connection under NAT is dropped',
    rules: nat('-A OUTPUT -d 10.0.0.8 -j DNAT --to-destination 10.0.0.9'),
    packets: [
      step('out udp 10.244.0.5:40000 -> 10.0.0.8:53', 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:53'),
      {
        packet: 'in icmp 10.244.0.1 -> 10.244.0.5 iif=eth0 icmp=5/1',
        about: { proto: 17, src: '10.244.0.5', dst: '10.0.0.9', sport: 40000, dport: 53 },
        end: 'lost',
      },
    ],
  },
  {
    name: '-m socket finds for an ICMP error the socket that sent what it quotes',
    host: { listeners: [{ proto: 'udp', port: 53, address: '10.244.0.5', process: 'app' }] },
    rules: mangle('-A PREROUTING -m socket -j MARK --set-mark 7'),
    packets: [
      {
        packet: 'in icmp 10.244.0.1 -> 10.244.0.5 iif=eth0 icmp=3/1',
        about: { proto: 17, src: '10.244.0.5', dst: '10.0.0.9', sport: 53, dport: 40000 },
        end: 'delivered -i eth0 10.244.0.1 > 10.244.0.5 mark 7',
      },
      {
        packet: 'in icmp 10.244.0.1 -> 10.244.0.5 iif=eth0 icmp=5/1',
        about: { proto: 17, src: '10.244.0.5', dst: '10.0.0.9', sport: 53, dport: 40000 },
        end: 'delivered -i eth0 10.244.0.1 > 10.244.0.5 mark 7',
      },
      step('in icmp 10.244.0.1 -> 10.244.0.5 iif=eth0 icmp=3/1', 'delivered -i eth0 10.244.0.1 > 10.244.0.5'),
    ],
  },
  {
    name: 'two connections without ports and with the same answers: the later one is lost',
    rules: nat('-A OUTPUT -d 10.0.0.0/8 ! -o lo -j REDIRECT'),
    packets: [
      step('out gre 127.0.0.1 -> 10.244.0.5', 'delivered -i lo 127.0.0.1 > 10.244.0.5'),
      step('out gre 10.244.0.5 -> 10.0.0.9', 'lost'),
    ],
  },
  {
    name: 'a zone for answers alone keeps them apart from a connection in no zone',
    host: FORWARDING,
    rules: raw('-A PREROUTING -j CT --zone-reply 3') + nat(),
    packets: [
      step('out gre 192.168.50.5 -> 10.0.0.9', 'sent -o eth0 192.168.50.5 > 10.0.0.9'),
      step('in gre 10.0.0.9 -> 192.168.50.5 iif=eth0', 'delivered -i eth0 10.0.0.9 > 192.168.50.5'),
    ],
  },
  {
    name: 'of two connections that a zone for answers keeps apart, a packet in no zone belongs to the later one',
    host: FORWARDING,
    rules: raw('-A PREROUTING -m tos --tos 4 -j CT --zone-reply 3') + markState('INPUT'),
    packets: [
      step('out gre 192.168.50.5 -> 10.0.0.9', 'sent -o eth0 192.168.50.5 > 10.0.0.9'),
      step('in gre 10.0.0.9 -> 192.168.50.5 iif=eth0', `delivered -i eth0 10.0.0.9 > 192.168.50.5${stateOf('ESTABLISHED')}`),
      step('in gre 10.0.0.9 -> 192.168.50.5 iif=eth0 tos=0x4', `delivered -i eth0 10.0.0.9 > 192.168.50.5${stateOf('NEW')}`),
      step('in gre 10.0.0.9 -> 192.168.50.5 iif=eth0', `delivered -i eth0 10.0.0.9 > 192.168.50.5${stateOf('NEW')}`),
      // its answer would be in zone 3
      step('out gre 192.168.50.5 -> 10.0.0.9', 'sent -o eth0 192.168.50.5 > 10.0.0.9'),
    ],
  },
  {
    name: 'a masqueraded connection ends with the first packet that would leave by another interface',
    host: { ip_rules: ['fwmark 7 lookup 200'], route_tables: { 200: ['default via 192.168.50.1 dev net1'] } },
    rules: nat('-A POSTROUTING -j MASQUERADE'),
    packets: [
      step('out udp 10.244.0.5:40000 -> 10.0.0.9:53', 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:53'),
      step('out udp 10.244.0.5:40000 -> 10.0.0.9:53 mark=7', 'lost'),
      step('out udp 10.244.0.5:40000 -> 10.0.0.9:53 mark=7', 'sent -o net1 192.168.50.5:40000 > 10.0.0.9:53 mark 7'),
    ],
  },
  {
    name: 'rewritten to a link-local address, a packet looks for it on the link that it had',
    host: LINK_LOCAL,
    rules: nat('-A INPUT -i eth0 -j SNAT --to-source fd00:192:168:50::5'),
    packets: [
      step('in udp [fe80::9]:40000 -> [fd00:10:244::5]:53 iif=eth0', 'delivered -i eth0 [fd00:192:168:50::5]:40000 > [fd00:10:244::5]:53'),
      step('out udp [fd00:10:244::5]:53 -> [fd00:192:168:50::5]:40000', 'lost'),
    ],
  },
  {
    name: 'the answer to a question that was redirected on its way in is not rewritten back in another zone',
    rules:
      raw('-A OUTPUT -p udp -m udp --sport 15053 -j CT --zone 2') +
      nat('-A PREROUTING -i net1 -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053'),
    packets: [
      step('in udp 192.168.50.9:41000 -> 8.8.8.8:53 iif=net1', 'delivered -i net1 192.168.50.9:41000 > 192.168.50.5:15053'),
      step('out udp 192.168.50.5:15053 -> 192.168.50.9:41000', 'sent -o net1 192.168.50.5:15053 > 192.168.50.9:41000'),
    ],
  },
];
