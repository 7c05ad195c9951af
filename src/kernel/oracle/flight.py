"""One packet of a question on its way: which trace events are its own, which belong to the kernel's answers to it, and how it ended."""
import re

from packets import FLAGS, ICMP, ICMPV6, TCP, TOKEN_STEP, token_of
from rules import target_of
from trace import PLACES, Row

TPROXY = re.compile(r'(?:tproxy (?:ip6? )?to \S*:|--on-port )(\d+)')
ANSWERS = {0: 8, 129: 128}       # echo replies and their requests


class Flight:
    def __init__(self, packet):
        self.packet, self.before, self.error = packet, None, None
        self.events = []         # Header or Row, in order
        self.answers = []        # the kernel's own packets: (first header, rows)
        self.taken = False       # by a socket that a rule gave it to

    def add(self, event, answer):
        if not answer:
            self.events += [part for part in (event.header, event.row) if part]
            self.taken |= event.taken
        elif event.header and event.header.place == 'e_out':
            self.answers.append((event.header, []))
        elif event.row and self.answers:
            self.answers[-1][1].append(event.row)


def assign(events, flights):
    """Gives each event to its flight, by the token that the packet carries."""
    by_token = {token_of(index): flight for index, flight in enumerate(flights)}
    by_trace, last = {}, None
    for event in events:
        if event.header:
            seen = event.header.seen
            flight = by_token.get(seen.token)
            answer = flight is None or seen.icmp_type in ANSWERS and flight.packet.get('icmp_type') == ANSWERS[seen.icmp_type]
            if flight is None:
                flight = answered(seen, by_token, last)
            elif not answer:
                last = flight
            by_trace[event.trace] = (flight, answer)
            if flight and not seen.dst:         # a lone fragment, which no NAT changes
                event = event._replace(header=event.header._replace(seen=seen._replace(src=flight.before['src'], dst=flight.before['dst'])))
        else:
            flight, answer = by_trace.get(event.trace, (None, False))
        if flight is not None:
            flight.add(event, answer)


def answered(seen, by_token, last):
    """The flight that a packet which we did not send answers: a RST or SYN-ACK acknowledges its data, an ICMP error comes amid its events."""
    if seen.proto == TCP:
        return by_token.get(seen.ack - seen.ack % TOKEN_STEP)
    return last if seen.proto in (ICMP, ICMPV6) else None


def answer_of(flight, rules, names):
    rows = [event for event in flight.events if isinstance(event, Row) and (event.family, event.table) in rules.current]
    headers = [event for event in flight.events if not isinstance(event, Row)]
    trace = [row_json(row, rules, names) for row in rows]
    answer = {'trace': trace, 'tuple_before': flight.before, 'tuple_after': None, **fate(flight, trace, headers, names)}
    if headers:
        answer['mark_after'] = headers[-1].mark
        answer['path'] = list(dict.fromkeys(header.hook for header in headers))
        if headers[-1].state:           # earlier ones may tell of a CT rule's template
            answer['ct_state'] = headers[-1].state
    if flight.answers:
        answer['generated'] = [answer_json(header, rows, rules, names) for header, rows in flight.answers]
    return answer


def fate(flight, trace, headers, names):
    last = trace[-1] if trace else {}
    left = {header.place: header for header in headers if header.place in PLACES and PLACES[header.place][1]}
    if last.get('target') == 'TPROXY' and isinstance(flight.events[-1], Row):
        last['verdict'] = 'DROP'            # x_tables logs before the target runs: nothing after it, so there was no socket
    after = headers[-1].seen.tuple() if headers else None
    if 'x_in' in left and flight.packet.get('frag') and ':' in flight.packet['dst']:
        # IPv6 puts fragments together behind INPUT, where we took this one off its way
        return {'fate': 'lost', 'fate_detail': 'a fragment alone', 'tuple_after': after}
    if 'x_in' in left:
        header = left['x_in']
        return {'fate': 'local', 'tuple_after': header.seen.tuple(), 'in_iface': names.get(header.iif), **diverted(flight, trace)}
    if 'x_post' in left and names.get(left['x_post'].oif) != 'lo':
        header = left['x_post']
        kind = 'sent' if flight.packet['from'] == 'local' else 'forwarded'
        return {'fate': kind, 'tuple_after': header.seen.tuple(), 'out_iface': names.get(header.oif)}
    if last.get('verdict') in ('DROP', 'STOLEN', 'QUEUE'):
        kind = {'DROP': 'rejected' if last.get('target') == 'REJECT' else 'dropped', 'STOLEN': 'stolen', 'QUEUE': 'queued'}[last['verdict']]
        where = '%s:%s:%s' % (last['table'], last['chain'], last['rulenum'] or 'policy')
        return {'fate': kind, 'fate_detail': where, 'tuple_after': after}
    if flight.error and not headers:
        return {'fate': 'send_error', 'fate_detail': flight.error}
    where = 'outside netfilter after ' + headers[-1].hook if headers else 'before the first hook'
    return {'fate': 'lost', 'fate_detail': where, 'tuple_after': after, **({'errno': flight.error} if flight.error else {})}


def diverted(flight, trace):
    if flight.taken:
        port = [found.group(1) for row in trace for found in [TPROXY.search(row.get('rule', ''))] if found]
        return {'fate_detail': 'tproxy', 'tproxy': {'port': int(port[-1]) if port else None}}
    taken = [row for row in trace if row.get('target') == 'TPROXY']
    if not taken:
        return {}
    port = re.search(r'--on-port (\d+)', taken[-1]['rule'])
    return {'fate_detail': 'tproxy', 'tproxy': {'port': int(port.group(1)) if port else None}}


def row_json(row, rules, names):
    rule = rules.text(row.family, row.table, row.chain, row.number)
    jump = target_of(rule) if rule else None
    iif, oif = (names.get(device) for device in row.devices)
    return {'hook': row.hook, 'iif': iif, 'oif': oif, 'table': row.table, 'chain': row.chain, 'rulenum': row.number, 'verdict': row.verdict,
            **({'rule': rule} if rule else {'kind': row.kind}), **({'target': jump[1]} if jump else {})}


def answer_json(header, rows, rules, names):
    flags = ''.join(letter for letter, bit in FLAGS.items() if header.seen.flags & bit)
    return {'tuple': header.seen.tuple(), 'flags': flags, 'out_iface': names.get(header.oif), 'trace': [row_json(row, rules, names) for row in rows]}
