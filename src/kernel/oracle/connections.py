"""Real connections: sockets of processes here and of other hosts, through rules in a namespace of its own, with another namespace behind
each interface that owns every address. Questions on standard input, answers on standard output, one JSON line each.

question: as in __main__.py, less the packets, seconds included; and {connections: [{proto: tcp|udp, at: local|INTERFACE, uid, gid, mark, src?, sport, dst, dport}],
          far: [{proto, port}]}: servers of the other hosts, on every address. src: of another host; here the kernel chooses
answer:   {results: [{connected, accepted: null|{at: local|INTERFACE, port, from: [address, port], original: null|[address, port]}, there, back,
          again, again_back, fin, fin_back, error: null|NAME, from?: [address, port], drops: [...]}]}
          connected: connect() came back, for udp: was there a route; there: what the one that connects sent has arrived; back: and the
          answer to it; again: the same for what it sends next (udp); fin: the other side reads its end, which a reset is not; error: what a socket call said;
          original: for whom it was, as the server can ask; from: the source that the kernel chose; drops: see drops.py"""
import argparse
import errno
import json
import os
import select
import socket
import struct
import sys
import time

from bounds import end_with_parent, limit, refuse
from drops import Drops
from far import Connected, enter
from netlink import Netlink, OracleError
from rules import Rules
from world import LIBC, SO_MARK, listener, transparent

WAIT = 0.4         # seconds for what is on its way; lo and veth deliver at once, a SYN is sent again after one second
SO_ORIGINAL_DST = 80
RECVORIGDSTADDR = {False: (socket.IPPROTO_IP, 20), True: (socket.IPPROTO_IPV6, 74)}
PKTINFO = {False: (socket.IPPROTO_IP, 8), True: (socket.IPPROTO_IPV6, 50)}
RECVPKTINFO = {**PKTINFO, True: (socket.IPPROTO_IPV6, 49)}


class Identity:
    """xt_owner compares the file system ids of the socket's file, which are those of who opened it."""

    def __init__(self, who):
        self.who = who

    def __enter__(self):
        LIBC.setfsgid(self.who.get('gid', 0))
        LIBC.setfsuid(self.who.get('uid', 0))

    def __exit__(self, *_):
        LIBC.setfsuid(0)
        LIBC.setfsgid(0)


def opened(who, v6, kind):
    with Identity(who):
        one = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, kind)
    one.setblocking(False)
    if who.get('mark'):
        one.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', who['mark']))
    return one


class Server:
    def __init__(self, at, wanted):
        self.at, self.wanted, self.port, self.proto = at, wanted, wanted['port'], wanted['proto']
        with Identity(wanted):
            self.socket = listener(wanted)
        self.v6 = self.socket.family == socket.AF_INET6
        self.socket.setblocking(False)
        if self.proto == 'udp':
            for level, option in (RECVPKTINFO[self.v6], RECVORIGDSTADDR[self.v6]):
                self.socket.setsockopt(level, option, 1)

    def place(self, peer, original):
        return {'at': self.at, 'port': self.port, 'from': list(peer[:2]), 'original': original}


class Servers:
    """Listeners here, of their users, and those of the other hosts."""

    def __init__(self, world, question):
        self.all, self.extra = [Server('local', one) for one in question['listeners']], []
        for name, far in world.far.items():
            enter(far.netns)
            for one in question['far']:
                self.all += [Server(name, {**one, 'addr': address, 'transparent': True}) for address in ('0.0.0.0', '::')]
        enter(world.netns)
        self.world = world

    def tcp(self):
        """Those accepted since the last time: who, the socket, and where."""
        for one in self.all:
            if one.proto == 'tcp':
                try:
                    while True:
                        with Identity(one.wanted):
                            accepted, peer = one.socket.accept()
                        accepted.setblocking(False)
                        yield accepted, one.place(peer, original_of(accepted, one.v6) if one.at == 'local' else None)
                except OSError:
                    pass

    def udp(self):
        """Datagrams since the last time; each is answered from where it was sent to."""
        for one in self.all:
            if one.proto == 'udp':
                try:
                    while True:
                        data, about, _, peer = one.socket.recvmsg(64, 256)
                        try:
                            self.answer(one, data, about, peer)
                        except OSError:
                            pass            # a rule of OUTPUT drops it, or there is no route
                        yield data, one.place(peer, None)
                except OSError:
                    pass

    def answer(self, server, data, about, peer):
        to = {(level, kind): value for level, kind, value in about}
        asked = end_of(to[RECVORIGDSTADDR[server.v6]], server.v6)
        if server.wanted.get('transparent') and server.at == 'local' and asked[1] != server.port:
            # it was led here: a socket that has the end that was asked, as transparent proxies make it
            other = opened(server.wanted, server.v6, socket.SOCK_DGRAM)
            self.extra.append(other)
            other.setsockopt(*transparent(server.v6), 1)
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(asked)
            other.sendto(answer_to(data), peer)
            return
        # from the address that was asked, as servers of DNS do; source: ip(7) IP_PKTINFO
        info = to[PKTINFO[server.v6]]
        source = info[:16] + struct.pack('=i', 0) if server.v6 else struct.pack('=i4s4s', 0, info[8:12], b'\0\0\0\0')
        server.socket.sendmsg([answer_to(data)], [(*PKTINFO[server.v6], source)], 0, peer)

    def close(self):
        for one in [*(server.socket for server in self.all), *self.extra]:
            one.close()


