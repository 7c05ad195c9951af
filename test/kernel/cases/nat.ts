/** Which address and port NAT takes. */
import type { KernelCase } from './kernelCase.ts';
import { FORWARDING, LINK_LOCAL, nat } from './kernelCase.ts';

export const NAT_CASES: readonly KernelCase[] = [
  {
    name: 'MASQUERADE takes the primary address in the subnet of the next hop, else the first of the interface',
    host: {
      interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', '10.244.0.77/24', '10.99.0.1/16'] }],
      routes: ['default via 10.244.0.1 dev eth0', '10.88.0.0/16 via 10.99.0.9 dev eth0'],
    },
    rules: nat('-A POSTROUTING -j MASQUERADE'),
    ends: {
      'out tcp 10.244.0.77 -> 10.0.0.9:80': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:80',
      'out tcp 10.244.0.5 -> 10.99.0.9:80': 'sent -o eth0 10.99.0.1:40000 > 10.99.0.9:80',
      'out tcp 10.244.0.5 -> 10.88.0.9:80': 'sent -o eth0 10.99.0.1:40000 > 10.88.0.9:80',
    },
  },
  {
    name: 'MASQUERADE on lo or on an interface without address takes the address of another interface',
    host: {
      interfaces: [
        { name: 'eth0', addresses: ['10.244.0.5/24'] },
        { name: 'net2', addresses: [] },
      ],
      routes: ['default via 10.244.0.1 dev eth0', '172.16.0.0/24 dev net2 src 10.244.0.5'],
    },
    rules: nat('-A POSTROUTING -j MASQUERADE'),
    ends: {
      'out tcp 127.0.0.1 -> 127.0.0.1:80': 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:80',
      'out tcp 127.0.0.1 -> 10.244.0.5:80': 'delivered -i lo 10.244.0.5:40000 > 10.244.0.5:80',
      'out tcp 10.244.0.5 -> 172.16.0.9:80': 'sent -o net2 10.244.0.5:40000 > 172.16.0.9:80',
    },
  },
  {
    name: 'MASQUERADE of what goes to :: prefers a link-local address',
    host: { ...FORWARDING, ...LINK_LOCAL },
    rules: nat('-A POSTROUTING -p udp -j MASQUERADE'),
    ends: { 'in udp 2001:db8::1 -> [::]:80 iif=eth0': 'forwarded -o eth0 [fe80::5]:40000 > [::]:80' },
  },
  {
    name: 'MASQUERADE in IPv6 chooses as for a new socket: the destination itself when it is an own one, else the address added last',
    host: {
      interfaces: [{ name: 'eth0', addresses: ['fd00:10:244::5/64', 'fd00:10:244::77/64'] }],
      routes: ['-6 default via fd00:10:244::1 dev eth0'],
    },
    rules: nat('-A POSTROUTING -j MASQUERADE'),
    ends: {
      'out tcp ::1 -> [::1]:80': 'delivered -i lo [::1]:40000 > [::1]:80',
      'out tcp ::1 -> [fd00:10:244::5]:80': 'delivered -i lo [fd00:10:244::5]:40000 > [fd00:10:244::5]:80',
      'out tcp fd00:10:244::5 -> [2001:db8::9]:80': 'sent -o eth0 [fd00:10:244::77]:40000 > [2001:db8::9]:80',
    },
  },
  {
    name: 'REDIRECT on an interface without an address drops the packet',
    host: {
      interfaces: [
        { name: 'eth0', addresses: ['10.244.0.5/24'] },
        { name: 'net2', addresses: [] },
      ],
      routes: [],
    },
    rules: nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 15006'),
    ends: {
      'in tcp 1.2.3.4 -> 10.244.0.5:80 iif=net2': 'lost',
      'in tcp 1.2.3.4 -> 10.244.0.5:80 iif=eth0': 'delivered -i eth0 1.2.3.4:40000 > 10.244.0.5:15006',
    },
  },
  {
    name: 'DNAT and REDIRECT keep a port inside their range and take the first for any other',
    rules: nat(
      '-A OUTPUT -d 10.0.0.9 -p tcp -j DNAT --to-destination 10.9.9.9:8000-8009',
      '-A OUTPUT -p tcp -j REDIRECT --to-ports 15000-15010',
    ),
    ends: {
      'out tcp -> 10.0.0.9:80': 'sent -o eth0 10.244.0.5:40000 > 10.9.9.9:8000',
      'out tcp -> 10.0.0.9:8005': 'sent -o eth0 10.244.0.5:40000 > 10.9.9.9:8005',
      'out tcp -> 10.0.0.9:8010': 'sent -o eth0 10.244.0.5:40000 > 10.9.9.9:8000',
      'out tcp -> 10.0.0.8:14999': 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:15000',
      'out tcp -> 10.0.0.8:15010': 'delivered -i lo 10.244.0.5:40000 > 127.0.0.1:15010',
    },
  },
  {
    name: 'SNAT keeps a source port inside its range, and any port when it names none',
    rules: nat(
      '-A POSTROUTING -d 10.0.0.9 -p tcp -j SNAT --to-source 10.244.0.6:40000-40009',
      '-A POSTROUTING -p tcp -j SNAT --to-source 10.244.0.7',
    ),
    ends: {
      'out tcp 10.244.0.5:40009 -> 10.0.0.9:80': 'sent -o eth0 10.244.0.6:40009 > 10.0.0.9:80',
      'out tcp 10.244.0.5:999 -> 10.0.0.8:80': 'sent -o eth0 10.244.0.7:999 > 10.0.0.8:80',
    },
  },
  {
    name: 'SNAT to a range leaves a source alone that is in it, port included',
    rules: nat(
      '-A POSTROUTING -d 10.0.0.9 -p tcp -j SNAT --to-source 10.244.0.1-10.244.0.200:40000-40009',
      '-A POSTROUTING -j SNAT --to-source 10.244.0.1-10.244.0.200',
    ),
    ends: {
      'out tcp 10.244.0.5:40009 -> 10.0.0.9:80': 'sent -o eth0 10.244.0.5:40009 > 10.0.0.9:80',
      'out tcp 10.244.0.5:999 -> 10.0.0.8:80': 'sent -o eth0 10.244.0.5:999 > 10.0.0.8:80',
      'out icmp 10.244.0.5 -> 10.0.0.8': 'sent -o eth0 10.244.0.5 > 10.0.0.8',
    },
  },
  {
    name: 'DNAT to a port alone keeps the address',
    rules: nat('-A OUTPUT -p tcp -j DNAT --to-destination :8000'),
    ends: { 'out tcp -> 10.0.0.9:80': 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:8000' },
  },
  {
    name: 'REDIRECT takes ICMP along, without ports',
    rules: nat('-A OUTPUT -j REDIRECT'),
    ends: { 'out icmp -> 10.0.0.9': 'delivered -i lo 10.244.0.5 > 127.0.0.1' },
  },
  {
    name: 'REDIRECT in IPv6 wants an address that shares a scope bit with the destination; a global one has none and takes the first of the list',
    host: LINK_LOCAL,
    rules: nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 15006'),
    ends: {
      'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0': 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:15006',
      'in tcp fe80::9 -> [fe80::5]:80 iif=eth0': 'delivered -i eth0 [fe80::9]:40000 > [fe80::5]:15006',
      'in tcp fe80::9 -> [ff02::1]:80 iif=eth0': 'delivered -i eth0 [fe80::9]:40000 > [fe80::5]:15006',
      'in tcp 2001:db8::9 -> [::6]:80 iif=eth0': 'lost',
    },
  },
];
