#!/usr/bin/env python3
"""kernel_oracle - ask the running Linux kernel how an iptables ruleset treats packets.

Everything happens inside network namespaces this process creates (unshare(CLONE_NEWNET)),
so nothing leaves the machine.  Needs root (CAP_NET_ADMIN + CAP_SYS_ADMIN), /dev/net/tun,
nft, ip, iptables-nft-* and/or iptables-legacy-*.  Python 3.8+, stdlib only.

  kernel_oracle.py [--backend nft|legacy] [--mode stateless|stateful] case.json   -> JSON array
  kernel_oracle.py --serve      one JSON case per stdin line -> one JSON line {"ok":..,"result":[..]}

case := {
  "backend": "nft"|"legacy", "mode": "stateless"|"stateful",       (optional, override flags)
  "rules_v4": "<iptables-save text>", "rules_v6": "...",
  "interfaces": [{"name":"eth0","addrs":["10.244.0.5/24","fd00::5/64"]}, ...],   (lo is implicit;
                 {"name":"lo","addrs":[..]} adds addresses)
  "routes": ["default via 10.244.0.1 dev eth0", ["-6","default","via","fd00::1"]...],
  "ip_rules": ["fwmark 1337 lookup 133"], "sysctls": {"net.ipv4.ip_forward":"1"},
  "pre_cmds": [["ipset","create",...]],                            (run in the namespace)
  "listeners": [{"proto":"tcp","addr":"0.0.0.0","port":15006,"transparent":true}],
  "kernel_replies": true      let the kernel answer (RST, SYN-ACK, echo) and trace the answers (in "generated"),
  "explain_lost": true        say which kernel drop reason took a packet that vanished outside netfilter,
  "packets": [{"from":"local","uid":1000,"gid":1000,"proto":"tcp","src":..,"sport":..,"dst":..,
               "dport":..,"flags":"S","mark":1,"bind_iface":"eth0","via":"raw"|"socket"},
              {"from":"wire","in_iface":"eth0","proto":"udp",...},
              {"from":"wire","in_iface":"eth0","raw":"4500...hex"}]
}
answer per packet := {trace:[{family,hook,table,chain,rulenum,rule,verdict}], fate, fate_detail,
   tuple_before, tuple_after, out_iface, in_iface, mark_after, generated:[...], path:[...]}

How it works: an nft table `inet _oracle` sets nftrace on every packet at priority -450
(skb->nf_trace is honoured by nf_tables AND by legacy x_tables, so the ruleset under test is
not modified), and marks the exits of INPUT/POSTROUTING at priority INT_MAX-1.
  backend nft:    trace events read from NFNLGRP_NFTRACE; rule handle -> number by GETRULE dump.
  backend legacy: sysctl nf_log/{2,10}=nfnetlink_log; TRACE lines + exit marks read from NFLOG 0.
Packets carry a unique 32-bit token (TCP seq / first 4 payload bytes), untouched by NAT.
stateless: exit marks DROP, so conntrack entries are never confirmed (except over lo, and those
           are flushed before any packet that would collide) - every packet meets an empty table.
stateful:  exit marks ACCEPT, packets run in order and conntrack state persists; replies the
           kernel itself would make (RST, ICMP, echo reply) are dropped before OUTPUT so that
           they cannot alter the flow state.
"""
import argparse, ctypes, errno, fcntl, ipaddress, json, os, re, select, socket, struct
import subprocess, sys, time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
NETLINK_NETFILTER, NETLINK_ROUTE = 12, 0
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_NO_ENOBUFS = 270, 1, 5
SO_RCVBUFFORCE, SO_MARK, SO_BINDTODEVICE, SO_PRIORITY = 33, 36, 25, 12
IP_TRANSPARENT, IPV6_TRANSPARENT, IP_FREEBIND = 19, 75, 15
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
OWN_PRIO = 0x0A11CE                      # skb->priority of packets this oracle sends
PROTO = {'icmp': 1, 'tcp': 6, 'udp': 17, 'icmpv6': 58, 'ipv6-icmp': 58, 'sctp': 132, 'udplite': 136}
PROTO_NAME = {1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp', 136: 'udplite'}
FLAGS = {'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, 'E': 64, 'C': 128}
HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']
V_NAME = {0: 'DROP', 1: 'ACCEPT', 2: 'STOLEN', 3: 'QUEUE', 4: 'REPEAT', -1: 'CONTINUE', -2: 'BREAK',
          -3: 'JUMP', -4: 'GOTO', -5: 'RETURN'}
BUILTIN = set(HOOKS)
CT_STATE = {1: 'INVALID', 2: 'ESTABLISHED', 4: 'RELATED', 8: 'NEW', 64: 'UNTRACKED'}


class OracleError(Exception):
    pass


# ----------------------------------------------------------------- packets
def csum(b):
    if len(b) & 1:
        b += b'\0'
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return (~s) & 0xffff


def build(p, token, ipid):
    """dict -> IP packet bytes (with valid checksums: conntrack checks them at PREROUTING)."""
    v6 = ':' in p['dst']
    pr = p['proto']
    pr = PROTO[pr] if pr in PROTO else int(pr)
    if v6 and pr == 1:
        pr = 58
    fam = socket.AF_INET6 if v6 else socket.AF_INET
    s, d = socket.inet_pton(fam, p['src']), socket.inet_pton(fam, p['dst'])
    tok = struct.pack('!I', token)
    sport, dport = int(p.get('sport') or 0), int(p.get('dport') or 0)
    if pr == 6:
        f = 0
        for c in p.get('flags', 'S'):           # '' is a packet without any flag
            f |= FLAGS[c]
        seq = p.get('seq', token)
        l4 = struct.pack('!HHIIBBHHH', sport, dport, seq, p.get('ack', 1 if f & 16 else 0), 0x50, f, 65535, 0, 0)
        off = 16
    elif pr in (17, 136):
        l4 = struct.pack('!HHHH', sport, dport, 12, 0) + tok
        off = 6
    elif pr in (1, 58):
        t = int(p.get('icmp_type', 8 if pr == 1 else 128))
        l4 = struct.pack('!BBHHH', t, int(p.get('icmp_code', 0)), 0, int(p.get('icmp_id', 1 + token % 65000)), 1) + tok
        off = 2
    else:
        l4, off = tok + b'\0' * 12, None
    frag = int(p.get('frag', 0))                # units of 8 bytes; a later fragment has no transport header
    if frag:
        l4, off = tok + b'\0' * 12, None
    if 'length' in p:
        l4 += b'\0' * (int(p['length']) - (40 if v6 else 20) - len(l4))
        if pr in (17, 136) and not frag:
            l4 = l4[:4] + struct.pack('!H', len(l4)) + l4[6:]
    if off is not None:
        ph = (s + d + struct.pack('!IHBB', len(l4), 0, 0, pr)) if v6 else (s + d + struct.pack('!BBH', 0, pr, len(l4)))
        c = csum((b'' if pr == 1 else ph) + l4)
        if pr in (17, 136) and c == 0:
            c = 0xffff
        l4 = l4[:off] + struct.pack('!H', c) + l4[off + 2:]
    ttl = int(p.get('ttl', 64))
    tos = int(p.get('tos', 0))
    if v6:
        return struct.pack('!IHBB', 6 << 28 | tos << 20, len(l4), pr, ttl) + s + d + l4
    h = struct.pack('!BBHHHBBH', 0x45, tos, 20 + len(l4), ipid, frag or 0x4000, ttl, pr, 0) + s + d
    return h[:10] + struct.pack('!H', csum(h)) + h[12:] + l4


def parse(net, tr=None):
    """IP bytes -> dict(src,dst,proto,sport,dport,token,key). tr: transport header if separate."""
    v = net[0] >> 4
    if v == 4:
        ihl = (net[0] & 15) * 4
        pr, ipid = net[9], struct.unpack_from('!H', net, 4)[0]
        s, d = socket.inet_ntoa(net[12:16]), socket.inet_ntoa(net[16:20])
        fo = struct.unpack_from('!H', net, 6)[0] & 0x1fff
        l4 = tr if tr is not None else net[ihl:]
    else:
        pr, ipid, fo = net[6], 0, 0
        s, d = socket.inet_ntop(socket.AF_INET6, net[8:24]), socket.inet_ntop(socket.AF_INET6, net[24:40])
        l4 = tr if tr is not None else net[40:]
    o = {'src': s, 'dst': d, 'proto': PROTO_NAME.get(pr, str(pr))}
    tok = None
    if fo:
        o['frag_off'] = fo * 8
        tok = struct.unpack_from('!I', l4)[0] if len(l4) >= 4 else None
    elif pr == 6 and len(l4) >= 14:
        o['sport'], o['dport'], tok = struct.unpack_from('!HHI', l4)
        o['flags'] = ''.join(c for c, b in FLAGS.items() if l4[13] & b)
    elif pr in (17, 136) and len(l4) >= 8:
        o['sport'], o['dport'] = struct.unpack_from('!HH', l4)
        tok = struct.unpack_from('!I', l4, 8)[0] if len(l4) >= 12 else None
    elif pr in (1, 58) and len(l4) >= 8:
        o['icmp_type'], o['icmp_code'] = l4[0], l4[1]
        if l4[0] in (0, 8, 128, 129):
            o['icmp_id'] = struct.unpack_from('!H', l4, 4)[0]
        tok = struct.unpack_from('!I', l4, 8)[0] if len(l4) >= 12 else None
    elif len(l4) >= 4:
        tok = struct.unpack_from('!I', l4)[0]
    return o, (pr, tok, o.get('icmp_type')), ipid


# ----------------------------------------------------------------- netlink helpers
def nl_attrs(b, off=0, end=None):
    end = len(b) if end is None else end
    d = {}
    while off + 4 <= end:
        ln, ty = struct.unpack_from('=HH', b, off)
        if ln < 4:
            break
        d[ty & 0x3fff] = b[off + 4:off + ln]
        off += (ln + 3) & ~3
    return d


def nla(ty, data):
    return struct.pack('=HH', 4 + len(data), ty) + data + b'\0' * (-len(data) % 4)


def nl_iter(buf):
    off, n = 0, len(buf)
    while off + 16 <= n:
        ln, ty, fl, seq, pid = struct.unpack_from('=IHHII', buf, off)
        if ln < 16:
            break
        yield ty, buf, off + 16, off + ln
        off += (ln + 3) & ~3


class NL:
    def __init__(self, rcvbuf=0):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.s.bind((0, 0))
        if rcvbuf:
            self.s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf)
        self.seq = 0

    def send(self, subsys, msg, flags, fam, body=b'', res=0):
        self.seq += 1
        pl = struct.pack('!BBH', fam, 0, res) + body
        self.s.send(struct.pack('=IHHII', 16 + len(pl), subsys << 8 | msg, flags, self.seq, 0) + pl)

    def ack(self):
        while True:
            for ty, b, o, e in nl_iter(self.s.recv(65536)):
                if ty == 2:
                    err = -struct.unpack_from('=i', b, o)[0]
                    if err:
                        raise OSError(err, os.strerror(err))
                    return

    def dump(self, subsys, msg, fam, body=b''):
        self.send(subsys, msg, 0x301, fam, body)
        while True:
            for ty, b, o, e in nl_iter(self.s.recv(1 << 20)):
                if ty == 3:
                    return
                if ty == 2:
                    err = -struct.unpack_from('=i', b, o)[0]
                    if err:
                        raise OSError(err, os.strerror(err))
                    return
                yield nl_attrs(b, o + 4, e)

    def close(self):
        self.s.close()


def sh(cmd, inp=None, check=True):
    p = subprocess.run(cmd, input=inp.encode() if isinstance(inp, str) else inp, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    if check and p.returncode:
        raise OracleError('%s: rc %d: %s' % (' '.join(cmd), p.returncode, p.stderr.decode(errors='replace').strip()))
    return p.stdout.decode(errors='replace')


def sysctl(k, v):
    path = '/proc/sys/' + k.replace('.', '/') if '/' not in k else '/proc/sys/' + k
    try:
        with open(path, 'w') as f:
            f.write(str(v))
    except OSError as e:
        raise OracleError('sysctl %s=%s: %s' % (k, v, e))


TABLE_CHAINS = {'raw': ('PREROUTING', 'OUTPUT'), 'mangle': tuple(HOOKS), 'filter': ('INPUT', 'FORWARD', 'OUTPUT'),
                'nat': ('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'), 'security': ('INPUT', 'FORWARD', 'OUTPUT')}


def declare_builtins(text):
    """iptables-nft creates only the base chains a ruleset mentions; x_tables always has all of them.
    Declare the missing ones so that both backends walk (and trace) the same chains."""
    out, origin, line = [], [], 0            # origin[i]: 1-based source line of output line i+1 (0: added)
    for b in re.split(r'(?m)^(?=\*)', text):
        n = b.count('\n') + (1 if b and not b.endswith('\n') else 0)
        src = list(range(line + 1, line + n + 1))
        line += n
        m = re.match(r'\*(\w+)[ \t]*\n', b)
        if m and m.group(1) in TABLE_CHAINS:
            have = set(re.findall(r'(?m)^:(\S+)', b))
            add = [':%s ACCEPT [0:0]\n' % c for c in TABLE_CHAINS[m.group(1)] if c not in have]
            b = b[:m.end()] + ''.join(add) + b[m.end():]
            src[1:1] = [0] * len(add)
        out.append(b)
        origin += src
    return ''.join(out), origin


QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
RULE_RE = re.compile(r'(?:^|\s)(-j|-g|--jump|--goto)\s+(\S+)')


def target_of(spec):
    """-A line -> ('-j'|'-g', target) or None; a quoted comment cannot fake one."""
    m = RULE_RE.search(QUOTED.sub('""', spec))
    return m and ('-g' if 'g' in m.group(1) else '-j', m.group(2))


def parse_save(text):
    """iptables-save text -> {(table,chain): [rule spec,...]}, {(table,chain): policy}"""
    rules, pol, t = {}, {}, None
    for l in text.splitlines():
        if l.startswith('*'):
            t = l[1:].strip()
        elif l.startswith(':'):
            c, p = l[1:].split()[:2]
            rules[(t, c)] = []
            pol[(t, c)] = p
        elif l.startswith('-A ') or l.startswith('[') and '] -A ' in l:
            l = l[l.index('-A '):]
            c = l.split(' ', 2)[1]
            rules.setdefault((t, c), []).append(l)
    return rules, pol


# ----------------------------------------------------------------- the oracle
class Oracle:
    def __init__(self, case, backend='nft', mode='stateless'):
        self.case = case
        self.backend = case.get('backend', backend)
        self.mode = case.get('mode', mode)
        self.timing = {}
        self.tun, self.socks, self.listen = {}, {}, []
        self.veth, self.pkt = [], {}
        t = time.perf_counter()
        if LIBC.unshare(CLONE_NEWNET):
            raise OracleError('unshare: ' + os.strerror(ctypes.get_errno()))
        try:
            self._setup_net()
            self.timing['net'] = time.perf_counter() - t
            t = time.perf_counter()
            self._setup_rules()
            self.timing['rules'] = time.perf_counter() - t
            t = time.perf_counter()
            self._setup_trace()
            self.timing['trace'] = time.perf_counter() - t
        except BaseException:
            self.close()
            raise

    @staticmethod
    def net_key(case, backend, mode):
        return json.dumps([case.get(k) for k in ('interfaces', 'routes', 'ip_rules', 'sysctls', 'pre_cmds', 'listeners', 'kernel_replies')] +
                          [case.get('backend', backend), case.get('mode', mode)], sort_keys=True)

    def reload(self, case):
        """Same topology, next ruleset: far cheaper than a new namespace."""
        self.case = case
        self.timing = {}
        t = time.perf_counter()
        if self.backend == 'nft':
            self._delete_tables([(f, n) for f, n in self.tables])
        else:                                     # x_tables cannot unregister a table: empty it, hide its policy rows
            for fam, pre in ((2, 'iptables'), (10, 'ip6tables')):
                key = 'rules_v4' if fam == 2 else 'rules_v6'
                named = set(re.findall(r'(?m)^\*(\w+)', case.get(key) or ''))
                stale = [n for f, n in self.tables if f == fam and n not in named]
                if stale:
                    sh([pre + '-legacy-restore'], ''.join('*%s\n%sCOMMIT\n' % (
                        n, ''.join(':%s ACCEPT [0:0]\n' % c for c in TABLE_CHAINS[n])) for n in stale))
        self._setup_rules()
        self.timing['rules'] = time.perf_counter() - t
        t = time.perf_counter()
        self._load_handles()
        self.ct_flush()
        self._recv()
        self.timing['trace'] = time.perf_counter() - t

    def _delete_tables(self, tabs):
        m, seq = b'', 1

        def msg(ty, fl, fam, res, body=b''):
            nonlocal m, seq
            pl = struct.pack('!BBH', fam, 0, res) + body
            m += struct.pack('=IHHII', 16 + len(pl), ty, fl, seq, 0) + pl
            seq += 1
        if not tabs:
            return
        msg(0x10, 1, 0, 10)
        for f, n in tabs:
            msg(0x0A02, 5, f, 0, nla(1, n.encode() + b'\0'))
        msg(0x11, 1, 0, 10)
        self.ctl.s.send(m)
        for _ in tabs:
            self.ctl.ack()

    def close(self):
        for fd in self.tun.values():
            os.close(fd)
        for s in list(self.socks.values()) + self.listen + [s for s, _ in self.pkt.values()]:
            s.close()
        for n in ('ev', 'ctl'):
            if hasattr(self, n):
                getattr(self, n).close()
        self.tun, self.socks, self.listen, self.pkt = {}, {}, [], {}

    # -- topology
    def _setup_net(self):
        c = self.case
        for k in ('net.ipv6.conf.all.accept_dad', 'net.ipv6.conf.default.accept_dad',
                  'net.ipv6.conf.default.router_solicitations', 'net.ipv6.conf.default.autoconf',
                  'net.ipv6.conf.all.accept_ra'):
            try:
                sysctl(k, 0)
            except OracleError:
                pass
        b = ['link set lo up']
        for i in c.get('interfaces', []):
            n = i['name']
            if n != 'lo':
                if i.get('type') == 'veth':               # NOARP veth; frames are sent from the IP-less peer
                    b += ['link add %s type veth peer name p-%s' % (n, n), 'link set %s addrgenmode none arp off' % n,
                          'link set p-%s addrgenmode none arp off up' % n]
                    for a in i.get('addrs', []):
                        b.append('addr add %s dev %s%s' % (a, n, ' nodad' if ':' in a else ''))
                    b.append('link set %s up' % n)
                    self.veth.append(n)
                    continue
                fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
                self.tun[n] = fd                          # L3 device: no ARP/ND, write() = receive
                fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', n.encode(), IFF_TUN | IFF_NO_PI))
                # no random fe80:: address (REDIRECT could pick it): list one in addrs if it is wanted
                b.append('link set %s mtu %d addrgenmode none' % (n, i.get('mtu', 1500)))
            for a in i.get('addrs', []):
                b.append('addr add %s dev %s%s' % (a, n, ' nodad' if ':' in a else ''))
            if n != 'lo':
                b.append('link set %s up' % n)
        for k, v in c.get('sysctls', {}).items():
            if '.conf.' not in k or any(('.conf.%s.' % x) in k for x in ('all', 'default', 'lo')):
                sysctl(k, v)
        sh(['ip', '-batch', '-'], '\n'.join(b) + '\n')
        for k, v in c.get('sysctls', {}).items():
            sysctl(k, v)
        for n in self.veth:
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            s.bind(('p-' + n, 0))
            # not /sys/class/net: it shows the netns it was mounted in
            mac = bytes.fromhex(re.search(r'link/ether (\S+)', sh(['ip', 'link', 'show', n])).group(1).replace(':', ''))
            self.pkt[n] = (s, mac + b'\2\0\0\0\0\1')
        if self.mode == 'stateful' and 'net.netfilter.nf_conntrack_tcp_be_liberal' not in c.get('sysctls', {}):
            sysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1)      # packets here carry made-up seq/ack
        r = []
        for kind, key in (('route', 'routes'), ('rule', 'ip_rules')):
            for x in c.get(key, []):
                x = x if isinstance(x, str) else ' '.join(x)
                m = re.match(r'\s*(-[46])\s+', x)
                fam = m.group(1) if m else ('-6' if ':' in x else '-4')
                r.append((fam, '%s add %s' % (kind, x[m.end():] if m else x)))
        for fam in ('-4', '-6'):
            l = [x for f, x in r if f == fam]
            if l:
                sh(['ip', fam, '-batch', '-'], '\n'.join(l) + '\n')
        for cmd in c.get('pre_cmds', []):
            sh(cmd if isinstance(cmd, list) else ['sh', '-c', cmd])

    def _setup_rules(self):
        be, c = self.backend, self.case
        self.rules, self.policy = {}, {}
        self.tables = set() if be == 'nft' or not hasattr(self, 'tables') else self.tables
        self.current = set()
        for fam, key, pre in ((2, 'rules_v4', 'iptables'), (10, 'rules_v6', 'ip6tables')):
            txt = c.get(key)
            if not txt:
                continue
            if not isinstance(txt, str):
                txt = '\n'.join(txt)
            txt, origin = declare_builtins(txt)
            try:
                sh(['%s-%s-restore' % (pre, be)], txt + ('' if txt.endswith('\n') else '\n'))
            except OracleError as e:                          # restore the caller's line numbers
                raise OracleError(re.sub(r'\bline:? (\d+)', lambda m: 'line %d' % (
                    origin[int(m.group(1)) - 1] if 0 < int(m.group(1)) <= len(origin) else 0), str(e)))
            simple = not re.search(r'^(-[IDRFXNPEZ]\s|--|\[[0-9:]+\]\s*-[^A])|--append', txt, re.M)
            # a plain -A file numbers its own rules; anything else is read back from the kernel
            r, p = parse_save(txt if simple and not c.get('read_back') else sh(['%s-%s-save' % (pre, be)]))
            named = set(re.findall(r'(?m)^\*(\w+)', txt))
            r, p = {k: v for k, v in r.items() if k[0] in named}, {k: v for k, v in p.items() if k[0] in named}
            for t in named:
                self.tables.add((fam, t))
                self.current.add((fam, t))
            for (t, ch), v in r.items():
                self.rules[(fam, t, ch)] = v
            for (t, ch), v in p.items():
                self.policy[(fam, t, ch)] = v
        want = c.get('listeners', [])             # TPROXY drops the packet unless a transparent socket is among them
        for s in self.listen:                     # a reload brings its own listeners
            s.close()
        self.listen, done = [], set()
        for w in want:
            k = (w['proto'], w.get('addr', '0.0.0.0'), w['port'])
            if k in done:
                continue
            done.add(k)
            v6 = ':' in k[1]
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                              socket.SOCK_STREAM if k[0] == 'tcp' else socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if v6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if w.get('transparent'):
                s.setsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP,
                             IPV6_TRANSPARENT if v6 else IP_TRANSPARENT, 1)
            s.bind((k[1], k[2]))
            if k[0] == 'tcp':
                s.listen(128)
            self.listen.append(s)

    def _setup_trace(self):
        leg = self.backend == 'legacy'
        lg = (lambda s: 'log prefix "@%s" group 0;' % s) if leg else (lambda s: '')
        replies = bool(self.case.get('kernel_replies'))
        end = 'drop' if self.mode == 'stateless' and not replies else 'accept'
        quiet = 'meta priority != %d drop;' % OWN_PRIO if self.mode == 'stateful' and not replies else ''
        last = 2147483646
        sh(['nft', '-f', '-'], '''table inet _oracle {
 chain e_pre  { type filter hook prerouting priority -450; meta nftrace set 1; %s }
 chain e_out  { type filter hook output priority -450; %s meta nftrace set 1; %s }
 chain x_pre  { type filter hook prerouting priority %d; policy accept; %s }
 chain x_in   { type filter hook input priority %d; %s %s; }
 chain x_post { type filter hook postrouting priority %d; %s oifname "lo" accept; %s; }
}''' % (lg('E'), quiet, lg('E'), last, lg('XR'), last, lg('XI'), end, last, lg('XP'), end))
        self.ctl = NL()
        self.ifname = dict(socket.if_nameindex())
        self.ev = NL(512 << 20)
        self.ev.s.setblocking(False)
        if leg:
            for f in ('2', '10'):
                with open('/proc/sys/net/netfilter/nf_log/' + f, 'w') as fh:
                    fh.write('nfnetlink_log')
            self.ev.s.setblocking(True)
            for body in (nla(1, b'\1'), nla(2, struct.pack('!IBB', 96, 2, 0)) + nla(3, struct.pack('!I', 60000)) +
                         nla(5, struct.pack('!I', 1))):
                self.ev.send(4, 1, 5, 0, body, 0)
                self.ev.ack()
            self.ev.s.setblocking(False)
        else:
            self._load_handles()
            self.ev.s.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 9)

    def _load_handles(self):
        if self.backend != 'nft':
            return
        self.handles = {}
        for fam in {f for f, _ in self.tables}:
            cnt = {}
            for a in self.ctl.dump(10, 7, fam):
                k = (a[1], a[2])
                cnt[k] = cnt.get(k, 0) + 1
                self.handles[(fam, a[1][:-1].decode(), struct.unpack('!Q', a[3])[0])] = cnt[k]

    def ct_flush(self):
        self.ctl.send(1, 2, 5, 0)
        self.ctl.ack()

    # -- injection
    def _raw(self, p, v6):
        k = (v6, p.get('uid', 0), p.get('gid', 0), p.get('mark', 0), p.get('bind_iface'), p['src'])
        s = self.socks.get(k)
        if s is None:
            if len(self.socks) >= 256:
                self.socks.pop(next(iter(self.socks))).close()
            LIBC.setfsgid(int(k[2] or 0))
            LIBC.setfsuid(int(k[1] or 0))
            try:                                   # f_cred->fsuid is what xt_owner compares
                # CAP_NET_RAW survives setfsuid (only fs capabilities are dropped)
                s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_RAW, 255)
            finally:
                LIBC.setfsuid(0)
                LIBC.setfsgid(0)
            s.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIO)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            if k[3]:
                s.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', int(k[3])))
            if k[4]:
                s.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, k[4].encode())
            # the route is looked up for the bound source, not for the one in the header; transparent: any source will do
            s.setsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP, IPV6_TRANSPARENT if v6 else IP_TRANSPARENT, 1)
            s.bind((k[5], 0))
            s.setblocking(False)
            self.socks[k] = s
        return s

    def _inject_socket(self, p, token):
        v6 = ':' in p['dst']
        tcp = p['proto'] == 'tcp'
        LIBC.setfsgid(int(p.get('gid') or 0))
        LIBC.setfsuid(int(p.get('uid') or 0))
        try:
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                              socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        finally:
            LIBC.setfsuid(0)
            LIBC.setfsgid(0)
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIO)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP, IPV6_TRANSPARENT if v6 else IP_TRANSPARENT, 1)
        if p.get('mark'):
            s.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', int(p['mark'])))
        if p.get('bind_iface'):
            s.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, p['bind_iface'].encode())
        if p.get('src') or p.get('sport'):
            s.bind((p.get('src') or ('::' if v6 else '0.0.0.0'), int(p.get('sport') or 0)))
        try:
            if tcp:
                s.connect((p['dst'], int(p['dport'])))
            else:
                s.sendto(struct.pack('!I', token), (p['dst'], int(p['dport'])))
        except BlockingIOError:
            pass
        finally:
            if tcp:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            self._late.append(s)

    def run(self, packets=None, batch=1500):
        packets = self.case['packets'] if packets is None else packets
        out = []
        for i in range(0, len(packets), batch):
            out += self._batch(packets[i:i + batch])
        if self.case.get('explain_lost'):
            self._explain(packets, out)
        return out

    def _explain(self, packets, out):
        """Send each packet that vanished outside netfilter again, alone, under the skb:kfree_skb tracepoint."""
        lost = [i for i, a in enumerate(out) if a['fate'] == 'lost']
        if not lost or self.mode != 'stateless':
            return
        root = '/sys/kernel/tracing'
        if not os.path.isdir(root + '/instances'):
            LIBC.unshare(0x20000)                        # private mount namespace
            sh(['mount', '--make-rprivate', '/'])
            sh(['mount', '-t', 'tracefs', 'nodev', root])
        t = '%s/instances/kernel_oracle_%d' % (root, os.getpid())
        os.mkdir(t)
        try:
            open(t + '/set_event_pid', 'w').write(str(os.getpid()))
            open(t + '/events/skb/kfree_skb/enable', 'w').write('1')
            for i in lost:
                open(t + '/trace', 'w').write('')
                self._batch([packets[i]])
                m = re.findall(r'location=([\w.]+)\S* reason: (\w+)', open(t + '/trace').read())
                m = [x for x in m if x[1] not in ('NETFILTER_DROP', 'NOT_SPECIFIED', 'CONSUMED')] or m
                if m:
                    out[i]['drop_reason'], out[i]['drop_location'] = m[0][1], m[0][0]
        finally:
            open(t + '/events/skb/kfree_skb/enable', 'w').write('0')
            os.rmdir(t)

    def _batch(self, packets):
        recs, by_key, order = [], {}, []
        used = set()
        self._late = []
        auto = 20000
        t0 = time.perf_counter()
        if self.mode == 'stateless':
            self.ct_flush()
        for n, p in enumerate(packets):
            token = 0x5A000000 + n + 1
            p = dict(p)
            p['from'] = p.get('from', 'local')
            v6 = ':' in p.get('dst', '')
            r = {'pkt': p, 'ev': [], 'err': None}
            recs.append(r)
            if 'raw' in p:
                data = bytes.fromhex(p['raw'])
                o, key, _ = parse(data)
                v6 = data[0] >> 4 == 6
                p.setdefault('dst', o['dst'])
            else:
                if not p.get('sport') and p.get('proto') in ('tcp', 'udp'):
                    auto += 1
                    p['sport'] = auto
                if not p.get('src') and p.get('via') != 'socket':
                    try:
                        p['src'] = self._pick_src(p, v6)
                    except OSError as e:
                        r['err'] = errno.errorcode.get(e.errno, str(e.errno))
                        continue
                data = None
                if p.get('via') != 'socket':
                    data = build(p, token, 1 + n % 65000)
                    o, key, _ = parse(data)
                else:
                    o = {'src': p.get('src'), 'sport': p['sport'], 'dst': p['dst'], 'dport': p['dport'], 'proto': p['proto']}
                    key = ('tuple', p['proto'], int(p['sport']))
            r['before'] = o
            if key in by_key:
                raise OracleError('packet %d repeats the identity %r of another packet in its batch' % (n, key))
            by_key[key] = r
            if self.mode == 'stateless':
                # a confirmed lo entry can influence only packets sharing a (proto, port) endpoint
                ck = (o.get('proto'), o.get('sport', o.get('icmp_id')))
                if ck in used or used and self.case.get('isolate'):
                    self.ct_flush()
                    used.clear()
                used.add(ck)
            try:
                if p['from'] == 'wire':
                    dev = p.get('in_iface', 'eth0')
                    if dev in self.tun:
                        os.write(self.tun[dev], data)
                    elif dev in self.pkt:
                        self.pkt[dev][0].send(self.pkt[dev][1] + (b'\x86\xdd' if v6 else b'\x08\0') + data)
                    else:
                        raise OSError(errno.ENODEV, 'no such interface')
                elif p.get('via') == 'socket':
                    self._inject_socket(p, token)
                else:
                    s = self._raw(p, v6)
                    s.sendto(data, (p['dst'], 0))
            except OSError as e:
                r['err'] = errno.errorcode.get(e.errno, str(e.errno))
        t1 = time.perf_counter()
        self._late_close()
        (self._drain_legacy if self.backend == 'legacy' else self._drain_nft)(recs, by_key)
        t2 = time.perf_counter()
        for fd in self.tun.values():                 # empty the tx queues of the tun devices
            try:
                while True:
                    os.read(fd, 65536)
            except BlockingIOError:
                pass
        res = [self._finish(r) for r in recs]
        t3 = time.perf_counter()
        for k, v in (('inject', t1 - t0), ('drain', t2 - t1), ('finish', t3 - t2)):
            self.timing[k] = self.timing.get(k, 0) + v
        return res

    def _late_close(self):
        for s in self._late:
            s.close()
        self._late = []

    def _pick_src(self, p, v6):
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if p.get('mark'):
                s.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', int(p['mark'])))
            if p.get('bind_iface'):
                s.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, p['bind_iface'].encode())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            s.connect((p['dst'], 9))
            return s.getsockname()[0]
        finally:
            s.close()

    # -- event decoding; each event: (kind, ...)
    def _recv(self):
        bufs = []
        s = self.ev.s
        while True:
            try:
                bufs.append(s.recv(1 << 18))
            except BlockingIOError:
                return bufs
            except OSError as e:
                if e.errno == errno.ENOBUFS:
                    raise OracleError('trace event buffer overrun: use a smaller batch')
                raise

    def _owner(self, by_key, o, key, ipid, tr, recs):
        r = by_key.get(key)
        if r is None and key[0] in (6, 17):
            r = by_key.get(('tuple', o['proto'], o.get('sport')))
            if r is not None and key[1] is not None:
                by_key[key] = r                      # learn seq: later hooks find it after NAT too
                r['before'] = dict(o)
        return r

    def _generated(self, by_key, o, key, l4):
        """a packet we did not send: RST answering ours / ICMP error quoting ours."""
        if o['proto'] == 'tcp' and 'R' in o.get('flags', ''):
            ack = struct.unpack_from('!I', l4, 8)[0] if len(l4) >= 12 else 0
            for a in (ack - 1, ack, key[1] or 0):
                r = by_key.get((6, a & 0xffffffff, None))
                if r:
                    return r
        elif o['proto'] == 'tcp' and 'A' in o.get('flags', '') and len(l4) >= 12:       # SYN-ACK / ACK
            return by_key.get((6, (struct.unpack_from('!I', l4, 8)[0] - 1) & 0xffffffff, None))
        elif o.get('icmp_type') in (0, 129):
            return by_key.get((key[0], key[1], 8 if key[0] == 1 else 128))
        return None

    def _drain_nft(self, recs, by_key):
        cur, last = {}, [None]
        names = {}
        for buf in self._recv():
            for ty, b, o, e in nl_iter(buf):
                if ty != 0x0A11:
                    continue
                fam = b[o]
                a = nl_attrs(b, o + 4, e)
                t, c = a[1], a[2]
                tn = names.get(t) or names.setdefault(t, t[:-1].decode())
                cn = names.get(c) or names.setdefault(c, c[:-1].decode())
                tid = a[6]
                if 15 in a:
                    fam = struct.unpack('!I', a[15])[0]
                if 8 in a:
                    tr = a.get(9, b'')
                    tup, key, ipid = parse(a[8], tr)
                    r = self._owner(by_key, tup, key, ipid, tr, recs)
                    gen = None
                    if r is None:
                        gen = tup
                        r = self._generated(by_key, tup, key, tr)
                        if r is None and tup['proto'] in ('icmp', 'icmpv6') and key not in by_key:
                            r = last[0]              # REJECT runs inside the offending packet's traversal
                    st = cur[tid] = [r, gen, cn if tn != '_oracle' else None]
                    inf = struct.unpack('!I', a[10])[0] if 10 in a else 0
                    outf = struct.unpack('!I', a[12])[0] if 12 in a else 0
                    mk = struct.unpack('!I', a[14])[0] if 14 in a else 0
                    if gen is None:
                        last[0] = r
                    if r is not None:
                        r['ev'].append(('hdr', gen is not None, tn, cn, tup, inf, outf, mk, fam))
                        if gen is None and 21 in a:
                            r['ct'] = CT_STATE.get(struct.unpack('!I', a[21])[0])
                st = cur.get(tid)
                if st is None or st[0] is None or tn == '_oracle':
                    continue
                typ = struct.unpack('!I', a[4])[0]
                code, tgt = None, None
                if 5 in a:
                    va = nl_attrs(a[5])
                    code = struct.unpack('!i', va[1])[0]
                    if 2 in va:
                        tgt = va[2][:-1].decode()
                if typ == 3 and 3 not in a:
                    # 6.18 reports the end of a chain as a RULE event without a handle (nft monitor hides it)
                    if cn not in BUILTIN:
                        st[0]['ev'].append(('return', st[1] is not None, fam, st[2], tn, cn, None, 'RETURN'))
                elif typ == 3:
                    num = self.handles.get((fam, tn, struct.unpack('!Q', a[3])[0]))
                    v = V_NAME.get(code & 0xff if code >= 0 else code, str(code))
                    st[0]['ev'].append(('rule', st[1] is not None, fam, st[2], tn, cn, num, v + (':' + tgt if tgt else '')))
                elif typ == 1:
                    pol = struct.unpack('!I', a[16])[0] if 16 in a else code
                    st[0]['ev'].append(('policy', st[1] is not None, fam, st[2], tn, cn, None, V_NAME.get(pol, pol)))
                elif typ == 2:
                    st[0]['ev'].append(('return', st[1] is not None, fam, st[2], tn, cn, None, 'RETURN'))

    def _drain_legacy(self, recs, by_key):
        last = None
        for buf in self._recv():                     # qthresh 1: nfnetlink_log delivers at once
            for ty, b, o, e in nl_iter(buf):
                if ty != 0x0400:
                    continue
                fam = b[o]
                a = nl_attrs(b, o + 4, e)
                hook = HOOKS[a[1][2]]
                pre = a[10].rstrip(b'\0').decode()
                tup, key, ipid = parse(a[9])
                pl = a[9]
                l4 = pl[(pl[0] & 15) * 4:] if pl[0] >> 4 == 4 else pl[40:]
                r = self._owner(by_key, tup, key, ipid, l4, recs)
                gen = r is None
                if gen:
                    r = self._generated(by_key, tup, key, l4)
                    if r is None and tup['proto'] in ('icmp', 'icmpv6') and key not in by_key:
                        r = last
                else:
                    last = r
                if r is None:
                    continue
                inf = struct.unpack('!I', a[4])[0] if 4 in a else 0
                outf = struct.unpack('!I', a[5])[0] if 5 in a else 0
                mk = struct.unpack('!I', a[2])[0] if 2 in a else 0
                fam = 10 if pl[0] >> 4 == 6 else 2
                if pre.startswith('@'):
                    cn = {'@E': 'e_pre' if hook == 'PREROUTING' else 'e_out', '@XR': 'x_pre', '@XI': 'x_in', '@XP': 'x_post'}[pre.strip()]
                    r['ev'].append(('hdr', gen, '_oracle', cn, tup, inf, outf, mk, fam))
                    continue
                m = re.match(r'TRACE: ([^:]+):(.+):(rule|return|policy):(\d+) ?$', pre)
                if not m:
                    continue
                tn, cn, typ, num = m.group(1), m.group(2), m.group(3), int(m.group(4))
                r['ev'].append(('hdr', gen, tn, hook, tup, inf, outf, mk, fam))
                specs = self.rules.get((fam, tn, cn), [])
                if num <= len(specs):                # x_tables calls unconditional standard verdicts
                    spec = specs[num - 1]            # "return"/"policy" even when they are real rules
                    g = target_of(spec)
                    v = 'CONTINUE'
                    if g:
                        t = g[1]
                        v = ('GOTO:' if g[0] == '-g' else 'JUMP:') + t if (fam, tn, t) in self.rules else \
                            {'ACCEPT': 'ACCEPT', 'DROP': 'DROP', 'RETURN': 'RETURN', 'REJECT': 'DROP', 'REDIRECT': 'ACCEPT',
                             'DNAT': 'ACCEPT', 'SNAT': 'ACCEPT', 'MASQUERADE': 'ACCEPT', 'TPROXY': 'ACCEPT', 'NETMAP': 'ACCEPT',
                             'NFQUEUE': 'QUEUE'}.get(t, 'CONTINUE')
                    r['ev'].append(('rule', gen, fam, hook, tn, cn, num, v))
                elif typ == 'policy':
                    r['ev'].append(('policy', gen, fam, hook, tn, cn, None, self.policy.get((fam, tn, cn), '?')))
                else:
                    r['ev'].append(('return', gen, fam, hook, tn, cn, None, 'RETURN'))

    # -- one packet's events -> answer
    def _finish(self, r):
        p = r['pkt']
        trace, gens, path = [], [], []
        exit_in = exit_post = None
        lasthdr = None
        seen = {'INPUT': 0, 'FORWARD': 0, 'PREROUTING': 0, 'OUTPUT': 0}
        for ev in r['ev']:
            if ev[1]:
                if ev[0] == 'hdr':
                    if ev[3] == 'e_out':
                        gens.append({'tuple': ev[4], 'out_iface': self.ifname.get(ev[6]), 'trace': []})
                elif gens:
                    _, _, fam, hook, tn, cn, num, v = ev
                    gens[-1]['trace'].append('%s %s:%s:%s=%s' % (hook, tn, cn, num or ev[0], v))
                continue
            if ev[0] == 'hdr':
                _, _, tn, cn, tup, inf, outf, mk, fam = ev
                lasthdr = (cn, tup, inf, outf, mk)
                hk = {'e_pre': 'PREROUTING', 'x_pre': 'PREROUTING', 'e_out': 'OUTPUT', 'x_in': 'INPUT', 'x_post': 'POSTROUTING'}.get(cn, cn)
                if hk in seen:
                    seen[hk] += 1
                h = (hk, self.ifname.get(inf), self.ifname.get(outf), tup['src'], tup.get('sport'), tup['dst'], tup.get('dport'), mk)
                if not path or path[-1] != h:
                    path.append(h)
                if cn == 'x_in':
                    exit_in = lasthdr
                elif cn == 'x_post':
                    exit_post = lasthdr
            else:
                kind, _, fam, hook, tn, cn, num, v = ev
                if (fam, tn) not in self.current:
                    continue
                d = {'family': 'ip6' if fam == 10 else 'ip', 'hook': hook, 'table': tn, 'chain': cn, 'rulenum': num, 'verdict': v}
                if kind == 'rule':
                    sp = self.rules.get((fam, tn, cn))
                    if sp and num and num <= len(sp):
                        d['rule'] = sp[num - 1]
                        m = target_of(d['rule'])
                        if m:
                            d['target'] = m[1]
                else:
                    d['kind'] = kind
                trace.append(d)
        ans = {'trace': trace}
        lt = trace[-1] if trace else None
        if lt and lt.get('target') == 'TPROXY' and r['ev'][-1][0] == 'rule':
            lt['verdict'] = 'DROP'       # x_tables logs before the target runs: nothing after it means no socket was found
        tup = None
        if exit_in:
            ans['fate'] = 'local'
            tup = exit_in[1]
            ans['in_iface'] = self.ifname.get(exit_in[2])
            tp = [t for t in trace if t.get('target') == 'TPROXY']
            if tp:
                ans['fate_detail'] = 'tproxy'
                m = re.search(r'--on-port (\d+)', tp[-1]['rule'])
                ip = re.search(r'--on-ip (\S+)', tp[-1]['rule'])
                ans['tproxy'] = {'port': int(m.group(1)) if m else None, 'ip': ip.group(1) if ip else None}
        elif exit_post and not (exit_post[3] and self.ifname.get(exit_post[3]) == 'lo'):
            ans['fate'] = 'forwarded' if p['from'] == 'wire' else 'sent'
            tup = exit_post[1]
            ans['out_iface'] = self.ifname.get(exit_post[3])
        elif lt and lt['verdict'] in ('DROP', 'STOLEN', 'QUEUE'):
            ans['fate'] = {'DROP': 'rejected' if lt.get('target') == 'REJECT' else 'dropped', 'STOLEN': 'stolen', 'QUEUE': 'queued'}[lt['verdict']]
            ans['fate_detail'] = '%s:%s:%s' % (lt['table'], lt['chain'], lt['rulenum'] or 'policy')
            tup = lasthdr[1] if lasthdr else None
        elif r['err'] and not path:
            ans['fate'] = 'send_error'
            ans['fate_detail'] = r['err']
        elif not path:                       # at most answers of the kernel were seen
            ans['fate'] = 'lost'
            ans['fate_detail'] = 'never reached the first hook'
        else:
            ans['fate'] = 'lost'
            ans['fate_detail'] = 'dropped outside netfilter after %s (routing, rp_filter, martian, ttl, no forwarding...)' % path[-1][0]
            tup = lasthdr[1]
        if r['err'] and ans['fate'] == 'lost':
            ans['errno'] = r['err']
        ans['tuple_before'] = r.get('before')
        ans['tuple_after'] = tup
        if r.get('ct'):
            ans['ct_state'] = r['ct']
        if lasthdr:
            ans['mark_after'] = lasthdr[4]
        ans['path'] = [dict(zip(('hook', 'iif', 'oif', 'src', 'sport', 'dst', 'dport', 'mark'), h)) for h in path]
        if gens:
            ans['generated'] = gens
        return ans


