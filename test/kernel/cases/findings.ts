/** The packets of docs/findings.md, in order, on the rules and hosts of fixtures/findings. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dumpOf } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import type { FlowCase, FlowStep } from './flows.ts';

export interface FindingCase extends Omit<FlowCase, 'rules' | 'host'> {
  /** file name below fixtures/findings/ without `.rules` */
  readonly fixture: string;
  /** rules that are put in front of a chain, as somebody would who mends it */
  readonly mended?: { readonly before: string; readonly rule: string };
}

const step = (packet: string, end: string): FlowStep => ({ packet, end });

const GUEST_ASKS = step('in udp 172.17.0.2:40000 -> 8.8.8.8:53 iif=docker0', 'delivered -i docker0 172.17.0.2:40000 > 172.17.0.1:15053');
const GUEST_IS_ANSWERED = 'out udp 172.17.0.1:15053 -> 172.17.0.2:40000 uid=5678 gid=5678';
const USER_ASKS = step('out udp 10.244.0.5:40000 -> 8.8.8.8:53 uid=107 gid=107', 'sent -o eth0 10.244.0.5:40000 > 8.8.8.8:53');
const USER_IS_ANSWERED = 'in udp 8.8.8.8:53 -> 10.244.0.5:40000 iif=eth0';
const MEASURES = [
  step('out tcp 10.64.0.2:41000 -> 1.1.1.1:443 uid=0 gid=0 mark=4545', 'sent -o tun0 10.64.0.2:41000 > 1.1.1.1:443 mark 4545'),
  step('in tcp 1.1.1.1:443 -> 10.64.0.2:41000 iif=tun0 flags=SA', 'delivered -i tun0 1.1.1.1:443 > 10.64.0.2:41000'),
];
const RESET = 'out tcp 10.64.0.2:41000 -> 1.1.1.1:443 uid=0 gid=0 flags=R';
// to all nodes: a TUN device is in no group of its addresses
const SOLICITATION = 'in icmpv6 fd00:10:244::1 -> ff02::1 iif=eth0 icmp=135 ttl=255';

