"""IP packets as bytes: built from a question's description, read back from trace events."""
import socket
import struct
from typing import NamedTuple, Optional

TCP, UDP, ICMP, ICMPV6, UDPLITE, ESP, AH, FRAGMENT = 6, 17, 1, 58, 136, 50, 51, 44
PROTOCOLS = {'icmp': ICMP, 'tcp': TCP, 'udp': UDP, 'icmpv6': ICMPV6}
FLAGS = {'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, 'E': 64, 'C': 128}
CHECKSUM_AT = {TCP: 16, UDP: 6, UDPLITE: 6, ICMP: 2, ICMPV6: 2}
# Every packet carries its token where no NAT writes: TCP sequence number (the urgent pointer where the question gives the sequence number),
# the unused word of ICMP errors, first payload bytes of the others. Of fragments of IPv6 trace messages show hardly more than the flow label, where
# theirs is.
# Tokens are far enough apart that an acknowledgement of the packet's data still names its packet.
FIRST_TOKEN, TOKEN_STEP = 0x5A000000, 0x10000


def token_of(index):
    return FIRST_TOKEN + index * TOKEN_STEP


class Seen(NamedTuple):
    """What a trace event shows of a packet."""
    src: str
    dst: str
    proto: int
    token: Optional[int]
    sport: Optional[int] = None
    dport: Optional[int] = None
    flags: int = 0
    ack: int = 0
    icmp_type: Optional[int] = None

    def tuple(self):
        ports = {} if self.sport is None else {'sport': self.sport, 'dport': self.dport}
        return {'src': self.src, 'dst': self.dst, **ports}


NO_OPERATION = b'\1'      # an option of TCP
ERRORS = {ICMP: (3, 4, 5, 11, 12), ICMPV6: (1, 2, 3, 4)}


def is_v6(packet):
    return ':' in packet['dst']


def checksum(data):
    data += b'\0' * (len(data) & 1)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def build(packet, token, ip_id):
    """Bytes of the packet, checksums right: conntrack looks at them."""
    v6 = is_v6(packet)
    proto = PROTOCOLS.get(packet['proto'], packet['proto'])
    family = socket.AF_INET6 if v6 else socket.AF_INET
    src, dst = socket.inet_pton(family, packet['src']), socket.inet_pton(family, packet['dst'])
    fragment = packet.get('frag', 0)
    payload = struct.pack('!I', token) + b'\0' * 12 if fragment else transport(packet, proto, token)
    header = 40 if v6 else 20
    if fragment and v6:
        proto, payload = FRAGMENT, struct.pack('!BBHI', proto, 0, fragment << 3, ip_id) + payload
    payload += b'\0' * (packet.get('length', 0) - header - len(payload))
    if not fragment and proto in CHECKSUM_AT:
        payload = with_checksum(payload, proto, src + dst, v6)
    ttl, tos = packet.get('ttl', 64), packet.get('tos', 0)
    if v6:
        label = (token - FIRST_TOKEN) // TOKEN_STEP + 1 if fragment else 0
        return struct.pack('!IHBB', 6 << 28 | tos << 20 | label, len(payload), proto, ttl) + src + dst + payload
    dont_fragment = 0x4000
    ip = struct.pack('!BBHHHBBH', 0x45, tos, header + len(payload), ip_id, fragment or dont_fragment, ttl, proto, 0) + src + dst
    return ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:] + payload


