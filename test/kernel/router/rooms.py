"""A client, a router and a server in network namespaces of their own, with real sockets. A line in has the rules to load and the connections to
make, all of them at once; the line out says what their clients saw. Nothing is shared with the program or with the oracle of packets."""
import ctypes
import errno
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NAMES = {which: 'router%d-%s' % (os.getpid(), which) for which in ('client', 'router', 'server')}
SERVED = {'server': ['10.2.0.2', '10.2.0.3', 'fd02::2', 'fd02::3'], 'router': ['10.1.0.1', '10.2.0.1', 'fd01::1', 'fd02::1']}
PORTS = {'server': [80, 8080], 'router': [80, 3128]}
PATIENCE = 0.45
IP_RECVERR, IPV6_RECVERR = 11, 25
ICMP_ECHO = {4: 8, 6: 128}


def run(command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True)


def enter(which):
    with open('/run/netns/' + NAMES[which]) as file:
        if LIBC.setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), 'setns')


def make():
    for which in NAMES.values():
        run(['ip', 'netns', 'add', which]).check_returncode()
    commands = """
link add c0 netns {client} type veth peer name r0 netns {router}
link add s0 netns {server} type veth peer name r1 netns {router}""".format(**NAMES)
    run(['ip', '-batch', '-'], commands + '\n').check_returncode()
    links = {
        'client': [('c0', 2, 1)],
        'router': [('r0', 1, 1), ('r1', 1, 2)],
        'server': [('s0', 2, 2), ('s0', 3, 2)],
    }
    for which, ends in links.items():
        enter(which)
        for key in ('net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'):
            with open('/proc/sys/' + key, 'w') as file:
                file.write('1' if which == 'router' else '0')
        for key, value in (('net/ipv6/conf/all/accept_dad', 0), ('net/ipv6/conf/default/accept_dad', 0), ('net/ipv4/icmp_ratelimit', 0), ('net/ipv6/icmp/ratelimit', 0), ('net/ipv4/icmp_msgs_per_sec', 100000), ('net/ipv4/icmp_msgs_burst', 100000), ('net/ipv4/ping_group_range', '0 2147483647')):
            if os.path.exists('/proc/sys/' + key):
                with open('/proc/sys/' + key, 'w') as file:
                    file.write(str(value))
        lines = ['link set lo up']
        for name, host, net in ends:
            lines += ['addr add 10.%d.0.%d/24 dev %s' % (net, host, name), 'addr add fd0%d::%d/64 dev %s nodad' % (net, host, name)]
        lines += ['link set %s up' % name for name in dict.fromkeys(name for name, _, _ in ends)]
        if which != 'router':
            lines += ['route add default via 10.%d.0.1' % ends[0][2], 'route add default via fd0%d::1' % ends[0][2]]
        run(['ip', '-batch', '-'], '\n'.join(lines) + '\n').check_returncode()


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def serve(selector):
    for which, addresses in SERVED.items():
        enter(which)
        for address in addresses:
            for port in PORTS[which]:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    one = socket.socket(family(address), kind)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    one.bind((address, port))
                    one.setblocking(False)
                    if kind == socket.SOCK_STREAM:
                        one.listen(256)
                    selector.register(one, selectors.EVENT_READ, ('listener' if kind == socket.SOCK_STREAM else 'udp', which))


def told(which, local, peer):
    return json.dumps({'host': which, 'at': [local[0], local[1]], 'saw': [peer[0], peer[1]]}).encode()


def opened(one):
    """A client's socket, and what it does first."""
    enter(one['from'])
    kind = {'tcp': socket.SOCK_STREAM}.get(one['proto'], socket.SOCK_DGRAM)
    six = ':' in one['dst']
    protocol = 0 if one['proto'] != 'icmp' else socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    sock = socket.socket(family(one['dst']), kind, protocol)
    sock.setblocking(False)
    # without it a TCP client of IPv6 was seen to wait on after a REJECT in FORWARD
    if kind == socket.SOCK_DGRAM or six:
        sock.setsockopt(*((socket.IPPROTO_IPV6, IPV6_RECVERR, 1) if six else (socket.IPPROTO_IP, IP_RECVERR, 1)))
    sock.bind((one['src'], one['sport']))
    code = sock.connect_ex((one['dst'], one['dport'] if one['proto'] != 'icmp' else 0))
    if code not in (0, errno.EINPROGRESS):
        return sock, errno.errorcode[code]
    if kind == socket.SOCK_DGRAM:
        try:
            sock.send(b'question' if one['proto'] == 'udp' else struct.pack('!BBHHH', ICMP_ECHO[6 if six else 4], 0, 0, 0, 1) + b'ping')
        except OSError as error:
            # a rule has dropped or rejected it here: a rejected one gets its ICMP error as well
            if error.errno != errno.EPERM:
                return sock, errno.errorcode[error.errno]
    return sock, None