def answer_to(data):
    return b'a' + data[1:]


def end_of(packed, v6):
    """sockaddr_in, sockaddr_in6"""
    port = struct.unpack_from('!H', packed, 2)[0]
    return (socket.inet_ntop(socket.AF_INET6, packed[8:24]) if v6 else socket.inet_ntoa(packed[4:8]), port)


def original_of(accepted, v6):
    try:
        level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
        return list(end_of(accepted.getsockopt(level, SO_ORIGINAL_DST, 28 if v6 else 16), v6))
    except OSError:
        return None


class Try:
    """One connection, from connect() to its end."""

    def __init__(self, world, wanted):
        self.wanted = wanted
        self.result = {'connected': False, 'accepted': None, 'error': None,
                       **{name: False for name in ('there', 'back', 'again', 'again_back', 'fin', 'fin_back')}}
        self.server, self.ended = None, set()
        v6, self.tcp = ':' in wanted['dst'], wanted['proto'] == 'tcp'
        here = wanted['at'] == 'local'
        if not here:
            enter(world.far[wanted['at']].netns)
        try:
            self.client = opened(wanted if here else {}, v6, socket.SOCK_STREAM if self.tcp else socket.SOCK_DGRAM)
            if not here:
                self.client.setsockopt(*transparent(v6), 1)
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.client.bind((wanted.get('src', '::' if v6 else '0.0.0.0'), wanted['sport']))
            self.connecting(self.client.connect_ex((wanted['dst'], wanted['dport'])))
            if here:
                self.result['from'] = list(self.client.getsockname()[:2])
        finally:
            if not here:
                enter(world.netns)

    def connecting(self, code):
        self.waiting = code == errno.EINPROGRESS
        self.result['connected'] = code == 0
        if not self.waiting and code:
            self.result['error'] = errno.errorcode[code]

    def token(self, index):
        """One byte, as in the simulator; a datagram says whose it is."""
        return b'q' if self.tcp else b'%05d.%d' % (self.wanted['sport'], index)

    def send(self, one, data):
        try:
            one.send(data)
        except OSError as error:
            self.note(error)

    def receive(self, one):
        """Of TCP an error comes last. Linux says it once, and then that there is no more, which is not the end that the other side sends."""
        if one in self.ended:
            return None
        try:
            return one.recv(64)
        except OSError as error:
            self.note(error)
            if self.tcp and error.errno != errno.EAGAIN:
                self.ended.add(one)
            return None

    def note(self, error):
        """EPERM: a rule of OUTPUT has dropped it, which the drops tell better."""
        if error.errno not in (errno.EAGAIN, errno.EPERM) and self.result['error'] is None:
            self.result['error'] = errno.errorcode[error.errno]


def is_connected(one):
    """SO_ERROR also has what an ICMP error has hinted at since."""
    try:
        return one.getpeername() is not None
    except OSError:
        return False


def until(ready, seconds=WAIT):
    """Waits until it is so."""
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.004)


