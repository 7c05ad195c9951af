"""A namespace of our own whose interfaces lead to others, which own every address: real clients and servers live there."""
import os

from netlink import OracleError
from world import CLONE_NEWNET, LIBC, World, run, sysctl

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
        self.far = {}
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
        for far in self.far.values():
            os.close(far.netns)
        os.close(self.netns)
        enter(self.home)
        os.close(self.home)
