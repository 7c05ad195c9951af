"""Hosts that are made as they are described, and what the kernel's own sockets and look-ups do there. A host a line in, its answers a line
out. Nothing is shared with the program or with the oracle of packets: descriptions go to ip(8) as they are written."""
import ctypes
import errno
import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
TUNSETIFF, TUNSETCARRIER, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x400454E2, 1, 0x1000
SO_BINDTODEVICE, SO_MARK = 25, 36
PMTUDISC = {True: 2, False: 0}
RTM_GETROUTE, RTM_NEWROUTE, NLM_F_REQUEST, RTM_F_LOOKUP_TABLE = 26, 24, 1, 0x1000
TYPES = ['unspec', 'unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit', 'throw']
USUAL4 = {'forwarding': 0, 'rp_filter': 0, 'route_localnet': 0, 'accept_local': 0, 'src_valid_mark': 0, 'send_redirects': 1}
USUAL6 = ('accept_dad', 'router_solicitations', 'autoconf', 'accept_ra', 'forwarding', 'disable_ipv6')


def sysctl(key, value):
    with open('/proc/sys/' + key.translate({ord('.'): '/', ord('/'): '.'}), 'w') as file:
        file.write(str(value))


def batch(lines, flags=()):
    """Carries out all of them, and tells the places of those that the kernel refuses."""
    if not lines:
        return set()
    done = subprocess.run(['ip', *flags, '-force', '-batch', '-'], input='\n'.join(lines) + '\n', capture_output=True, text=True)
    return {int(line) - 1 for line in re.findall(r'Command failed -:(\d+)', done.stderr)}


