"""Real connections: sockets of processes here and of other hosts, through rules in a namespace of its own, with another namespace behind
each interface that owns every address. Questions on standard input, answers on standard output, one JSON line each.

question: as in __main__.py, less the packets; and {connections: [{proto: tcp|udp, at: local|INTERFACE, uid, gid, mark, src?, sport, dst, dport}],
          far: [{proto, port}]}: servers of the other hosts, on every address. src: of another host; here the kernel chooses
answer:   {results: [{connected, accepted: null|{at: local|INTERFACE, port, from: [address, port]}, there, back, from?: [address, port]}]}
          connected: connect() came back, for udp: was there a route; there: what the one that connects sent has arrived; back: and the
          answer to it; from: the source that the kernel chose"""
import argparse
import json
import os
import select
import socket
import struct
import sys
import time

from netlink import Netlink, OracleError
from rules import Rules
from world import CLONE_NEWNET, LIBC, SO_MARK, World, listener, run, sysctl, transparent

WAIT = 0.5         # seconds for what is on its way; lo and veth deliver at once, a SYN is sent again after one second
MAC = '02:00:00:00:00:01'       # of both ends: without ARP a frame is for the address of its own device
OTHERS = '100'      # routing table


class Far:
    """The namespace behind an interface: all addresses are its own, and what it sends goes to the interface."""

    def __init__(self, name, near):
        self.name, self.near = name, near
        self.netns = enter_new()
        run(['ip', 'link', 'set', 'lo', 'up'])
        for key in ('net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter'):
            sysctl(key, 0)
        sysctl('net.ipv4.ip_nonlocal_bind', 1)
        sysctl('net.ipv6.ip_nonlocal_bind', 1)

    def connect(self):
        """Once its end of the veth pair is here."""
        end = 'f-' + self.name
        batch = 'link set %s address %s arp off addrgenmode none up\n' % (end, MAC)
        run(['ip', '-batch', '-'], batch)
        # the loopback network is as any other there: what is sent to it goes to the interface
        sysctl('net.ipv4.conf.%s.route_localnet' % end, 1)
        for route in ('local 127.0.0.0/8', 'local 127.0.0.1', 'broadcast 127.255.255.255'):
            run(['ip', 'route', 'del', *route.split(), 'dev', 'lo', 'table', 'local'])
        run(['ip', '-6', 'addr', 'del', '::1/128', 'dev', 'lo'])
        for family, everything in (('-4', '0.0.0.0/0'), ('-6', '::/0')):
            run(['ip', family, 'route', 'add', 'local', everything, 'dev', 'lo', 'table', OTHERS])
            run(['ip', family, 'rule', 'add', 'pref', '1', 'iif', end, 'lookup', OTHERS])
            run(['ip', family, 'route', 'add', everything, 'dev', end])


def enter_new():
    if LIBC.unshare(CLONE_NEWNET):
        raise OracleError('unshare failed')
    return os.open('/proc/thread-self/ns/net', os.O_RDONLY)


def enter(netns):
    if LIBC.setns(netns, CLONE_NEWNET):
        raise OracleError('setns failed')


class Connected(World):
    """A world whose interfaces lead to namespaces of their own, in which real servers and clients live."""

    def __init__(self, question):
        self.home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        self.far, self.sockets = {}, []
        for interface in question['interfaces']:
            if interface['name'] != 'lo':
                self.far[interface['name']] = Far(interface['name'], None)
        super().__init__(question, stateful=False)
        self.netns = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        for far in self.far.values():
            enter(far.netns)
            far.connect()
        enter(self.netns)

    def device(self, interface):
        name = interface['name']
        if name == 'lo':
            return super().device(interface)
        far = self.far[name]
        # the other end is made in the namespace it is for
        run(['ip', 'link', 'add', name, 'address', MAC, 'type', 'veth', 'peer', 'name', 'f-' + name, 'netns', '/proc/%d/fd/%d' % (os.getpid(), far.netns)])
        commands = ['link set %s arp off addrgenmode none' % name]
        commands += ['addr add %s dev %s%s' % (one, name, ' nodad' if ':' in one else '') for one in interface['addrs']]
        if interface.get('group'):
            commands.append('link set %s group %d' % (name, interface['group']))
        return commands + ['link set %s up' % name]

    def close(self):
        super().close()
        for one in self.sockets:
            one.close()
        for far in self.far.values():
            os.close(far.netns)
        enter(self.home)


def opened(who, v6, kind):
    """xt_owner compares the file system ids of the socket's file."""
    LIBC.setfsgid(who.get('gid', 0))
    LIBC.setfsuid(who.get('uid', 0))
    try:
        one = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, kind)
    finally:
        LIBC.setfsuid(0)
        LIBC.setfsgid(0)
    one.setblocking(False)
    if who.get('mark'):
        one.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', who['mark']))
    return one


class Servers:
    """Listeners here, of their users, and those of the other hosts."""

    def __init__(self, world, question):
        self.all = []       # (at, port, proto, socket)
        for one in question['listeners']:
            LIBC.setfsgid(one.get('gid', 0))
            LIBC.setfsuid(one.get('uid', 0))
            try:
                self.add('local', one['port'], one['proto'], listener(one))
            finally:
                LIBC.setfsuid(0)
                LIBC.setfsgid(0)
        for name, far in world.far.items():
            enter(far.netns)
            for one in question['far']:
                for address in ('0.0.0.0', '::'):
                    self.add(name, one['port'], one['proto'], listener({**one, 'addr': address, 'transparent': True}))
        enter(world.netns)

    def add(self, at, port, proto, one):
        one.setblocking(False)
        if proto == 'udp':
            where = (socket.IPPROTO_IPV6, 49) if one.family == socket.AF_INET6 else (socket.IPPROTO_IP, 8)      # PKTINFO
            one.setsockopt(*where, 1)
        self.all.append((at, port, proto, one))

    def close(self):
        for *_, one in self.all:
            one.close()