def transport(packet, proto, token):
    sport, dport, mark = packet.get('sport', 0), packet.get('dport', 0), struct.pack('!I', token)
    if proto == TCP:
        flags = sum(FLAGS[letter] for letter in packet.get('flags', 'S'))
        sequence, urgent = (packet['seq'], (token - FIRST_TOKEN) // TOKEN_STEP + 1) if 'seq' in packet else (token, 0)
        ack = packet.get('ack', 1) if flags & FLAGS['A'] else 0
        # a SYN offers its segment size where its length leaves room
        room = packet.get('length', 0) - (40 if is_v6(packet) else 20) >= 24
        options = struct.pack('!BBH', 2, 4, 1460) if flags & FLAGS['S'] and room else b''
        options += NO_OPERATION * (packet.get('header', 0) - 20 - len(options))
        return struct.pack('!HHIIBBHHH', sport, dport, sequence, ack, 0x50 + (len(options) << 2), flags, 65535, 0, urgent) + options
    if proto in (UDP, UDPLITE):
        return struct.pack('!HHHH', sport, dport, 0, 0) + mark
    if proto in (ICMP, ICMPV6):
        head = struct.pack('!BBH', packet['icmp_type'], packet.get('icmp_code', 0), 0)
        if 'quotes' in packet:
            return head + mark + build({'icmp_id': 1, **packet['quotes']}, 0, 1)
        return head + struct.pack('!HH', packet.get('icmp_id', token % 65000 + 1), 1) + mark
    if proto == ESP:
        return struct.pack('!I', packet.get('spi', 0)) + mark + b'\0' * 8
    if proto == AH:
        return struct.pack('!BBHI', TCP, 2, 0, packet.get('spi', 0)) + mark + b'\0' * 8
    return b'\0' * 4 + mark + b'\0' * 8          # a plain GRE header, and nothing in particular elsewhere


def with_checksum(payload, proto, addresses, v6):
    if proto in (UDP, UDPLITE):
        payload = payload[:4] + struct.pack('!H', len(payload)) + payload[6:]
    pseudo = struct.pack('!IHBB' if v6 else '!HBB', len(payload), *((0, 0, proto) if v6 else (0, proto)))
    value = checksum((b'' if proto == ICMP else addresses + pseudo) + payload)
    if proto in (UDP, UDPLITE) and value == 0:
        value = 0xffff
    at = CHECKSUM_AT[proto]
    return payload[:at] + struct.pack('!H', value) + payload[at + 2:]


def labelled(network):
    """The token of a fragment of IPv6."""
    label = struct.unpack_from('!I', network)[0] & 0xfffff
    return token_of(label - 1) if label else None


def read_start(start):
    """Of later fragments of IPv6 nf_tables shows no headers but the start of the first: too little for the addresses."""
    if len(start) < 8 or start[0] >> 4 != 6 or start[6] != FRAGMENT:
        return None
    return Seen('', '', FRAGMENT, labelled(start))


def read(network, transport_header=None):
    """A packet from its IP header and transport header; the latter is in `network` unless given apart."""
    if network[0] >> 4 == 4:
        proto, offset = network[9], struct.unpack_from('!H', network, 6)[0] & 0x1fff
        src, dst = socket.inet_ntoa(network[12:16]), socket.inet_ntoa(network[16:20])
        rest = network[(network[0] & 15) * 4:]
    else:
        proto, offset = network[6], network[6] == FRAGMENT
        src, dst = (socket.inet_ntop(socket.AF_INET6, network[at:at + 16]) for at in (8, 24))
        rest = network[48 if offset else 40:]
    rest = rest if transport_header is None else transport_header
    number = lambda at: struct.unpack_from('!I', rest, at)[0] if len(rest) >= at + 4 else None  # noqa: E731
    if offset:
        return Seen(src, dst, proto, labelled(network) if proto == FRAGMENT else number(0))
    if proto == TCP and len(rest) >= 14:
        sport, dport, sequence, ack = struct.unpack_from('!HHII', rest)
        urgent = struct.unpack_from('!H', rest, 18)[0] if len(rest) >= 20 and not rest[13] & FLAGS['U'] else 0
        token = token_of(urgent - 1) if urgent else sequence
        return Seen(src, dst, proto, token, sport, dport, flags=rest[13], ack=ack)
    if proto in (UDP, UDPLITE) and len(rest) >= 8:
        return Seen(src, dst, proto, number(8), *struct.unpack_from('!HH', rest))
    if proto in (ICMP, ICMPV6) and len(rest) >= 8:
        quoting = rest[0] in ERRORS[proto] and number(4) >= FIRST_TOKEN and number(4) % TOKEN_STEP == 0
        return Seen(src, dst, proto, number(4) if quoting else number(8), icmp_type=rest[0])
    return Seen(src, dst, proto, number(8) if proto == AH else number(4))