class World:
    def __init__(self, host):
        if LIBC.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'unshare')
        self.tuns, self.refused = {}, []
        for scope in ('all', 'default', 'lo'):
            for key, value in USUAL4.items():
                sysctl('net.ipv4.conf.%s.%s' % (scope, key), value)
        for scope in ('all', 'default'):
            for key in USUAL6:
                sysctl('net.ipv6.conf.%s.%s' % (scope, key), 0)
        settings = host.get('sysctls', {})
        early = {key: value for key, value in settings.items() if not re.search(r'\.conf\.(?!all|default|lo)', key)}
        for key, value in early.items():
            sysctl(key, value)
        commands = ['link set lo up']
        for one in host['interfaces']:
            commands += self.device(one)
        batch(commands)
        for key, value in settings.items():
            sysctl(key, value)
        self.addresses(host)
        self.rules(host)
        self.routes(host)
        batch(['link set %s down' % one['name'] for one in host['interfaces'] if one.get('late')])
        self.links = dict(map(reversed, socket.if_nameindex()))
        self.names = {index: name for name, index in self.links.items()}
        self.lo = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.lo.bind(('lo', 3))
        self.lo.setblocking(False)
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.netlink.bind((0, 0))
        # they get a copy of what is delivered, whether or not a process listens
        kinds = [(family, number) for family in (socket.AF_INET, socket.AF_INET6) for number in (6, 17)]
        self.takers = [(kind, socket.socket(kind[0], socket.SOCK_RAW, kind[1])) for kind in kinds]
        for _, taker in self.takers:
            taker.setblocking(False)

    def device(self, one):
        name, commands = one['name'], []
        if name == 'lo':
            return []
        kind = one.get('type')
        if kind == 'vrf':
            commands.append('link add %s type vrf table %s' % (name, one['table']))
        elif kind == 'bridge':
            commands.append('link add %s type bridge' % name)
        else:
            self.tuns[name] = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self.tuns[name], TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TUN | IFF_NO_PI))
        commands.append('link set %s addrgenmode none' % name)
        if one.get('mtu'):
            commands.append('link set %s mtu %d' % (name, one['mtu']))
        if one.get('group'):
            commands.append('link set %s group %d' % (name, one['group']))
        if one.get('master'):
            commands.append('link set %s master %s' % (name, one['master']))
        if one.get('state') != 'down' or one.get('late'):
            commands.append('link set %s up' % name)
        return commands

    def addresses(self, host):
        texts = [(one['name'], text) for one in host['interfaces'] for text in one.get('addresses', [])]
        lines = ['addr add %s dev %s%s' % (text, name, ' nodad' if ':' in text else '') for name, text in texts]
        self.refused += ['address %s %s' % texts[at] for at in batch(lines)]
        settle([re.split('[ /]', text)[0] for name, text in texts if ':' in text and 'address %s %s' % (name, text) not in self.refused])
        for one in host['interfaces']:
            if one.get('state') == 'no-carrier':
                fcntl.ioctl(self.tuns[one['name']], TUNSETCARRIER, struct.pack('i', 0))
                until_down(one['name'])

    def rules(self, host):
        if host.get('default_rules') is False:
            for family in ('-4', '-6'):
                batch(['rule del pref %d' % pref for pref in (0, 32766, 32767)], [family])
        for family in ('-4', '-6'):
            texts = [text for text in host.get('ip_rules', []) if family_of(text) == family]
            self.refused += ['rule ' + texts[at] for at in batch(['rule add ' + bare(text) for text in texts], [family])]

    def routes(self, host):
        tables = [('main', host.get('routes', []))] + list(host.get('route_tables', {}).items())
        for family in ('-4', '-6'):
            asked = [(table, text) for table, texts in tables for text in texts if family_of(text) == family]
            # routes of IPv6 with gateways become one by `append` alone
            verb = 'append' if family == '-6' else 'add'
            lines = [at_table(bare(text), table, verb) for table, text in asked]
            self.refused += ['route %s %s' % asked[at] for at in batch(lines, [family])]

    def close(self):
        for device in self.tuns.values():
            os.close(device)
        for one in (self.lo, self.netlink, *(taker for _, taker in self.takers)):
            one.close()

    def drain(self):
        packets = []
        for name, device in self.tuns.items():
            try:
                while True:
                    packets.append((name, os.read(device, 65536)))
            except OSError:
                pass
        try:
            while True:
                packets.append(('lo', self.lo.recv(65536)[14:]))
        except BlockingIOError:
            pass
        return packets

    def taken(self):
        """Source, protocol and destination port of what was delivered."""
        found = []
        for (family, number), taker in self.takers:
            try:
                while True:
                    data, source = taker.recvfrom(65536)
                    at = (data[0] & 15) * 4 if family == socket.AF_INET else 0
                    found.append((source[0].split('%')[0], number, struct.unpack_from('!H', data, at + 2)[0]))
            except BlockingIOError:
                pass
        return found

    def arrive(self, one):
        """A packet that comes by an interface: whose, and where it goes on."""
        self.drain()
        self.taken()
        os.write(self.tuns[one['iif']], packet_of(one))
        name = one['src'], one['proto_number'], one['dport']
        if name in self.taken():
            return {'end': 'delivered', 'src': one['src']}
        seen = self.drain()
        found = [dev for dev, ends in map(ends_of, seen) if ends and fits(one, ends) and ends[0] == one['src']]
        too_big = [mtu for mtu in map(mtu_told, seen) if mtu]
        if found:
            return {'end': 'forwarded', 'oif': found[0]}
        return {'end': 'lost', 'error': 'nothing was seen', **({'mtu': too_big[0]} if too_big else {})}

    def send(self, one):
        self.drain()
        made = made_socket(one)
        if made is None:
            return {'end': 'unbound'}
        try:
            to = (one['dst'], one['dport'])
            data = b'x' * (one['size'] - (48 if ':' in one['dst'] else 28) if one.get('size') else 1)
            if one['how'] == 'sendto':
                made.sendto(data, to)
            else:
                code = made.connect_ex(to)
                if code not in (0, errno.EINPROGRESS):
                    raise OSError(code, '')
                if one['proto'] == 'udp':
                    made.send(data)
        except OSError as error:
            return {'end': 'lost', 'error': errno.errorcode.get(error.errno, str(error.errno))}
        finally:
            name = safely(made.getsockname)
            found = [(dev, ends) for dev, ends in map(ends_of, self.drain()) if ends and fits(one, ends)]
            made.close()
        if not found:
            return {'end': 'lost', 'error': 'nothing was sent', 'name': name}
        dev, (src, _, _, _) = found[0]
        return {'end': 'delivered' if dev == 'lo' else 'sent', 'oif': dev, 'src': src, 'name': name}

    def get(self, one):
        """As `ip route get` asks."""
        family = socket.AF_INET6 if ':' in one['dst'] else socket.AF_INET
        bits = 128 if family == socket.AF_INET6 else 32
        body = struct.pack('=BBBBBBBBI', family, bits, bits if 'src' in one else 0, one.get('tos', 0), 0, 0, 0, 0, RTM_F_LOOKUP_TABLE)
        body += attribute(1, socket.inet_pton(family, one['dst']))
        if 'src' in one:
            body += attribute(2, socket.inet_pton(family, one['src']))
        for key, kind in (('iif', 3), ('oif', 4)):
            if key in one:
                body += attribute(kind, struct.pack('=I', self.links[one[key]]))
        if one.get('mark'):
            body += attribute(16, struct.pack('=I', one['mark']))
        body += attribute(25, struct.pack('=I', one.get('uid', 0)))
        body += attribute(27, struct.pack('=B', one['proto_number']))
        body += attribute(28, struct.pack('!H', one['sport'])) if one.get('sport') else b''
        body += attribute(29, struct.pack('!H', one['dport'])) if one.get('dport') else b''
        self.netlink.send(struct.pack('=IHHII', 16 + len(body), RTM_GETROUTE, NLM_F_REQUEST, 1, 0) + body)
        data = self.netlink.recv(65536)
        kind = struct.unpack_from('=H', data, 4)[0]
        if kind != RTM_NEWROUTE:
            code = -struct.unpack_from('=i', data, 16)[0]
            return {'type': 'error', 'error': errno.errorcode.get(code, str(code))}
        found = dict(attributes(data, 28))
        answer = {'type': TYPES[data[23]]}
        if 4 in found:
            answer['oif'] = self.names.get(struct.unpack('=I', found[4])[0])
        if 7 in found:
            answer['src'] = socket.inet_ntop(family, found[7])
        return answer


