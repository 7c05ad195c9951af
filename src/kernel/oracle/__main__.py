"""Asks the running Linux kernel how iptables rules treat packets: one question per line of standard input, one answer per line of standard
output, both JSON. Everything happens in network namespaces of this process, and is gone with it. Needs root, /dev/net/tun, ip, nft and iptables;
Python 3.9.

question: {hello: true}, answered with {kernel, backend, iptables} or {missing}; or {
  rules_v4, rules_v6     text for iptables-restore, rules as -A lines
  rules_nft              text for `nft -f`: a listing or commands
  nft_first              true: it is loaded before those of iptables
  interfaces             [{name, addrs, type: "veth"?, group?}], lo may be named for more addresses
  routes, ip_rules       as `ip route add` and `ip rule add` take them, with -6 in front where the text leaves it open
  no_ip_rules            rules that a namespace has by itself and that this host lacks
  sysctls                {key: value}
  sets                   ipsets, {name: {type, members}}
  listeners              [{proto, addr, port, transparent}]
  mode                   stateless (each packet meets an empty conntrack table) or stateful (connections last from packet to packet)
  exact                  true: the places of segments in their streams are right, so that conntrack may look at them
  kernel_replies         true: let the kernel answer, and report its answers under `generated`
  confined               true: refuse rules that write to what all namespaces share, such as the audit log
  seconds                most time for this question, within that of all
  explain_lost           true: say why a packet was lost outside netfilter
  packets                [{from: local|wire, proto, src, dst, sport, dport, flags, icmp_type, icmp_code, ttl, tos, length, frag,
                           seq, ack, header (bytes of the TCP header, options with it), icmp_id, quotes (ICMP errors: {proto, src, dst, sport, dport, icmp_type}),
                           uid, gid, mark (of arriving ones: on a veth), bind_iface (local), in_iface, mac (wire),
                           orphan (local: TCP data of a socket that has been closed; from no process),
                           fresh (stateful: forget all connections first)}];
                         a local packet without src gets the kernel's choice }
answer: {ok, result: [one per packet, see flight.answer_of]} or {ok: false, error}

Of rules_nft, a row's table is `FAMILY NAME`, its chain, where it has no name, `__chain0` and so on.
A rule that stops amid its statements is not among the rows, and `reject` is told from a drop by the rule's text.

How: chains of an nft table of our own set `nftrace` on every packet before all other hooks and look at it after them, where they drop it so that
no connection is confirmed. What a rule did is read from NFNLGRP_NFTRACE (nft) or from TRACE lines in NFLOG group 0 (legacy)."""
import argparse
import errno
import json
import socket
import sys
import time

from bounds import OracleError, end_with_parent, here, limit, refuse, usual_backend
from explain import explain
from flight import Flight, answer_of, assign
from netlink import Netlink
from packets import build, read, token_of
from rules import Rules
from trace import trace_events, watch
from world import World, forget_paths

BATCH = 1500
NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE = 1, 2
TOPOLOGY = ('interfaces', 'routes', 'ip_rules', 'no_ip_rules', 'sysctls', 'sets', 'kernel_replies', 'mode', 'exact')


class Oracle:
    """One namespace, for as long as questions have the same topology."""

    def __init__(self, question, backend):
        self.stateful = question.get('mode') == 'stateful'
        replies = bool(question.get('kernel_replies'))
        self.world = World(question, self.stateful)
        self.control = Netlink()
        self.rules = Rules(backend, self.control)
        end = 'accept' if self.stateful or replies else 'drop'
        self.events = watch(backend, end, quiet=not replies, native=bool(question.get('rules_nft')))
        self.names = {index: name for index, name in socket.if_nameindex()}
        self.told = False           # an ICMP error: routes may have learnt from it

    def ask(self, question):
        self.rules.load(question)
        self.world.listen(question.get('listeners', []))
        self.forget()
        self.events.waiting()
        packets = question['packets']
        answers = []
        for start in range(0, len(packets), BATCH):
            answers += self.fly(packets[start:start + BATCH])
        if question.get('explain_lost') and not self.stateful:
            explain(self, packets, answers)
        return answers

    def forget(self):
        self.control.request(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 2)
        if self.told:
            forget_paths()
            self.told = False

    def fly(self, packets):
        flights = [Flight(packet) for packet in packets]
        for index, flight in enumerate(flights):
            if not self.stateful or flight.packet.get('fresh'):
                self.forget()
            try:
                self.send(flight, index)
            except OSError as error:
                flight.error = errno.errorcode.get(error.errno, str(error.errno))
        if self.world.resent:
            time.sleep(self.world.resent)
        assign(trace_events(self.events.waiting(), self.rules), flights)
        self.world.empty_queues()
        return [answer_of(flight, self.rules, self.names) for flight in flights]

    def send(self, flight, index):
        packet = {'uid': 0, 'gid': 0, 'mark': 0, **flight.packet}
        if 'src' not in packet:
            packet['src'] = self.world.choose_source(packet)
        data = build(packet, token_of(index), index + 1)
        self.told |= 'quotes' in packet
        flight.before = read(data).tuple()
        self.world.send(packet, data)

    def close(self):
        self.world.close()
        self.control.close()
        self.events.close()


class Asked:
    """Answers one question after the other, in the same namespace while the topology is the same."""

    def __init__(self, backend):
        self.backend, self.oracle, self.topology = backend, None, None

    def answer(self, question):
        if question.get('hello'):
            return here(self.backend)
        refuse(question)
        wanted = json.dumps([*(question.get(key) for key in TOPOLOGY), bool(question.get('rules_nft'))], sort_keys=True)
        if self.oracle is None or wanted != self.topology or self.oracle.rules.cannot_unload(question):
            self.close()
            self.oracle, self.topology = Oracle(question, self.backend), wanted
        answers = self.oracle.ask(question)
        if self.oracle.world.resent:
            self.close()            # what is left of sockets would be in the way of others
        return answers

    def close(self):
        oracle, self.oracle = self.oracle, None
        if oracle is not None:
            oracle.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    arguments.add_argument('--backend', default='auto', choices=['auto', 'nft', 'legacy'])
    arguments.add_argument('--seconds', type=float, default=600, help='of one question')
    given = arguments.parse_args()
    end_with_parent()
    asked = Asked(usual_backend() if given.backend == 'auto' else given.backend)
    for line in sys.stdin:
        try:
            limit(given.seconds)
            question = json.loads(line)
            limit(min(given.seconds, question.get('seconds', given.seconds)))
            reply = {'ok': True, 'result': asked.answer(question)}
        except (OracleError, OSError, KeyError, ValueError) as error:
            what = str(error) if isinstance(error, OracleError) else '%s: %s' % (type(error).__name__, error)
            reply = {'ok': False, 'error': what}
            asked.close()           # in an unknown state
        finally:
            limit(0)
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