class Play:
    """Connections beside each other, step by step: each step waits for what can still come."""

    def __init__(self, servers, tries):
        self.servers, self.tries = servers, tries
        self.tcp = [one for one in tries if one.tcp]
        self.udp = [one for one in tries if not one.tcp]

    def run(self):
        until(self.connecting)
        until(self.accepting)
        self.exchange(0, 'there', 'back')
        if any(one.result['back'] for one in self.udp):
            self.exchange(1, 'again', 'again_back')
        self.finish()

    def connecting(self):
        waiting = [one for one in self.tcp if one.waiting]
        _, writable, _ = select.select([], [one.client for one in waiting], [], 0)
        for one in waiting:
            if one.client in writable:
                one.connecting(one.client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if not is_connected(one.client) else 0)
        return not any(one.waiting for one in self.tcp)

    def accepting(self):
        for accepted, where in self.servers.tcp():
            # each connects from a port of its own, and NAT keeps it where it can
            one = next((one for one in self.tcp if one.server is None and where['from'][1] == one.wanted['sport']), None)
            if one is None and len(self.tcp) == 1 and self.tcp[0].server is None:
                one = self.tcp[0]
            if one is None:
                accepted.close()
            else:
                one.server, one.result['accepted'] = accepted, where
        return all(one.server or not one.result['connected'] for one in self.tcp)

    def exchange(self, index, there, back):
        if index == 0:
            for one in self.tcp:
                if one.result['connected']:
                    one.send(one.client, one.token(index))
        for one in self.udp:
            if index == 0 or one.result['back']:
                one.send(one.client, one.token(index))
        until(lambda: self.arriving(index, there))
        until(lambda: self.returning(index, there, back))

    def arriving(self, index, there):
        if index == 0:
            self.accepting()        # data makes up for an acknowledgement that was lost
            for one in self.tcp:
                if one.server and not one.result[there] and one.receive(one.server) == one.token(index):
                    one.result[there] = True
                    one.send(one.server, answer_to(one.token(index)))
        for data, where in self.servers.udp():
            for one in self.udp:
                if data == one.token(index) and not one.result[there]:
                    one.result['accepted'] = one.result['accepted'] or where
                    one.result[there] = one.result['accepted']['at'] == where['at']
        waiting = [one for one in self.tries if one.server or not one.tcp] if index == 0 else [one for one in self.udp if one.result['back']]
        return all(one.result[there] for one in waiting)

    def returning(self, index, there, back):
        for one in self.tries if index == 0 else self.udp:
            if not one.result[there]:
                one.receive(one.client)         # an error, perhaps
            elif not one.result[back] and one.receive(one.client) == answer_to(one.token(index)):
                one.result[back] = True
        return all(one.result[back] or not one.result[there] for one in self.tries)

    def finish(self):
        closing = [one for one in self.tcp if one.result['back']]
        self.close(closing, 'fin', lambda one: (one.client, one.server))
        self.close([one for one in closing if one.result['fin']], 'fin_back', lambda one: (one.server, one.client))

    def close(self, tries, name, ends):
        for one in tries:
            try:
                ends(one)[0].shutdown(socket.SHUT_WR)
            except OSError as error:
                one.note(error)

        def closing():
            for one in tries:
                if not one.result[name] and one.receive(ends(one)[1]) == b'':
                    one.result[name] = True
            return all(one.result[name] for one in tries)
        until(closing)


def play(world, servers, drops, wanted):
    tries = [Try(world, one) for one in wanted]
    Play(servers, tries).run()
    for one, found in zip(tries, drops.of(wanted)):
        one.result['drops'] = found
    for one in tries:
        one.client.close()
        if one.server:
            one.server.close()
    return [one.result for one in tries]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    arguments.add_argument('--backend', default='nft', choices=['nft', 'legacy'])
    arguments.add_argument('--seconds', type=float, default=600, help='of one question')
    given = arguments.parse_args()
    backend = given.backend
    end_with_parent()
    for line in sys.stdin:
        world = servers = drops = None
        try:
            question = json.loads(line)
            limit(min(given.seconds, question.get('seconds', given.seconds)))
            refuse(question)
            world = Connected(question)
            rules = Rules(backend, Netlink())
            rules.load(question)
            servers = Servers(world, question)
            drops = Drops(backend, rules, bool(question.get('rules_nft')))
            reply = {'ok': True, 'results': play(world, servers, drops, question['connections'])}
        except (OracleError, OSError, KeyError, ValueError) as error:
            reply = {'ok': False, 'error': '%s: %s' % (type(error).__name__, error)}
        finally:
            limit(0)
            for one in (drops, servers, world):
                if one is not None:
                    one.close()
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