export const FINDING_CASES: readonly FindingCase[] = [
  {
    name: 'sshuttle: ssh to the machine from its network is redirected to a port where nobody listens on that address',
    fixture: 'sshuttle-nat',
    packets: [step('in tcp 10.244.0.9:40000 -> 10.244.0.5:22 iif=eth0', 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:12300')],
  },
  {
    name: "sshuttle: a connection to the machine's own address is taken by sshuttle",
    fixture: 'sshuttle-nat',
    packets: [step('out tcp 10.244.0.5:40000 -> 10.244.0.5:22 uid=1000 gid=1000', 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:12300')],
  },
  {
    name: 'sshuttle, mended: with the RETURN for local addresses first both reach sshd',
    fixture: 'sshuttle-nat',
    mended: { before: '-A sshuttle-12300 ', rule: '-A sshuttle-12300 -m addrtype --dst-type LOCAL -j RETURN' },
    packets: [
      step('in tcp 10.244.0.9:40000 -> 10.244.0.5:22 iif=eth0', 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:22'),
      step('out tcp 10.244.0.5:40001 -> 10.244.0.5:22 uid=1000 gid=1000', 'delivered -i lo 10.244.0.5:40001 > 10.244.0.5:22'),
    ],
  },
  {
    name: 'sshuttle: a question to another server with the same first 32 bits is taken',
    fixture: 'sshuttle-tproxy',
    packets: [
      step(
        'out udp [fd00:10:244::5]:40000 -> [2001:db8:9999::1]:53 uid=1000 gid=1000',
        'delivered to a transparent socket -i lo [fd00:10:244::5]:40000 > [2001:db8:9999::1]:53 mark 1',
      ),
    ],
  },
  {
    name: 'Kuma: the answer to a guest leaves with the address and port of the DNS listener',
    fixture: 'kuma-vnet',
    packets: [GUEST_ASKS, step(GUEST_IS_ANSWERED, 'sent -o docker0 172.17.0.1:15053 > 172.17.0.2:40000')],
  },
  {
    name: 'Kuma, mended: with the question in the zone of the answer it comes from the server that was asked',
    fixture: 'kuma-vnet',
    mended: { before: '-A PREROUTING -p udp -m udp --sport 53', rule: '-A PREROUTING -i docker0 -p udp -m udp --dport 53 -j CT --zone 2' },
    packets: [GUEST_ASKS, step(GUEST_IS_ANSWERED, 'sent -o docker0 8.8.8.8:53 > 172.17.0.2:40000')],
  },
  {
    name: 'Kuma: DNS over TCP goes to the outbound listener in spite of its RETURN',
    fixture: 'kuma-insert',
    packets: [step('out tcp 10.244.0.5:40000 -> 8.8.8.8:53 uid=1000 gid=1000', 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:15001')],
  },
  {
    name: 'Kuma, mended: with the RETURN before the jump it leaves',
    fixture: 'kuma-insert',
    mended: {
      before: '-A OUTPUT -p tcp -j KUMA_MESH_OUTBOUND',
      rule: '-A OUTPUT -p tcp -m tcp --dport 53 -m owner ! --uid-owner 5678 -j RETURN',
    },
    packets: [step('out tcp 10.244.0.5:40000 -> 8.8.8.8:53 uid=1000 gid=1000', 'sent -o eth0 10.244.0.5:40000 > 8.8.8.8:53')],
  },
  {
    name: 'Kuma: the answer to an excluded user is new to conntrack, and the firewall drops it',
    fixture: 'kuma-excluded-user',
    packets: [USER_ASKS, step(USER_IS_ANSWERED, 'dropped')],
  },
  {
    name: 'Kuma, mended: with the excluded user let past in table raw, and the answer there too',
    fixture: 'kuma-excluded-user',
    mended: { before: '-A OUTPUT -p udp -m udp --dport 53 -j CT', rule: '-A OUTPUT -p udp -m owner --uid-owner 106-108 -j CT --zone 1' },
    packets: [USER_ASKS, step(USER_IS_ANSWERED, 'delivered -i eth0 8.8.8.8:53 > 10.244.0.5:40000')],
  },
  {
    name: 'Consul: DNS of an excluded user, to an excluded range and port, is sent elsewhere',
    fixture: 'consul-exclusions',
    packets: [
      step('out tcp 10.244.0.5:40000 -> 10.96.0.10:53 uid=1234 gid=1234', 'sent -o eth0 10.244.0.5:40000 > 10.96.0.53:53'),
      step('out udp 10.244.0.5:40000 -> 10.96.0.10:53 uid=1234 gid=1234', 'sent -o eth0 10.244.0.5:40000 > 10.96.0.53:53'),
    ],
  },
  {
    name: 'Consul, mended: with the exclusion before the jump for DNS it goes where it was sent',
    fixture: 'consul-exclusions',
    mended: { before: '-A OUTPUT -p udp', rule: '-A OUTPUT -m owner --uid-owner 1234 -j RETURN' },
    packets: [step('out udp 10.244.0.5:40000 -> 10.96.0.10:53 uid=1234 gid=1234', 'sent -o eth0 10.244.0.5:40000 > 10.96.0.10:53')],
  },
  {
    name: 'Consul: a question to a stub resolver cannot be sent from its loopback address',
    fixture: 'consul-stub-resolver',
    packets: [
      step('out udp 127.0.0.1:40000 -> 127.0.0.53:53 uid=1000 gid=1000', 'lost'),
      step('out tcp 127.0.0.1:40000 -> 127.0.0.53:53 uid=1000 gid=1000', 'lost'),
    ],
  },
  {
    name: 'Consul, mended: with loopback let past first the stub resolver is asked',
    fixture: 'consul-stub-resolver',
    mended: { before: '-A OUTPUT -p udp', rule: '-A OUTPUT -d 127.0.0.0/8 -j RETURN' },
    packets: [step('out udp 127.0.0.1:40000 -> 127.0.0.53:53 uid=1000 gid=1000', 'delivered -i lo 127.0.0.1:40000 > 127.0.0.53:53')],
  },
  {
    name: 'Consul: of the loopback addresses only 127.0.0.1 is spared',
    fixture: 'consul-loopback',
    packets: [
      step('out tcp 127.0.0.1:40000 -> 127.0.0.1:8080 uid=1000 gid=1000', 'delivered -i lo 127.0.0.1:40000 > 127.0.0.1:8080'),
      step('out tcp 127.0.0.1:40000 -> 127.0.1.1:8080 uid=1000 gid=1000', 'delivered -i lo 127.0.0.1:40000 > 127.0.0.1:15001'),
    ],
  },
  {
    name: 'Consul, mended: with 127.0.0.0/8 they all are',
    fixture: 'consul-loopback',
    mended: { before: '-A CONSUL_PROXY_OUTPUT -j CONSUL_PROXY_REDIRECT', rule: '-A CONSUL_PROXY_OUTPUT -d 127.0.0.0/8 -j RETURN' },
    packets: [step('out tcp 127.0.0.1:40000 -> 127.0.1.1:8080 uid=1000 gid=1000', 'delivered -i lo 127.0.0.1:40000 > 127.0.1.1:8080')],
  },
  {
    name: "Gluetun: the kernel's reset leaves",
    fixture: 'gluetun-mtu',
    packets: [...MEASURES, step(RESET, 'sent -o tun0 10.64.0.2:41000 > 1.1.1.1:443')],
  },
  {
    name: 'Gluetun, mended: with the DROP first it does not',
    fixture: 'gluetun-mtu',
    mended: {
      before: '-A OUTPUT ',
      rule: '-A OUTPUT -s 10.64.0.2/32 -d 1.1.1.1/32 -p tcp -m tcp --sport 41000 --dport 443 --tcp-flags RST RST -m mark ! --mark 0x11c1 -j DROP',
    },
    packets: [...MEASURES, step(RESET, 'dropped')],
  },
  { name: 'Gluetun: a neighbour solicitation is dropped', fixture: 'gluetun-neighbours', packets: [step(SOLICITATION, 'dropped')] },
];

export interface FindingWorld extends FlowCase {
  readonly host: HostJson;
  readonly rules: string;
  readonly family: 4 | 6;
}

/** With the rules and the host of its fixture. */
export function worldOfFinding({ fixture, mended, ...flow }: FindingCase): FindingWorld {
  const file = new URL(`../../../fixtures/findings/${fixture}.rules`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const host = /host: (\S+)$/m.exec(text)?.[1];
  if (host === undefined) throw new Error(`${fixture}.rules does not name its host`);
  const family = text.includes('# Generated by ip6tables') ? 6 : 4;
  const rules = dumpOf(text, family);
  const at = mended === undefined ? -1 : rules.indexOf(`\n${mended.before}`);
  if (mended !== undefined && at < 0) throw new Error(`${fixture}.rules has no rule ${mended.before}`);
  return {
    ...flow,
    family,
    host: JSON.parse(readFileSync(`${dirname(fileURLToPath(file))}/${host}`, 'utf8')) as HostJson,
    rules: mended === undefined ? rules : `${rules.slice(0, at + 1)}${mended.rule}\n${rules.slice(at + 1)}`,
  };
}
