"""Just enough netlink for nfnetlink: requests, acknowledgements, dumps, event buffers."""
import errno
import os
import socket
import struct

from bounds import OracleError

NETLINK_NETFILTER = 12
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
SO_RCVBUFFORCE = 33
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300


def attribute(kind, data):
    return struct.pack('=HH', 4 + len(data), kind) + data + b'\0' * (-len(data) % 4)


def attributes(data, at=0, end=None):
    found, end = {}, len(data) if end is None else end
    while at + 4 <= end:
        length, kind = struct.unpack_from('=HH', data, at)
        if length < 4:
            break
        found[kind & 0x3fff] = data[at + 4:at + length]
        at += (length + 3) & ~3
    return found


def messages(data):
    """(type, offset, end) of each message in a buffer."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from('=IH', data, at)
        if length < 16:
            return
        yield kind, at + 16, at + length
        at += (length + 3) & ~3


class Netlink:
    def __init__(self, receive_buffer=0):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer)
        self.sequence = 0

    def message(self, kind, flags, family, body=b'', resource=0):
        self.sequence += 1
        payload = struct.pack('!BBH', family, 0, resource) + body
        return struct.pack('=IHHII', 16 + len(payload), kind, flags, self.sequence, 0) + payload

    def request(self, kind, family=0, body=b''):
        self.socket.send(self.message(kind, NLM_F_REQUEST | NLM_F_ACK, family, body))
        self.acknowledged()

    def acknowledged(self):
        while True:
            data = self.socket.recv(65536)
            for kind, at, _ in messages(data):
                if kind == NLMSG_ERROR:
                    code = -struct.unpack_from('=i', data, at)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return

    def dump(self, kind, family=0):
        """(family, attributes) of each object; family 0: of all families."""
        self.socket.send(self.message(kind, NLM_F_REQUEST | NLM_F_DUMP, family))
        while True:
            data = self.socket.recv(1 << 20)
            for what, at, end in messages(data):
                if what in (NLMSG_DONE, NLMSG_ERROR):
                    return
                yield data[at], attributes(data, at + 4, end)

    def waiting(self):
        """All buffers that have arrived, without blocking."""
        self.socket.setblocking(False)
        buffers = []
        try:
            while True:
                buffers.append(self.socket.recv(1 << 18))
        except BlockingIOError:
            return buffers
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                raise OracleError('trace events were lost: ask about fewer packets at once') from None
            raise

    def close(self):
        self.socket.close()
