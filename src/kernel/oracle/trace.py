"""Trace events of both backends, as one stream: headers (a packet at a hook) and rows (a rule, a policy, the end of a chain).
`meta nftrace` sets skb->nf_trace, which nf_tables and x_tables both obey, so that the rules under test need no TRACE rule."""
import re
import struct
from typing import NamedTuple, Optional

from netlink import NETLINK_ADD_MEMBERSHIP, SOL_NETLINK, Netlink, attribute, attributes, messages
from packets import Seen, read, read_start
from native import OWN_TABLE
from rules import HOOKS, target_of
from world import OWN_PRIORITY, run

FIRST = -2147483647          # before defragmentation
LAST = 2147483646            # after NAT, before the connection is confirmed
NFNLGRP_NFTRACE = 9
NFT_TRACE, NFULA_PACKET = 0x0A11, 0x0400
STATES = {1: 'INVALID', 2: 'ESTABLISHED', 4: 'RELATED', 8: 'NEW', 64: 'UNTRACKED'}
VERDICTS = {0: 'DROP', 1: 'ACCEPT', 2: 'STOLEN', 3: 'QUEUE', -1: 'CONTINUE', -3: 'JUMP', -4: 'GOTO', -5: 'RETURN'}
# x_tables logs no verdict: it follows from the rule's text
ENDS = {'ACCEPT': 'ACCEPT', 'DROP': 'DROP', 'REJECT': 'DROP', 'RETURN': 'RETURN', 'REDIRECT': 'ACCEPT', 'DNAT': 'ACCEPT', 'SNAT': 'ACCEPT',
        'MASQUERADE': 'ACCEPT', 'TPROXY': 'ACCEPT', 'NETMAP': 'ACCEPT', 'NFQUEUE': 'QUEUE'}
# our own chains: name -> (hook, whether the packet leaves the hook here)
PLACES = {'e_pre': ('PREROUTING', False), 'e_out': ('OUTPUT', False), 'x_pre': ('PREROUTING', False), 'x_in': ('INPUT', True),
          'x_post': ('POSTROUTING', True)}
PREFIXES = {'@E': {'PREROUTING': 'e_pre', 'OUTPUT': 'e_out'}, '@XR': {'PREROUTING': 'x_pre'}, '@XI': {'INPUT': 'x_in'}, '@XP': {'POSTROUTING': 'x_post'}}


class Header(NamedTuple):
    hook: str
    place: Optional[str]        # one of our own chains
    seen: Seen
    iif: int
    oif: int
    mark: int
    state: Optional[str]


class Row(NamedTuple):
    family: int
    hook: str
    table: str
    chain: str
    number: Optional[int]       # None: policy or end of the chain
    kind: str                   # rule, policy, return
    verdict: str
    devices: tuple = (0, 0)     # indexes of the input and output interface


class Event(NamedTuple):
    trace: Optional[int]        # nft: which packet, when `header` is absent
    header: Optional[Header]
    row: Optional[Row]
    taken: bool = False         # a rule has given it to a socket before it got there


def number(found, kind):
    return struct.unpack('!I', found[kind])[0] if kind in found else 0


def watch(backend, end, quiet, native=False):
    """Puts our chains around the rules under test. `end` is the verdict at the exits. `quiet` drops what the kernel sends of its own accord:
    resets, ICMP errors and redirects share the connection of the packet that they answer, and could change its mark. `native`: there are
    rules of nft beside those of x_tables; one socket gets the events of both in their order. Nothing here asks for conntrack."""
    by_log = backend == 'legacy' and not native
    log = (lambda prefix: 'log prefix "%s" group 0;' % prefix) if by_log else (lambda prefix: '')
    strangers = 'meta priority != %d drop;' % OWN_PRIORITY if quiet else ''
    taken = '' if by_log else 'meta skuid >= 0 continue;'
    run(['nft', '-f', '-'], f'''table inet _oracle {{
 chain e_pre  {{ type filter hook prerouting priority {FIRST}; meta nftrace set 1; {log('@E')} }}
 chain e_out  {{ type filter hook output priority {FIRST}; {strangers} meta nftrace set 1; {log('@E')} }}
 chain x_pre  {{ type filter hook prerouting priority {LAST}; policy accept; {log('@XR')} }}
 chain x_in   {{ type filter hook input priority {LAST}; {log('@XI')} {taken} {end}; }}
 chain x_post {{ type filter hook postrouting priority {LAST}; {log('@XP')} oifname "lo" accept; {end}; }}
}}''')
    events = Netlink(receive_buffer=512 << 20)
    if not by_log:
        events.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE)
    if backend == 'nft':
        return events
    for family in ('2', '10'):
        with open('/proc/sys/net/netfilter/nf_log/' + family, 'w') as file:
            file.write('nfnetlink_log')
    bind, copy_packet = attribute(1, b'\1'), attribute(2, struct.pack('!IBB', 96, 2, 0))
    at_once = attribute(5, struct.pack('!I', 1))
    for body in (bind, copy_packet + attribute(3, struct.pack('!I', 60000)) + at_once):
        events.request(4 << 8 | 1, 0, body)
    return events