def settle(addresses):
    """A work queue of the kernel makes the routes of IPv6 addresses."""
    missing = {socket.inet_pton(socket.AF_INET6, address).hex() for address in addresses}
    deadline = time.monotonic() + 1
    while missing and time.monotonic() < deadline:
        with open('/proc/thread-self/net/ipv6_route') as file:
            missing -= {line[:32] for line in file if line[33:35] == '80' and int(line.split()[-2], 16) & 0x80000000}


def until_down(name):
    """The kernel takes its time to tell routes and queues that there is no carrier."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        if ' state DOWN ' in subprocess.run(['ip', '-o', 'link', 'show', name], capture_output=True, text=True).stdout:
            return
        time.sleep(0.05)


def made_socket(one):
    LIBC.setfsuid(one['uid'])
    try:
        six = ':' in one['dst']
        kind = socket.SOCK_STREAM if one['proto'] == 'tcp' else socket.SOCK_DGRAM
        made = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    finally:
        LIBC.setfsuid(0)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if one.get('mark'):
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', one['mark']))
    if one.get('tos'):
        made.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if six else (socket.IPPROTO_IP, socket.IP_TOS)), one['tos'])
    if 'df' in one:
        made.setsockopt(*((socket.IPPROTO_IPV6, 23) if six else (socket.IPPROTO_IP, 10)), PMTUDISC[one['df']])
    if one.get('oif'):
        made.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, one['oif'].encode())
    if one.get('src'):
        try:
            made.bind((one['src'], one.get('sport', 0)))
        except OSError:
            made.close()
            return None
    return made


def safely(ask):
    try:
        return ask()[0]
    except OSError:
        return None


def family_of(text):
    return text[:2] if text[:2] in ('-4', '-6') else '-6' if ':' in re.sub(r'via inet6 \S+', '', text) else '-4'


def bare(text):
    return text[2:].strip() if text[:2] in ('-4', '-6') else text


def at_table(text, table, verb):
    """The table stands before next hops."""
    head, hops, tail = text.partition(' nexthop ')
    return 'route %s %s%s%s%s' % (verb, head, '' if table == 'main' else ' table ' + table, hops, tail)


def packet_of(one):
    ports = struct.pack('!HH', one['sport'], one['dport'])
    if one['proto'] == 'tcp':
        body = ports + struct.pack('!IIBBHHH', 1, 0, 5 << 4, 2, 1024, 0, 0)
    else:
        body = ports + struct.pack('!HH', 9, 0) + b'x'
    body += b'x' * (one.get('size', 0) - len(body) - (40 if ':' in one['dst'] else 20))
    if one['proto'] == 'udp':
        body = body[:4] + struct.pack('!H', len(body)) + body[6:]
    tos = one.get('tos', 0)
    if ':' in one['dst']:
        ends = socket.inet_pton(socket.AF_INET6, one['src']) + socket.inet_pton(socket.AF_INET6, one['dst'])
        return struct.pack('!IHBB', 6 << 28 | tos << 20, len(body), one['proto_number'], 64) + ends + body
    ends = socket.inet_aton(one['src']) + socket.inet_aton(one['dst'])
    head = struct.pack('!BBHHHBBH', 0x45, tos, 20 + len(body), 1, 0x4000 if one.get('df', True) else 0, 64, one['proto_number'], 0) + ends
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def ends_of(seen):
    """Source, destination, protocol and destination port of a packet."""
    dev, data = seen
    if data[:1] and data[0] >> 4 == 4:
        at = (data[0] & 15) * 4
        ends = (socket.inet_ntop(socket.AF_INET, data[12:16]), socket.inet_ntop(socket.AF_INET, data[16:20]), data[9])
    elif data[:1] and data[0] >> 4 == 6:
        is_fragment = data[6] == 44
        at = 48 if is_fragment else 40
        ends = (socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40]), data[40 if is_fragment else 6])
    else:
        return dev, None
    return (dev, (*ends, struct.unpack_from('!H', data, at + 2)[0])) if ends[2] in (6, 17) and len(data) >= at + 4 else (dev, None)


def mtu_told(seen):
    """By an ICMP error that says that a packet was too big."""
    data = seen[1]
    at = (data[0] & 15) * 4 if data[:1] else 0
    if data[:1] and data[0] >> 4 == 4 and data[9] == 1 and data[at:at + 2] == b'\3\4':
        return struct.unpack_from('!H', data, at + 6)[0]
    if data[:1] and data[0] >> 4 == 6 and data[6] == 58 and data[40] == 2:
        return struct.unpack_from('!I', data, 44)[0]
    return None


def fits(one, ends):
    _, dst, proto, dport = ends
    return dst == one['dst'] and proto == (6 if one['proto'] == 'tcp' else 17) and dport == one['dport']


def attribute(kind, data):
    return struct.pack('=HH', 4 + len(data), kind) + data + b'\0' * (-len(data) % 4)


def attributes(data, at):
    while at + 4 <= len(data):
        length, kind = struct.unpack_from('=HH', data, at)
        if length < 4:
            return
        yield kind & 0x3fff, data[at + 4:at + length]
        at += (length + 3) & ~3


for line in sys.stdin:
    question = json.loads(line)
    world = World(question['host'])
    ways = {'get': world.get, 'arrive': world.arrive}
    answers = [ways.get(one['how'], world.send)(one) for one in question['sends']]
    print(json.dumps({'refused': world.refused, 'answers': answers}), flush=True)
    world.close()
