"""A network namespace of our own: interfaces, addresses, routes, policy rules, sysctls, listeners, and how packets enter it."""
import errno
import fcntl
import os
import re
import socket
import struct
import time

from bounds import CLONE_NEWNET, LIBC, OracleError, enter_namespace, run  # noqa: F401
from packets import FLAGS, is_v6

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
SO_PRIORITY, SO_BINDTODEVICE, SO_MARK = 12, 25, 36
IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
IP_FREEBIND, IPV6_FREEBIND = 15, 78
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_RTO_MAX_MS = 19, 20, 21, 44
REPAIR_OFF, OF_RECEIVED, OF_SENT = -1, 1, 2
# of a segment that is sent again, in seconds: Linux 6.15 lets a socket say how long at most
RESENT_AFTER, RESENT_AT_ONCE = 3.3, 1.2
OWN_PRIORITY = 0x0A11CE      # skb->priority of packets that we send
SENDER = bytes.fromhex('020000000001')
MOST_SOCKETS = 256
RTF_LOCAL, SETTLED_BY = 0x80000000, 20      # seconds


def sysctl(key, value):
    """`/` in a key stands for a dot in the name of an interface."""
    try:
        with open('/proc/sys/' + key.translate({ord('.'): '/', ord('/'): '.'}), 'w') as file:
            file.write(str(value))
    except OSError as error:
        raise OracleError('sysctl %s=%s: %s' % (key, value, error)) from None


# a namespace may start with the values of the machine: those of a fresh kernel hold where a question says nothing
USUAL = {'forwarding': 0, 'rp_filter': 0, 'route_localnet': 0, 'accept_local': 0, 'src_valid_mark': 0, 'send_redirects': 1}


def usual_settings():
    for scope in ('all', 'default', 'lo'):
        for key, value in USUAL.items():
            sysctl('net.ipv4.conf.%s.%s' % (scope, key), value)
    for scope in ('all', 'default'):
        for key in ('accept_dad', 'router_solicitations', 'autoconf', 'accept_ra', 'forwarding', 'disable_ipv6'):
            sysctl('net.ipv6.conf.%s.%s' % (scope, key), 0)