class Try:
    """One connection, from connect() to the answer to its first byte."""

    def __init__(self, world, wanted):
        self.wanted, self.result = wanted, {'connected': False, 'accepted': None, 'there': False, 'back': False}
        self.server = None
        v6, tcp = ':' in wanted['dst'], wanted['proto'] == 'tcp'
        here = wanted['at'] == 'local'
        if not here:
            enter(world.far[wanted['at']].netns)
        try:
            self.client = opened(wanted if here else {}, v6, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
            if not here:
                self.client.setsockopt(*transparent(v6), 1)
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.client.bind((wanted.get('src', '::' if v6 else '0.0.0.0'), wanted['sport']))
            self.error = self.client.connect_ex((wanted['dst'], wanted['dport']))
            if here:
                self.result['from'] = list(self.client.getsockname()[:2])
            self.result['connected'] = self.error == 0
        finally:
            if not here:
                enter(world.netns)

    @property
    def token(self):
        return b'%05d' % self.wanted['sport']


def until(ready, seconds=WAIT):
    """Waits until it is so."""
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.004)


def play(world, servers, wanted):
    tries = [Try(world, one) for one in wanted]
    tcp = [one for one in tries if one.wanted['proto'] == 'tcp']
    udp = [one for one in tries if one.wanted['proto'] == 'udp']

    def connecting():
        waiting = [one for one in tcp if not one.result['connected'] and one.error == 115]      # EINPROGRESS
        _, writable, _ = select.select([], [one.client for one in waiting], [], 0)
        for one in waiting:
            if one.client in writable:
                one.error = one.client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                one.result['connected'] = one.error == 0
        return all(one.error != 115 or one.result['connected'] for one in tcp)

    def accepting():
        for at, port, proto, server in servers.all:
            if proto != 'tcp':
                continue
            try:
                while True:
                    accepted, peer = server.accept()
                    accepted.setblocking(False)
                    assign(tcp, accepted, {'at': at, 'port': port, 'from': list(peer[:2])})
            except OSError:
                pass
        return all(one.server or not one.result['connected'] for one in tcp)

    until(connecting)
    until(accepting)
    for one in tcp:
        if one.result['connected']:
            send(one.client, one.token)
    for one in udp:
        send(one.client, one.token)

    def arriving():
        for one in tcp:
            if one.server and not one.result['there'] and receive(one.server) == one.token:
                one.result['there'] = True
                send(one.server, b'back' + one.token)
        for at, port, proto, server in servers.all:
            if proto == 'udp':
                answer_questions(udp, server, at, port)
        return all(one.result['there'] or not one.server and one.wanted['proto'] == 'tcp' for one in tries)

    def returning():
        for one in tries:
            if not one.result['back'] and receive(one.client) == b'back' + one.token:
                one.result['back'] = True
        return all(one.result['back'] or not one.result['there'] for one in tries)

    until(arriving)
    until(returning)
    for one in tries:
        one.client.close()
        if one.server:
            one.server.close()
    return [one.result for one in tries]


def assign(tries, accepted, where):
    """To the one that connects from that port: each has its own, and NAT keeps it where it can."""
    for one in tries:
        if one.server is None and where['from'][1] == one.wanted['sport']:
            one.server, one.result['accepted'] = accepted, where
            return
    accepted.close()


def answer_questions(tries, server, at, port):
    try:
        while True:
            data, about, _, peer = server.recvmsg(64, 256)
            for one in tries:
                if data == one.token and not one.result['there']:
                    one.result.update(there=True, accepted={'at': at, 'port': port, 'from': list(peer[:2])})
            # from the address that was asked, as servers of DNS do; source: ip(7) IP_PKTINFO
            server.sendmsg([b'back' + data], [(level, kind, source_of(level, value)) for level, kind, value in about], 0, peer)
    except OSError:
        pass


def source_of(level, value):
    if level == socket.IPPROTO_IPV6:
        return value[:16] + struct.pack('=i', 0)
    _, _, asked = struct.unpack('=i4s4s', value)
    return struct.pack('=i4s4s', 0, asked, b'\0\0\0\0')


def send(one, data):
    try:
        one.send(data)
    except OSError:
        pass


def receive(one):
    try:
        return one.recv(64)
    except OSError:
        return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    arguments.add_argument('--backend', default='nft', choices=['nft', 'legacy'])
    backend = arguments.parse_args().backend
    for line in sys.stdin:
        world = servers = None
        try:
            question = json.loads(line)
            world = Connected(question)
            Rules(backend, Netlink()).load(question)
            servers = Servers(world, question)
            reply = {'ok': True, 'results': play(world, servers, question['connections'])}
        except (OracleError, OSError, KeyError, ValueError) as error:
            reply = {'ok': False, 'error': '%s: %s' % (type(error).__name__, error)}
        finally:
            if servers is not None:
                servers.close()
            if world is not None:
                world.close()
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