def trace_events(buffers, rules):
    places = {}                 # trace id -> (hook, devices) of the packet's last header
    for data in buffers:
        for kind, at, end in messages(data):
            if kind == NFT_TRACE:
                yield nft_event(attributes(data, at + 4, end), data[at], rules.held, places)
            elif kind == NFULA_PACKET:
                event = legacy_event(attributes(data, at + 4, end), rules)
                if event:
                    yield event


def nft_event(found, family, held, places):
    table, chain = found[1][:-1].decode(), found[2][:-1].decode()
    trace = struct.unpack('=I', found[6])[0]
    own = (family, table) == (1, OWN_TABLE)
    header = None
    seen = read(found[8], found.get(9, b'')) if 8 in found else read_start(found[9]) if 9 in found else None
    if seen:
        place = chain if own else None
        hook = PLACES[chain][0] if own else held.hooks.get((family, table, chain), chain)
        state = STATES.get(number(found, 21)) if 21 in found else None
        header = Header(hook, place, seen, number(found, 10), number(found, 12), number(found, 14), state)
        places[trace] = (hook, (header.iif, header.oif))
    hook, devices = places.get(trace, (chain, (0, 0)))
    taken = own and chain == 'x_in' and number(found, 4) == 3 and verdict_of(found) == 'CONTINUE'
    row = None if own else nft_row(found, (family, table, chain), hook, held)
    return Event(trace, header, row and row._replace(devices=devices), taken)


def nft_row(found, place, hook, held):
    family, table, chain = place
    at = (family, hook, held.labels.get((family, table), table), held.chains.get(place, chain))
    kind = number(found, 4)
    if kind == 1:
        return Row(*at, None, 'policy', VERDICTS.get(number(found, 16), '?'))
    if kind == 2 or 3 not in found:      # 6.18 tells the end of a chain as a rule without a handle
        return None if place in held.hooks else Row(*at, None, 'return', 'RETURN')
    to = attributes(found[5]).get(2)
    to = '' if to is None else ':' + held.chains.get((family, table, to[:-1].decode()), to[:-1].decode())
    return Row(*at, held.numbers.get((family, table, struct.unpack('!Q', found[3])[0])), 'rule', verdict_of(found) + to)


def verdict_of(found):
    code = struct.unpack('!i', attributes(found[5])[1])[0]
    return VERDICTS.get(code & 0xff if code >= 0 else code, str(code))


def legacy_event(found, rules):
    hook = HOOKS[found[1][2]]
    prefix = found[10].rstrip(b'\0').decode().strip()
    seen = read(found[9])
    place = PREFIXES.get(prefix, {}).get(hook)
    header = Header(hook, place, seen, number(found, 4), number(found, 5), number(found, 2), None)
    if place:
        return Event(None, header, None)
    traced = re.match(r'TRACE: ([^:]+):(.+):(?:rule|return|policy):(\d+)$', prefix)
    if not traced:
        return None             # a LOG rule of the rules under test
    family = 10 if ':' in seen.src else 2
    row = legacy_row((family, hook, traced.group(1), traced.group(2)), int(traced.group(3)), rules)
    return Event(None, header, row._replace(devices=(header.iif, header.oif)))


def legacy_row(place, position, rules):
    """x_tables calls plain verdicts "return" and "policy" though they are rules: what counts is whether the chain has that many."""
    family, _, table, chain = place
    text = rules.text(family, table, chain, position)
    if text is None:
        policy = chain in HOOKS
        return Row(*place, None, 'policy' if policy else 'return', rules.policies.get((family, table, chain), '?') if policy else 'RETURN')
    jump = target_of(text)
    if jump is None:
        return Row(*place, position, 'rule', 'CONTINUE')
    how, target = jump
    if (family, table, target) in rules.texts:
        return Row(*place, position, 'rule', ('GOTO:' if how == '-g' else 'JUMP:') + target)
    return Row(*place, position, 'rule', ENDS.get(target, 'CONTINUE'))
