"""Packets between two ports of a bridge where FORWARD drops all: which of them come to the other port. Prints a word for each setting."""
import ctypes
import json
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
LINKS = ['br0 type bridge', 'port0 type veth peer name far0', 'port1 type veth peer name far1']
UP = ['lo', 'br0', 'port0', 'far0', 'port1', 'far1']


def run(*words, text=None):
    subprocess.run(words, input=text, check=True, text=True, capture_output=True)


def make(backend):
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'unshare')
    commands = ['link add ' + link for link in LINKS] + ['link set port%d master br0' % at for at in (0, 1)]
    run('ip', '-batch', '-', text='\n'.join(commands + ['link set %s up' % name for name in UP]) + '\n')
    for family in ('iptables', 'ip6tables'):
        run('%s-%s' % (family, backend), '-P', 'FORWARD', 'DROP')


def packet(family):
    ports = struct.pack('!HHHH', 40000, 80, 8, 0)
    if family == 6:
        ends = [socket.inet_pton(socket.AF_INET6, 'fd00:1::%d' % host) for host in (7, 9)]
        return b'\x86\xdd' + struct.pack('!IHBB', 6 << 28, 8, 17, 64) + b''.join(ends) + ports
    head = struct.pack('!BBHHHBBH', 0x45, 0, 28, 1, 0x4000, 64, 17, 0) + socket.inet_aton('10.1.0.7') + socket.inet_aton('10.1.0.9')
    total = sum(struct.unpack('!10H', head))
    total = (total & 0xffff) + (total >> 16)
    return b'\x08\x00' + head[:10] + struct.pack('!H', ~(total + (total >> 16)) & 0xffff) + head[12:] + ports


def passes(family, calls):
    name = 'bridge-nf-call-%s' % ('iptables' if family == 4 else 'ip6tables')
    with open('/proc/sys/net/bridge/' + name, 'w') as file:
        file.write(str(calls))
    near, far = (socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in range(2))
    near.bind(('far0', 3))
    far.bind(('far1', 3))
    far.settimeout(0.3)
    frame = b'\x02\0\0\0\0\x09\x02\0\0\0\0\x07' + packet(family)
    deadline = time.monotonic() + 1
    try:
        near.send(frame)
        while time.monotonic() < deadline:
            if far.recv(2048) == frame:
                return True
    except socket.timeout:
        pass
    finally:
        near.close()
        far.close()
    return False


make(sys.argv[1])
time.sleep(0.2)
print(json.dumps([{'family': family, 'calls': calls, 'passes': passes(family, calls)} for family in (4, 6) for calls in (0, 1, 0)]))