class World:
    def __init__(self, question, stateful):
        self.tuns, self.links, self.senders, self.listeners = {}, {}, {}, []
        self.resent = 0             # seconds until segments of sockets that were closed have been sent again
        enter_namespace()
        try:
            self.make(question, stateful)
        except BaseException:
            self.close()
            raise

    def make(self, question, stateful):
        settings = question.get('sysctls', {})
        usual_settings()
        commands = ['link set lo up']
        for interface in question['interfaces']:
            commands += self.device(interface)
        early = {key: value for key, value in settings.items() if not re.search(r'\.conf\.(?!all|default|lo)', key)}
        for key, value in early.items():
            sysctl(key, value)
        run(['ip', '-batch', '-'], '\n'.join(commands) + '\n')
        for key, value in settings.items():
            sysctl(key, value)
        for name in self.links:
            self.links[name] = packet_socket(name)
        # network cards have looked at checksums before; alone, conntrack takes those of UDP-Lite for UDP's, and right ones for wrong
        sysctl('net.netfilter.nf_conntrack_checksum', 0)
        if stateful:
            if not question.get('exact') and 'net.netfilter.nf_conntrack_tcp_be_liberal' not in settings:
                sysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1)      # sequence numbers are made up
            sysctl('net.ipv4.tcp_syncookies', 2)                        # half-open connections leave no sockets behind
        # what is sent again stays as it was, and not for long
        sysctl('net.ipv4.tcp_retrans_collapse', 0)
        sysctl('net.ipv4.tcp_orphan_retries', 1)
        settle([address.split('/')[0] for interface in question['interfaces'] for address in interface['addrs'] if ':' in address])
        self.route(question)
        sets = question.get('sets')
        if sets:
            run(['ipset', 'restore'], ''.join(line for name, one in sorted(sets.items(), key=lambda item: item[1]['type'] == 'list:set') for line in set_lines(name, one)))

    def device(self, interface):
        """ip(8) commands for one interface: a TUN device, or one end of a veth pair where frames matter."""
        name, commands = interface['name'], []
        if interface.get('type') == 'veth':
            self.links[name] = None
            commands += ['link add %s type veth peer name p-%s' % (name, name), 'link set %s addrgenmode none arp off' % name,
                         'link set p-%s addrgenmode none arp off up' % name]
        elif name != 'lo':
            self.tuns[name] = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self.tuns[name], TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TUN | IFF_NO_PI))
            # no random link-local address: one that is wanted is in the list
            commands.append('link set %s mtu 1500 addrgenmode none' % name)
        commands += ['addr add %s dev %s%s' % (address, name, ' nodad' if ':' in address else '') for address in interface['addrs']]
        if interface.get('group'):
            commands.append('link set %s group %d' % (name, interface['group']))
        if interface.get('mtu'):
            commands.append('link set %s mtu %d' % (name, interface['mtu']))
        return commands + ([] if name == 'lo' or interface.get('down') else ['link set %s up' % name])

    def route(self, question):
        batches = {'-4': [], '-6': []}
        # `replace`: a route that the kernel makes by itself may be among those of a description
        for verb, key in (('route replace', 'routes'), ('rule add', 'ip_rules'), ('rule del', 'no_ip_rules')):
            for text in question.get(key, []):
                family = text[:2] if text[:2] in batches else '-6' if ':' in text else '-4'
                batches[family].append('%s %s' % (verb, text.removeprefix(family).strip()))
        for family, lines in batches.items():
            if lines:
                run(['ip', family, '-batch', '-'], '\n'.join(lines) + '\n')

    def listen(self, wanted):
        for old in self.listeners:
            old.close()
        self.listeners = [listener(one) for one in wanted]

    def send(self, packet, data):
        if packet.get('orphan'):
            self.leave_behind(packet, data)
            return
        if packet['from'] == 'local':
            self.sender(packet).sendto(data, (packet['dst'], 0))
            return
        name = packet['in_iface']
        if name in self.tuns:
            if packet['mark']:
                raise OracleError('packets arrive with a mark on a veth alone')
            os.write(self.tuns[name], data)        # when write() returns the packet has met every hook
        elif name in self.links:
            ethertype = b'\x86\xdd' if is_v6(packet) else b'\x08\0'
            link, near = self.links[name]
            sender = bytes.fromhex(packet['mac'].replace(':', '')) if 'mac' in packet else SENDER
            # the other end is in this namespace, so that a packet keeps its mark on the way
            link.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', packet['mark']))
            link.send(near + sender + ethertype + data)
        else:
            raise OSError(errno.ENODEV, 'no such interface')

    def leave_behind(self, packet, data):
        """A segment that the kernel sends when its socket has been closed, and belongs to no process any more: of a connection that is open from the
        start, with data that count as sent and lost."""
        header, sequence, ack = (40, *struct.unpack_from('!II', data, 44)) if is_v6(packet) else (20, *struct.unpack_from('!II', data, 24))
        if data[header + 13] != FLAGS['P'] | FLAGS['A']:
            raise OracleError('a socket without a process sends data alone')
        with local_socket(packet, socket.SOCK_STREAM, 0) as one:
            one.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIORITY)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.setsockopt(*transparent(is_v6(packet)), 1)
            set_tcp = lambda name, value: one.setsockopt(socket.IPPROTO_TCP, name, struct.pack('=i' if value < 0 else '=I', value))  # noqa: E731
            set_tcp(TCP_REPAIR, 1)
            for queue, start in ((OF_RECEIVED, ack), (OF_SENT, sequence)):
                set_tcp(TCP_REPAIR_QUEUE, queue)
                set_tcp(TCP_QUEUE_SEQ, start)
            one.bind((packet['src'], packet['sport']))
            one.connect((packet['dst'], packet['dport']))
            try:
                set_tcp(TCP_RTO_MAX_MS, 1000)
                wait = RESENT_AT_ONCE
            except OSError:
                wait = RESENT_AFTER
            one.send(data[header + 20:])
            set_tcp(TCP_REPAIR, REPAIR_OFF)
        self.resent = max(self.resent, wait)

    def sender(self, packet):
        """A raw socket of the packet's user and group: xt_owner compares the file system ids of the socket's file."""
        key = (is_v6(packet), packet['uid'], packet['gid'], packet['mark'], packet.get('bind_iface'), packet['src'])
        if key not in self.senders:
            if len(self.senders) >= MOST_SOCKETS:
                self.senders.pop(next(iter(self.senders))).close()
            self.senders[key] = self.open_sender(packet)
        return self.senders[key]

    def open_sender(self, packet):
        LIBC.setfsgid(packet['gid'])
        LIBC.setfsuid(packet['uid'])
        try:
            raw = local_socket(packet, socket.SOCK_RAW, 255)
        finally:
            LIBC.setfsuid(0)
            LIBC.setfsgid(0)
        raw.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIORITY)
        # routes are looked up for the bound source, not for the one in the header; transparent: any source will do
        raw.setsockopt(*transparent(is_v6(packet)), 1)
        raw.bind((packet['src'], 0))
        raw.setblocking(False)
        return raw

    def choose_source(self, packet):
        with local_socket(packet, socket.SOCK_DGRAM, 0) as probe:
            probe.connect((packet['dst'], 9))
            return probe.getsockname()[0]

    def empty_queues(self):
        for device in self.tuns.values():
            try:
                while True:
                    os.read(device, 65536)
            except BlockingIOError:
                pass

    def close(self):
        for device in self.tuns.values():
            os.close(device)
        for one in [*self.senders.values(), *self.listeners, *(link[0] for link in self.links.values() if link)]:
            one.close()


