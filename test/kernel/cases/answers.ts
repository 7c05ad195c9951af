/** What REJECT answers, and what becomes of the answer: it is a packet of this host, and meets the rules for those. */
import type { HostJson } from '../question.ts';
import { FORWARDING, filter, LINK_LOCAL, mangle, nat, raw } from './kernelCase.ts';

export interface AnswerCase {
  readonly name: string;
  readonly host?: Partial<HostJson>;
  readonly rules: string;
  readonly packet: string;
  /** where the packet ends */
  readonly fate: 'rejected' | 'dropped';
}

const SENDER = '10.244.0.9';
const TCP = `in tcp ${SENDER}:4000 -> 10.244.0.5:80`;
const UDP = `in udp ${SENDER}:4000 -> 10.244.0.5:53 len=60`;
const OWN = 'out udp 10.244.0.5:4000 -> 10.0.0.9:53 uid=1000 len=60';
const OWN_TCP = 'out tcp 10.244.0.5:4000 -> 10.0.0.9:80 uid=1000';
const PASSING = `in udp ${SENDER}:4000 -> 192.168.50.9:53 len=60`;
const TCP6 = 'in tcp [fd00:10:244::9]:4000 -> [fd00:10:244::5]:80';
const UDP6 = 'in udp [fd00:10:244::9]:4000 -> [fd00:10:244::5]:53';
const RESET_WEB = '-p tcp --dport 80 -j REJECT --reject-with tcp-reset';
const RESET = '-p tcp -j REJECT --reject-with tcp-reset';