def play(selector, connections):
    answers, waiting, accepted, again = [{} for _ in connections], set(), [], set()
    for number, one in enumerate(connections):
        sock, error = opened(one)
        if error:
            answers[number]['error'] = error
            sock.close()
        else:
            waiting.add(sock)
            events = selectors.EVENT_WRITE if one['proto'] == 'tcp' else selectors.EVENT_READ
            selector.register(sock, events, ('client', number))
    end = time.monotonic() + PATIENCE

    def done(sock):
        waiting.discard(sock)
        selector.unregister(sock)
        sock.close()

    while waiting and time.monotonic() < end:
        for key, events in selector.select(max(0, end - time.monotonic())):
            sock, (kind, of) = key.fileobj, key.data
            try:
                if kind == 'listener':
                    conn, _ = sock.accept()
                    conn.setblocking(False)
                    accepted.append(conn)
                    selector.register(conn, selectors.EVENT_READ, ('accepted', of))
                elif kind == 'udp':
                    _, peer = sock.recvfrom(100)
                    sock.sendto(told(of, sock.getsockname(), peer), peer)
                elif kind == 'accepted':
                    if sock.recv(100):
                        sock.send(told(of, sock.getsockname(), sock.getpeername()))
                    else:
                        accepted.remove(sock)
                        done(sock)
                elif events & selectors.EVENT_WRITE:
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code:
                        raise OSError(code, 'connect')
                    answers[of]['connected'] = True
                    sock.send(b'question')
                    selector.modify(sock, selectors.EVENT_READ, key.data)
                else:
                    data = sock.recv(1000)
                    if connections[of]['proto'] == 'udp' and of not in again:
                        # a later question of the connection, which rules may treat otherwise
                        again.add(of)
                        try:
                            sock.send(b'question')
                        except PermissionError:
                            pass
                        continue
                    answers[of]['answered'] = {} if connections[of]['proto'] == 'icmp' else json.loads(data) if data else None
                    done(sock)
            except BlockingIOError:
                pass
            except OSError as error:
                if kind == 'client':
                    answers[of]['error'] = errno.errorcode[error.errno]
                    done(sock)
                elif kind == 'accepted':
                    accepted.remove(sock)
                    done(sock)
    for sock in list(waiting) + accepted:
        # no later packet of this run is to meet the next one
        if sock.type == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        done(sock)
    return answers


def ready(selector):
    """Until every address answers: links and neighbours are not there at once."""
    ports = iter(range(40000, 50000))
    for _ in range(20):
        probes = [
            {'from': which, 'proto': 'udp', 'src': source, 'sport': next(ports), 'dst': address, 'dport': 80}
            for which, sources in (('client', ('10.1.0.2', 'fd01::2')), ('router', ('10.2.0.1', 'fd02::1')))
            for source in sources
            for address in SERVED['server'] + SERVED['router']
            if family(address) == family(source)
        ]
        if all('answered' in one for one in play(selector, probes)):
            return
    raise OSError('the rooms do not reach each other')


def load(question):
    enter('router')
    run(['nft', 'flush', 'ruleset'])
    for backend in ('legacy', 'nft'):
        for prefix in ('iptables', 'ip6tables'):
            if backend == 'legacy':
                run([prefix + '-legacy-restore'], EMPTY)
    for command, text in question['load']:
        done = run(command, text)
        if done.returncode:
            return ' '.join(command) + ': ' + done.stderr.strip()
    return None


EMPTY = ''.join('*%s\n%sCOMMIT\n' % (table, ''.join(':%s ACCEPT [0:0]\n' % chain for chain in chains)) for table, chains in (
    ('nat', ('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING')),
    ('mangle', ('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')),
    ('filter', ('INPUT', 'FORWARD', 'OUTPUT'))))
PRINTS = ('ip addr', 'ip route show table all', 'ip -6 route show table all', 'ip rule', 'ip -6 rule', 'ss -ltnu', 'sysctl net.ipv4.ip_forward net.ipv4.conf net.ipv6.conf')


def main():
    selector = selectors.DefaultSelector()
    try:
        make()
        serve(selector)
        ready(selector)
        enter('router')
        host = {command: run(command.split()).stdout for command in PRINTS}
        print(json.dumps({'host': host}), flush=True)
        for line in sys.stdin:
            question = json.loads(line)
            error = load(question)
            answer = {'refused': error} if error else {'answers': play(selector, question['connections'])}
            print(json.dumps(answer), flush=True)
    finally:
        for name in NAMES.values():
            run(['ip', 'netns', 'del', name])


main()