def set_lines(name, one):
    six = one.get('family') == 6 or any(re.match(r'[^,]*:', member) for member in one['members'])
    family = ' family inet6' if six else ''
    options = ' ' + one['options'] if one.get('options') else ' range 0-65535' if one['type'] == 'bitmap:port' else ''
    yield 'create %s %s%s%s\n' % (name, one['type'], family if one['type'].startswith('hash:') and one['type'] != 'hash:mac' else '', options)
    for member in one['members']:
        yield 'add %s %s\n' % (name, member)


def settle(addresses):
    """Waits until IPv6 addresses are local: a work queue of the kernel adds their routes after `ip addr` has returned."""
    missing = {socket.inet_pton(socket.AF_INET6, address).hex() for address in addresses}
    deadline = time.monotonic() + SETTLED_BY
    while missing and time.monotonic() < deadline:
        with open('/proc/thread-self/net/ipv6_route') as file:
            missing -= {line[:32] for line in file if line[33:35] == '80' and int(line.split()[-2], 16) & RTF_LOCAL}


def forget_paths():
    """What ICMP errors have said of routes, above all the size of packets that fit: the kernel keeps it for minutes, and drops larger ones.
    Of IPv6 the size that our errors give is never small."""
    sysctl('net.ipv4.route.flush', 1)


def local_socket(packet, kind, proto):
    one = socket.socket(socket.AF_INET6 if is_v6(packet) else socket.AF_INET, kind, proto)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if packet['mark']:
        one.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', packet['mark']))
    if packet.get('bind_iface'):
        one.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, packet['bind_iface'].encode())
    return one


def transparent(v6):
    return (socket.IPPROTO_IPV6, IPV6_TRANSPARENT) if v6 else (socket.IPPROTO_IP, IP_TRANSPARENT)


def listener(wanted):
    v6 = ':' in wanted['addr']
    tcp = wanted['proto'] == 'tcp'
    one = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.setsockopt(*transparent(v6), 1 if wanted.get('transparent') else 0)
    # an address that no interface has is one to listen on all the same
    one.setsockopt(*((socket.IPPROTO_IPV6, IPV6_FREEBIND) if v6 else (socket.IPPROTO_IP, IP_FREEBIND)), 1)
    one.bind((wanted['addr'], wanted['port']))
    if tcp:
        one.listen(128)
    return one


def packet_socket(name):
    """The far end of a veth pair, and the address of its near end."""
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    link.bind(('p-' + name, 0))
    # not from /sys/class/net, which shows the namespace it was mounted in
    address = re.search(r'link/ether (\S+)', run(['ip', 'link', 'show', name])).group(1)
    return link, bytes.fromhex(address.replace(':', ''))
