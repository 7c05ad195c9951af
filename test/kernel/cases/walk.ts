/** How rules and chains are walked, and what targets do to a packet. */
import type { KernelCase } from './kernelCase.ts';
import { chains, FORWARDING, filter, mangle, markState, nat, OUT, raw, SENT, stateOf } from './kernelCase.ts';

export const WALK_CASES: readonly KernelCase[] = [
  {
    name: 'at INPUT x_tables runs security before nat, iptables-nft 1.8.9 after it',
    rules:
      nat('-A INPUT -j SNAT --to-source 10.244.0.99') +
      ['*security', ':INPUT ACCEPT', '-A INPUT -s 10.244.0.99 -j MARK --set-mark 7', 'COMMIT', ''].join('\n'),
    ends: { 'in udp 10.0.0.9:40000 -> 10.244.0.5:53 iif=eth0': 'delivered -i eth0 10.244.0.99:40000 > 10.244.0.5:53' },
    endsOn: {
      nft: { 'in udp 10.0.0.9:40000 -> 10.244.0.5:53 iif=eth0': 'delivered -i eth0 10.244.0.99:40000 > 10.244.0.5:53 mark 7' },
    },
  },
  {
    name: '-m tcp does not match a later fragment; one at offset 1, where it could overwrite flags, x_tables drops',
    host: FORWARDING,
    rules: mangle('-A FORWARD -p tcp -m tcp --dport 80 -j MARK --set-mark 7'),
    ends: {
      'in tcp 10.0.0.9 -> 192.168.50.9 iif=eth0 frag=1': 'forwarded -o net1 10.0.0.9 > 192.168.50.9',
      'in tcp 10.0.0.9 -> 192.168.50.9 iif=eth0 frag=2': 'forwarded -o net1 10.0.0.9 > 192.168.50.9',
    },
    endsOn: { legacy: { 'in tcp 10.0.0.9 -> 192.168.50.9 iif=eth0 frag=1': 'lost' } },
  },
  ...['', filter()].map(
    (rules): KernelCase => ({
      name: `a later fragment is sent by itself, and waits where it arrives, if ${rules === '' ? 'there are no rules' : 'no rule asks about connections'}`,
      rules,
      ends: {
        'out udp 10.244.0.5 -> 10.0.0.9 frag=100': 'sent -o eth0 10.244.0.5 > 10.0.0.9',
        'in udp 10.0.0.9 -> 10.244.0.5 iif=eth0 frag=100': 'lost',
      },
    }),
  ),
  {
    name: 'no text is found in a SYN without data, and a rule for all but it matches',
    rules: chains(
      'filter',
      '-A OUTPUT -m string --string "GET /shop" --algo bm -j DROP',
      '-A OUTPUT -m string ! --string "GET /shop" --algo kmp -j ACCEPT',
      '-A OUTPUT -j DROP',
    ),
    ends: { [OUT]: SENT },
  },
  {
    name: 'RETURN in a base chain applies the policy',
    rules: chains('filter', ':OUTPUT DROP', '-A OUTPUT -p tcp -j RETURN', '-A OUTPUT -j ACCEPT'),
    ends: { [OUT]: 'dropped', 'out udp 10.244.0.5 -> 10.0.0.9:80': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:80' },
    meets: { [OUT]: ['OUTPUT filter:OUTPUT:1 RETURN', 'OUTPUT filter:OUTPUT:policy DROP'] },
  },
  {
    name: 'the end of a chain entered by goto leads past the chain of the goto',
    rules: chains(
      'mangle',
      '-A OUTPUT -j A',
      '-A OUTPUT -j MARK --set-mark 1',
      '-A A -g B',
      '-A A -j MARK --set-mark 2',
      '-A B -p udp -j ACCEPT',
    ),
    ends: { [OUT]: `${SENT} mark 1` },
    meets: { [OUT]: ['OUTPUT mangle:A:1 GOTO:B', 'OUTPUT mangle:OUTPUT:2 CONTINUE'] },
    misses: { [OUT]: ['OUTPUT mangle:A:2 CONTINUE'] },
  },
  {
    name: 'a goto from a base chain ends at its policy',
    rules: chains('filter', ':OUTPUT DROP', '-A OUTPUT -g A', '-A OUTPUT -j ACCEPT', '-A A -p udp -j ACCEPT'),
    ends: { [OUT]: 'dropped' },
    meets: { [OUT]: ['OUTPUT filter:OUTPUT:policy DROP'] },
  },
  {
    name: 'ACCEPT in a user chain of nat ends nat at that hook',
    rules: nat(':A - [0:0]', '-A OUTPUT -j A', '-A OUTPUT -p tcp -j REDIRECT', '-A A -j ACCEPT'),
    ends: { [OUT]: SENT },
  },
  {
    name: 'DROP as the policy of a nat chain has no effect while nothing needs conntrack',
    rules: ['*nat', ':OUTPUT DROP [0:0]', '-A OUTPUT -j MARK --set-mark 1', 'COMMIT', ''].join('\n'),
    ends: { [OUT]: SENT },
  },
  {
    name: 'DROP as the policy of a nat chain drops once something needs conntrack',
    rules: ['*nat', ':OUTPUT DROP [0:0]', '-A OUTPUT -d 203.0.113.1 -j DNAT --to-destination 203.0.113.2', 'COMMIT', ''].join('\n'),
    ends: { [OUT]: 'dropped' },
  },
  {
    name: 'of several CT rules only the first counts',
    rules: raw('-A OUTPUT -p tcp -j CT --zone 1', '-A OUTPUT -j CT --notrack') + markState('OUTPUT'),
    ends: {
      [OUT]: SENT + stateOf('NEW'),
      'out udp 10.244.0.5 -> 10.0.0.9:80': `sent -o eth0 10.244.0.5:40000 > 10.0.0.9:80${stateOf('UNTRACKED')}`,
    },
  },
  {
    name: 'over lo the nat table is not asked again, not even when no rule matched in OUTPUT; raw and mangle are',
    rules: nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 15006') + mangle() + raw(),
    ends: { 'out tcp -> 10.244.0.5:80': 'delivered -i lo 10.244.0.5:40000 > 10.244.0.5:80' },
    meets: { 'out tcp -> 10.244.0.5:80': ['PREROUTING raw:PREROUTING:policy ACCEPT', 'PREROUTING mangle:PREROUTING:policy ACCEPT'] },
    misses: {
      'out tcp -> 10.244.0.5:80': [
        'PREROUTING nat:PREROUTING:1 ACCEPT',
        'PREROUTING nat:PREROUTING:policy ACCEPT',
        'INPUT nat:INPUT:policy ACCEPT',
      ],
    },
  },
  {
    name: 'an untracked packet meets no nat at any hook',
    rules: raw('-A OUTPUT -j CT --notrack') + nat('-A OUTPUT -p tcp -j REDIRECT', '-A POSTROUTING -j MASQUERADE'),
    ends: { [OUT]: SENT },
  },
  {
    name: 'an INVALID packet meets no nat and is delivered as it is',
    rules: nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 15006'),
    ends: { 'in tcp 10.244.0.9 -> 10.244.0.5:80 flags=R': 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:80' },
  },
  {
    name: 'the packet mark and the connection mark survive lo, the sending socket does not',
    rules: mangle(
      '-A OUTPUT -j MARK --set-mark 5',
      '-A OUTPUT -j CONNMARK --set-mark 6',
      '-A INPUT -i lo -m mark --mark 5 -m connmark --mark 6 -j CONNMARK --restore-mark',
    ),
    ends: { 'out tcp -> 127.0.0.1:80': 'delivered -i lo 127.0.0.1:40000 > 127.0.0.1:80 mark 6' },
  },
  {
    name: 'CONNMARK takes its masks: the connection keeps what --ctmask leaves, the packet what --nfmask leaves',
    rules: mangle(
      '-A OUTPUT -j CONNMARK --set-mark 0xab',
      '-A OUTPUT -j MARK --set-mark 0x1200',
      '-A OUTPUT -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf',
    ),
    ends: { [OUT]: `${SENT} mark ${0x120b}` },
  },
  {
    name: 'owner matches only what a process sends; `!` holds for what the kernel sends',
    rules: mangle(
      '-A OUTPUT -m owner --uid-owner 1000-1337 -j MARK --or-mark 1',
      '-A OUTPUT -m owner ! --gid-owner 5 -j MARK --or-mark 2',
      '-A OUTPUT -m owner ! --socket-exists -j MARK --or-mark 4',
    ),
    ends: { [`${OUT} uid=1337 gid=5`]: `${SENT} mark 1`, [`${OUT} uid=1338 gid=6`]: `${SENT} mark 2` },
  },
  {
    name: 'TPROXY delivers to a transparent socket with the destination unchanged, and drops without one',
    host: {
      ip_rules: ['fwmark 1337 lookup 133'],
      route_tables: { 133: ['local 0.0.0.0/0 dev lo'] },
      listeners: [
        { proto: 'tcp', port: 15006, process: 'proxy', transparent: true },
        { proto: 'tcp', port: 15001, process: 'proxy' },
      ],
    },
    rules: mangle(
      '-A PREROUTING -p tcp --dport 80 -j TPROXY --on-port 15006 --tproxy-mark 1337',
      '-A PREROUTING -p tcp --dport 81 -j TPROXY --on-port 15001 --tproxy-mark 1337',
      '-A PREROUTING -p tcp --dport 82 -j TPROXY --on-port 9999 --tproxy-mark 1337',
    ),
    ends: {
      'in tcp 10.244.0.9 -> 8.8.8.8:80': 'delivered to a transparent socket -i eth0 10.244.0.9:40000 > 8.8.8.8:80 mark 1337',
      'in tcp 10.244.0.9 -> 10.244.0.5:80': 'delivered to a transparent socket -i eth0 10.244.0.9:40000 > 10.244.0.5:80 mark 1337',
      'in tcp 10.244.0.9 -> 10.244.0.5:81': 'lost',
      'in tcp 10.244.0.9 -> 10.244.0.5:82': 'lost',
    },
  },
  {
    name: '`! -i` holds where there is no interface, in a chain that OUTPUT reaches',
    rules: chains('mangle', '-A OUTPUT -j A', '-A A ! -i eth0 -j MARK --set-mark 1', '-A A -i lo -j MARK --set-mark 2'),
    ends: { [OUT]: `${SENT} mark 1` },
  },
  {
    name: '`! --mac-source` does not hold for a packet without an Ethernet header',
    rules: mangle('-A PREROUTING -m mac ! --mac-source 02:00:00:00:00:01 -j MARK --set-mark 1'),
    ends: { 'in tcp 10.244.0.9 -> 10.244.0.5:80': 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:80' },
  },
  {
    name: 'TPROXY and `-m socket` find a listener by its address; TPROXY looks at the address of the interface unless it names one',
    host: {
      listeners: [
        { proto: 'tcp', port: 15001, address: '127.0.0.1', process: 'proxy', transparent: true },
        { proto: 'tcp', port: 15002, address: '10.244.0.5', process: 'proxy', transparent: true },
        { proto: 'tcp', port: 80, address: '10.244.0.5', process: 'app' },
        { proto: 'tcp', port: 81, process: 'app' },
      ],
    },
    rules: mangle(
      '-A PREROUTING -p tcp --dport 1 -j TPROXY --on-port 15001',
      '-A PREROUTING -p tcp --dport 2 -j TPROXY --on-port 15001 --on-ip 127.0.0.1',
      '-A PREROUTING -p tcp --dport 3 -j TPROXY --on-port 15002',
      '-A PREROUTING -m socket -j MARK --or-mark 1',
      '-A PREROUTING -m socket --nowildcard -j MARK --or-mark 2',
      '-A PREROUTING -m socket --transparent -j MARK --or-mark 4',
    ),
    ends: {
      'in tcp 10.244.0.9 -> 10.244.0.5:1': 'lost',
      'in tcp 10.244.0.9 -> 10.244.0.5:2': 'delivered to a transparent socket -i eth0 10.244.0.9:40000 > 10.244.0.5:2',
      'in tcp 10.244.0.9 -> 10.244.0.5:3': 'delivered to a transparent socket -i eth0 10.244.0.9:40000 > 10.244.0.5:3',
      'in tcp 10.244.0.9 -> 10.244.0.5:80': 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:80 mark 3',
      'in tcp 10.244.0.9 -> 192.168.50.5:80': 'delivered -i eth0 10.244.0.9:40000 > 192.168.50.5:80',
      'in tcp 10.244.0.9 -> 10.244.0.5:81': 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:81 mark 2',
      'in tcp 10.244.0.9 -> 10.244.0.5:15002': 'delivered -i eth0 10.244.0.9:40000 > 10.244.0.5:15002 mark 7',
    },
  },
  {
    name: 'TTL keeps between 0 and 255 what it adds to and takes from',
    rules: mangle(
      '-A INPUT -p tcp --dport 80 -j TTL --ttl-inc 200',
      '-A INPUT -p tcp --dport 81 -j TTL --ttl-dec 200',
      '-A INPUT -m ttl --ttl-eq 255 -j MARK --set-mark 255',
      '-A INPUT -m ttl --ttl-eq 0 -j MARK --set-mark 1',
    ),
    ends: {
      'in tcp 8.8.8.8 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 8.8.8.8:40000 > 10.244.0.5:80 mark 255',
      'in tcp 8.8.8.8 -> 10.244.0.5:81 iif=eth0': 'delivered -i eth0 8.8.8.8:40000 > 10.244.0.5:81 mark 1',
    },
  },
  {
    name: 'and so does HL',
    rules: mangle(
      '-A INPUT -p tcp --dport 80 -j HL --hl-inc 200',
      '-A INPUT -p tcp --dport 81 -j HL --hl-dec 200',
      '-A INPUT -m hl --hl-eq 255 -j MARK --set-mark 255',
      '-A INPUT -m hl --hl-eq 0 -j MARK --set-mark 1',
    ),
    ends: {
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:80 mark 255',
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:81 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:81 mark 1',
    },
  },
];
