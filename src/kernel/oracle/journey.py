"""A real connection, followed: connect() as a user, a listener that accepts, and the listener's own connect() to the original destination.
One question on standard input, one answer on standard output, both JSON.

question: as in __main__.py, less the packets; and {user: {uid, gid}, proxy: {uid, gid}, to: [address, port], hops}
answer:   {hops: [{uid, listener: port}, ... {uid, left: interface}]}: who connected, and where the SYN went; at most `hops` of them"""
import argparse
import json
import os
import select
import socket
import struct
import sys

from netlink import Netlink
from rules import Rules
from world import LIBC, World

SO_ORIGINAL_DST = 80
WAIT = 0.5      # seconds; lo and TUN devices answer within one call


def connect(who, address):
    """A socket whose SYN is on its way, opened as this user."""
    LIBC.setfsgid(who['gid'])
    LIBC.setfsuid(who['uid'])
    try:
        one = socket.socket()
    finally:
        LIBC.setfsuid(0)
        LIBC.setfsgid(0)
    one.setblocking(False)
    error = one.connect_ex(tuple(address))
    if error not in (0, 115):       # EINPROGRESS
        raise OSError(error, os.strerror(error))
    return one


def arrival(world):
    """The listener that accepts, or the device by which a SYN leaves."""
    ready, _, _ = select.select([*world.listeners, *world.tuns.values()], [], [], WAIT)
    for one in world.listeners:
        if one in ready:
            accepted, _ = one.accept()
            return one.getsockname()[1], accepted
    for name, device in world.tuns.items():
        if device in ready and os.read(device, 65536)[9] == socket.IPPROTO_TCP:
            return name, None
    return None, None


def follow(world, question):
    who, address, hops, kept = question['user'], question['to'], [], []
    while len(hops) < question['hops']:
        kept.append(connect(who, address))
        where, accepted = arrival(world)
        hops.append({'uid': who['uid'], ('listener' if accepted else 'left'): where})
        if accepted is None:
            break
        kept.append(accepted)
        _, port, packed = struct.unpack('!HH4s8x', accepted.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16))
        who, address = question['proxy'], (socket.inet_ntoa(packed), port)
    return hops


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    arguments.add_argument('--backend', default='nft', choices=['nft', 'legacy'])
    backend = arguments.parse_args().backend
    question = json.load(sys.stdin)
    world = World(question, stateful=False)
    Rules(backend, Netlink()).load(question)
    world.listen([one for one in question['listeners'] if one['proto'] == 'tcp' and ':' not in one['addr']])
    print(json.dumps({'hops': follow(world, question)}))


main()
