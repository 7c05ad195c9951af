"""Which packets of real connections the rules dropped, in order: read from the trace events of all that passes, see trace.py."""
from packets import FLAGS, ICMP, ICMPV6
from rules import target_of
from trace import trace_events, watch


class Drops:
    def __init__(self, backend, rules, native):
        self.rules, self.events = rules, watch(backend, end='accept', quiet=False, native=native)

    def of(self, tries):
        """A list for each, by the port that it connects from, which NAT keeps where it can; with one alone, all are its own."""
        found = [[] for _ in tries]
        seen_last = {}
        for event in trace_events(self.events.waiting(), self.rules):
            if event.header:
                seen_last[event.trace] = event.header.seen
            row, seen = event.row, seen_last.get(event.trace)
            if not row or not seen or (row.family, row.table) not in self.rules.current or not row.verdict.startswith('DROP') or self.found_nothing(row):
                continue
            for at, one in enumerate(tries):
                if len(tries) == 1 or one['sport'] in (seen.sport, seen.dport):
                    found[at].append(drop_json(seen, row))
        return found

    def found_nothing(self, row):
        """A target for which there is no address or no socket: that is not the rule's verdict."""
        jump = target_of(self.rules.text(row.family, row.table, row.chain, row.number) or '')
        return jump is not None and jump[1] in ('REDIRECT', 'MASQUERADE', 'SNAT', 'DNAT', 'NETMAP', 'TPROXY')

    def close(self):
        self.events.close()


def drop_json(seen, row):
    flags = ''.join(letter for letter, bit in FLAGS.items() if seen.flags & bit)
    kind = {'icmp_type': seen.icmp_type} if seen.proto in (ICMP, ICMPV6) else {}
    return {'proto': seen.proto, 'flags': flags, 'src': seen.src, 'sport': seen.sport, 'dst': seen.dst, 'dport': seen.dport, **kind,
            'by': '%s:%s:%s' % (row.table, row.chain, row.number or 'policy')}