/** A rule without a target for everything that may be asked about an answer: the rows show which of them match. */
const ASKED = [
  '-p tcp --tcp-flags ALL RST,ACK',
  '-p tcp --tcp-flags ALL RST',
  ...[28, 40, 48, 60, 68, 88, 88 + 20, 576].map((length) => `-m length --length ${length}`),
  ...[63, 64, 255].map((ttl) => `-m ttl --ttl-eq ${ttl}`),
  ...['0x00', '0xc0', '0xc4', '0xd4', '0xd0', '0xdc'].map((tos) => `-m tos --tos ${tos}/0xff`),
  '-m mark --mark 0',
  ...['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'SNAT', 'DNAT'].map((state) => `-m conntrack --ctstate ${state}`),
  ...['ORIGINAL', 'REPLY'].map((dir) => `-m conntrack --ctdir ${dir}`),
  ...['CONFIRMED', 'SEEN_REPLY', 'ASSURED'].map((status) => `-m conntrack --ctstatus ${status}`),
  ...['6', '17', '1'].map((proto) => `-m conntrack --ctproto ${proto}`),
  ...['--ctorigsrcport 4000', '--ctorigdstport 53', '--ctreplsrcport 53', '--ctreplsrc 10.0.0.9', '--ctrepldst 10.244.0.5'].map(
    (port) => `-m conntrack ${port}`,
  ),
  '-p icmp --icmp-type port-unreachable',
  '-p icmp --icmp-type communication-prohibited',
];
const OWNERS = ['--uid-owner 0', '! --uid-owner 0', '--socket-exists', '! --socket-exists'].map((owner) => `-m owner ${owner}`);
const ask = (chain: string, more: readonly string[] = []) => [...ASKED, ...more].map((match) => `-A ${chain} ${match}`);
const ASKED6 = ASKED.filter((match) => !/icmp|--ttl|1[02]\.|1 *$|10\./.test(match));
const ask6 = (chain: string) =>
  [...ASKED6, '-m hl --hl-eq 64', '-p icmpv6 --icmpv6-type port-unreachable', ...OWNERS].map((match) => `-A ${chain} ${match}`);
const allOf = (hooks: readonly string[]) =>
  raw(...ask('OUTPUT', OWNERS)) + mangle(...hooks.flatMap((hook) => ask(hook, hook === 'POSTROUTING' ? OWNERS : [])));

export const ANSWER_CASES: readonly AnswerCase[] = [
  {
    name: 'the error to an arriving packet',
    packet: UDP,
    rules: allOf(['OUTPUT', 'POSTROUTING']) + filter('-A INPUT -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'the error about a packet with a priority and data',
    packet: `in udp ${SENDER}:4000 -> 10.244.0.5:53 tos=0x14 len=80`,
    rules: allOf(['OUTPUT']) + filter('-A INPUT -j REJECT --reject-with icmp-admin-prohibited'),
    fate: 'rejected',
  },
  {
    name: 'the error about a long packet',
    packet: `in udp ${SENDER}:4000 -> 10.244.0.5:53 len=900`,
    rules: allOf(['OUTPUT']) + filter('-A INPUT -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'the reset to an arriving packet',
    packet: TCP,
    rules: allOf(['OUTPUT', 'POSTROUTING']) + filter(`-A INPUT ${RESET}`),
    fate: 'rejected',
  },
  {
    name: 'the error to an arriving packet of IPv6',
    packet: UDP6,
    rules: mangle(...ask6('OUTPUT')) + filter('-A INPUT -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'the reset to an arriving packet of IPv6',
    packet: TCP6,
    rules: mangle(...ask6('OUTPUT')) + filter(`-A INPUT ${RESET}`),
    fate: 'rejected',
  },
  {
    name: 'the error to a process here comes back over lo',
    packet: OWN,
    rules:
      allOf(['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT']) +
      filter('-A INPUT -s 10.244.0.5 -d 10.244.0.5 -i lo', '-A OUTPUT -p udp -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'the reset to a process here comes back over lo, from where it wanted to go',
    packet: OWN_TCP,
    rules:
      allOf(['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT']) +
      filter('-A INPUT -s 10.0.0.9 -d 10.244.0.5 -i lo', `-A OUTPUT ${RESET_WEB}`),
    fate: 'rejected',
  },
  {
    name: 'an error about a packet that passes has the address of the interface to its sender',
    host: FORWARDING,
    packet: PASSING,
    rules: allOf(['OUTPUT']) + filter('-A FORWARD -j REJECT', '-A OUTPUT -s 10.244.0.5 -d 10.244.0.9'),
    fate: 'rejected',
  },
  {
    name: 'the answer about an untracked packet is INVALID, and CT rules are too late for it',
    packet: UDP,
    rules:
      raw('-A PREROUTING -j CT --notrack', '-A OUTPUT -m conntrack --ctstate INVALID', '-A OUTPUT -j CT --notrack') +
      mangle(...ask('OUTPUT')) +
      filter('-A INPUT -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'so is the reset',
    packet: TCP,
    rules:
      raw('-A PREROUTING -j CT --notrack', '-A OUTPUT -m conntrack --ctstate INVALID', '-A OUTPUT -j CT --notrack') +
      mangle(...ask('OUTPUT')) +
      filter(`-A INPUT ${RESET}`),
    fate: 'rejected',
  },
  {
    name: 'an untracked packet of a process here: the answer is INVALID on lo too',
    packet: OWN,
    rules:
      raw('-A OUTPUT -p udp -j CT --notrack', '-A PREROUTING -j CT --notrack') +
      mangle(...ask('INPUT')) +
      filter('-A OUTPUT -p udp -j REJECT'),
    fate: 'rejected',
  },
  {
    name: 'an untracked segment of a process here: the reset can be untracked on lo',
    packet: OWN_TCP,
    rules:
      raw('-A OUTPUT -p tcp -j CT --notrack', '-A PREROUTING -j CT --notrack') + mangle(...ask('INPUT')) + filter(`-A OUTPUT ${RESET_WEB}`),
    fate: 'rejected',
  },
  {
    name: 'nat asks about a reset, which it leaves as it is',
    packet: TCP,
    rules: nat('-A POSTROUTING -p tcp -j SNAT --to-source 10.244.0.77') + mangle(...ask('POSTROUTING')) + filter(`-A INPUT ${RESET}`),
    fate: 'rejected',
  },
  {
    name: 'nat does not ask about an error',
    packet: UDP,
    rules: nat('-A POSTROUTING -j SNAT --to-source 10.244.0.77') + filter('-A INPUT -j REJECT', '-A OUTPUT -s 10.244.0.5'),
    fate: 'rejected',
  },
  {
    name: 'what was redirected here is answered by where it was sent, once it has passed the filter',
    packet: 'in tcp 10.244.0.9:4000 -> 10.244.0.5:80',
    rules:
      nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 15006') +
      mangle(...ask('POSTROUTING')) +
      filter(
        `-A INPUT -p tcp --dport 15006 -j REJECT --reject-with tcp-reset`,
        '-A OUTPUT -p tcp --sport 15006',
        '-A OUTPUT -p tcp --sport 80',
      ),
    fate: 'rejected',
  },
  {
    name: 'so is what a process here sent and was redirected, over lo',
    packet: OWN_TCP,
    rules:
      nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15001', '-A POSTROUTING -s 127.0.0.1', '-A POSTROUTING -s 10.0.0.9') +
      filter(
        `-A OUTPUT -p tcp --dport 15001 -j REJECT --reject-with tcp-reset`,
        '-A INPUT -s 127.0.0.1',
        '-A INPUT -s 10.0.0.9 -p tcp --sport 80',
      ),
    fate: 'rejected',
  },
  { name: 'OUTPUT drops the error', packet: UDP, rules: filter('-A INPUT -j REJECT', '-A OUTPUT -p icmp -j DROP'), fate: 'dropped' },
  {
    name: 'OUTPUT drops the reset',
    packet: TCP,
    rules: filter(`-A INPUT ${RESET}`, '-A OUTPUT -m conntrack --ctstate RELATED -j DROP'),
    fate: 'dropped',
  },
  {
    name: 'INPUT drops what comes back over lo',
    packet: OWN,
    rules: filter('-A INPUT -i lo -j DROP', '-A OUTPUT -p udp -j REJECT'),
    fate: 'dropped',
  },
  { name: 'a reset meets the rule that made it', packet: OWN_TCP, rules: filter(`-A OUTPUT ${RESET}`), fate: 'dropped' },
  {
    name: 'REJECT does not answer an error, and stops it',
    packet: OWN,
    rules: filter('-A OUTPUT -j REJECT'),
    fate: 'dropped',
  },
  {
    name: 'the rule of an owner stops what belongs to nobody',
    packet: UDP,
    rules: filter('-A INPUT -j REJECT', '-A OUTPUT -m owner ! --uid-owner 0 -j DROP'),
    fate: 'dropped',
  },
  {
    name: 'a firewall that lets RELATED go lets the answer go',
    packet: UDP,
    rules: `*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT DROP\n-A INPUT -j REJECT\n-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\nCOMMIT\n`,
    fate: 'rejected',
  },
  {
    name: 'IPv4 sends no error from an address that it has not got: another table calls it local',
    host: { ip_rules: ['fwmark 1 lookup 133'], route_tables: { '133': ['local default dev lo'] } },
    packet: `in udp ${SENDER}:4000 -> 8.8.8.8:53 len=60`,
    rules: mangle('-A PREROUTING -j MARK --set-mark 1') + filter('-A INPUT -j REJECT'),
    fate: 'dropped',
  },
  {
    name: 'but it sends a reset from there',
    host: { ip_rules: ['fwmark 1 lookup 133'], route_tables: { '133': ['local default dev lo'] } },
    packet: `in tcp ${SENDER}:4000 -> 8.8.8.8:80`,
    rules: mangle('-A PREROUTING -j MARK --set-mark 1', ...ask('OUTPUT')) + filter(`-A INPUT ${RESET}`, '-A OUTPUT -s 8.8.8.8'),
    fate: 'rejected',
  },
  {
    name: 'IPv6 sends the error from another address',
    host: { ip_rules: ['-6 fwmark 1 lookup 133'], route_tables: { '133': ['-6 local default dev lo'] } },
    packet: 'in udp [fd00:10:244::9]:4000 -> [2001:db8::9]:53 len=80',
    rules: mangle('-A PREROUTING -j MARK --set-mark 1', ...ask6('OUTPUT')) + filter('-A INPUT -j REJECT', '-A OUTPUT -s fd00:10:244::5'),
    fate: 'rejected',
  },
  {
    name: 'an error about a packet of IPv6 that passes',
    host: FORWARDING,
    packet: 'in udp [fd00:10:244::9]:4000 -> [fd00:192:168:50::9]:53 len=80',
    rules: mangle(...ask6('OUTPUT')) + filter('-A FORWARD -j REJECT', '-A OUTPUT -s fd00:10:244::5 -d fd00:10:244::9'),
    fate: 'rejected',
  },
  {
    name: 'an error to a process here, of IPv6',
    packet: 'out udp [fd00:10:244::5]:4000 -> [2001:db8::9]:53 uid=1000 len=80',
    rules: mangle(...ask6('OUTPUT')) + filter('-A OUTPUT -p udp -j REJECT', '-A INPUT -i lo -s fd00:10:244::5 -d fd00:10:244::5'),
    fate: 'rejected',
  },
  {
    name: 'a neighbour is answered on the link',
    host: LINK_LOCAL,
    packet: 'in udp [fe80::9]:4000 -> [fe80::5]:53 len=80',
    rules: filter('-A INPUT -j REJECT', '-A OUTPUT -o eth0 -s fe80::5 -d fe80::9'),
    fate: 'rejected',
  },
  {
    name: 'the sender to whom no route leads is not answered',
    host: { routes: [] },
    packet: 'in udp 203.0.113.9:4000 -> 10.244.0.5:53 len=60',
    rules: filter('-A INPUT -j REJECT'),
    fate: 'dropped',
  },
  {
    name: 'the mark of the packet is not that of the answer, and a mark in OUTPUT sends it another way',
    host: { ip_rules: ['fwmark 1 lookup 100'], route_tables: { '100': ['default via 192.168.50.1 dev net1'] } },
    packet: UDP,
    rules:
      mangle('-A OUTPUT -p icmp -j MARK --set-mark 1', '-A PREROUTING -j MARK --set-mark 1', '-A POSTROUTING -o net1') +
      filter('-A INPUT -j REJECT'),
    fate: 'rejected',
  },
];