def solve(case, backend='nft', mode='stateless', want_timing=False):
    o = Oracle(case, backend, mode)
    try:
        res = o.run()
        return (res, o.timing) if want_timing else res
    finally:
        o.close()


class Server:
    """Keeps one namespace per process and reloads only the ruleset while the topology stays the same."""

    def __init__(self, backend='nft', mode='stateless'):
        self.backend, self.mode, self.o, self.key = backend, mode, None, None

    def solve(self, case):
        key = Oracle.net_key(case, self.backend, self.mode)
        try:
            if self.o is not None and key == self.key:
                self.o.reload(case)
            else:
                if self.o is not None:
                    self.o.close()
                self.o = None
                self.o, self.key = Oracle(case, self.backend, self.mode), key
            return self.o.run()
        except BaseException:                     # unknown state: start afresh next time
            if self.o is not None:
                self.o.close()
            self.o = None
            raise


def show(res, packets):
    for p, a in zip(packets, res):
        print('# %s %s %s:%s -> %s:%s uid=%s' % (p.get('name', ''), p.get('from', 'local'), (a['tuple_before'] or {}).get('src'),
              (a['tuple_before'] or {}).get('sport'), p.get('dst'), p.get('dport'), p.get('uid')))
        for t in a['trace']:
            print('    %-11s %s:%s:%s %s   %s' % (t['hook'], t['table'], t['chain'], t['rulenum'] or t.get('kind'), t['verdict'], t.get('rule', '')))
        ta = a['tuple_after'] or {}
        print('    => %s %s  %s:%s -> %s:%s out=%s in=%s mark=%s%s' % (a['fate'], a.get('drop_reason') or a.get('fate_detail', ''), ta.get('src'), ta.get('sport'), ta.get('dst'),
              ta.get('dport'), a.get('out_iface'), a.get('in_iface'), a.get('mark_after'), ' generated=%s' % a['generated'] if a.get('generated') else ''))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('case', nargs='?')
    ap.add_argument('--backend', default='nft', choices=['nft', 'legacy'])
    ap.add_argument('--mode', default='stateless', choices=['stateless', 'stateful'])
    ap.add_argument('--serve', action='store_true', help='JSON lines: case per line in, answer per line out')
    ap.add_argument('--show', action='store_true', help='human readable')
    ap.add_argument('--timing', action='store_true')
    a = ap.parse_args()
    if a.serve:
        srv = Server(a.backend, a.mode)
        for line in sys.stdin:
            if not line.strip():
                continue
            try:
                out = {'ok': True, 'result': srv.solve(json.loads(line))}
            except Exception as e:                                    # noqa: BLE001 - report, keep serving
                out = {'ok': False, 'error': '%s: %s' % (type(e).__name__, e)}
            sys.stdout.write(json.dumps(out) + '\n')
            sys.stdout.flush()
        return
    case = json.load(open(a.case) if a.case and a.case != '-' else sys.stdin)
    res, tm = solve(case, a.backend, a.mode, True)
    if a.show:
        show(res, case['packets'])
    else:
        json.dump(res, sys.stdout, indent=1)
        print()
    if a.timing:
        print({k: round(v, 4) for k, v in tm.items()}, file=sys.stderr)


if __name__ == '__main__':
    main()
