"""The rules under test: loaded unmodified by iptables-restore and nft, and kept as text so that a trace row can name its rule."""
import re

from bounds import OracleError, run
from native import Held, held, native_target
from netlink import NLM_F_ACK, NLM_F_REQUEST, Netlink, attribute

HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']
BUILT_IN = {'raw': ['PREROUTING', 'OUTPUT'], 'mangle': HOOKS, 'nat': ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
            'filter': ['INPUT', 'FORWARD', 'OUTPUT'], 'security': ['INPUT', 'FORWARD', 'OUTPUT']}
FAMILIES = {2: ('rules_v4', 'iptables'), 10: ('rules_v6', 'ip6tables')}
NFT_BATCH_BEGIN, NFT_BATCH_END = 0x10, 0x11
NFNL_SUBSYS_NFTABLES, NFT_DELTABLE = 10, 2
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
TARGET = re.compile(r'\s(-j|-g|--jump|--goto)\s+(\S+)')


class Rules:
    def __init__(self, backend, control):
        self.backend, self.control = backend, control
        self.loaded = set()         # (family, table) of x_tables that the kernel has
        self.current = set()        # (family, label of the table) that the present question names
        self.texts = {}             # (family, label, chain) -> rules
        self.policies = {}
        self.held = Held()          # what nf_tables has

    def load(self, question):
        self.unload(question)
        self.current, self.texts, self.policies = set(), {}, {}
        loads = [self.load_iptables, self.load_nft]
        for load in reversed(loads) if question.get('nft_first') else loads:
            load(question)
        if self.backend == 'legacy':
            self.loaded |= self.current
        if self.backend == 'nft' or question.get('rules_nft'):
            self.held = held(self.control, question, self.current)
            self.current |= self.held.native
            self.texts.update(self.held.texts)

    def load_iptables(self, question):
        for family, (key, command) in FAMILIES.items():
            text = question.get(key)
            if text:
                run(['%s-%s-restore' % (command, self.backend)], declare_built_in(text))
                self.remember(family, text)

    def load_nft(self, question):
        if question.get('rules_nft'):
            run(['nft', '-f', '-'], question['rules_nft'])

    def cannot_unload(self, question):
        """x_tables stay, with their use of conntrack and their place among chains of one priority: for native rules beside them, which share the one
        and may have to be there before the other, that is another host."""
        named = {(family, table) for family, (key, _) in FAMILIES.items() for table in re.findall(r'(?m)^\*(\w+)', question.get(key) or '')}
        return bool(question.get('rules_nft') and (self.loaded if question.get('nft_first') else self.loaded - named))

    def unload(self, question):
        """nft tables are deleted; x_tables cannot be, so that those the next question does not name are emptied."""
        self.delete_tables()
        if self.backend == 'nft':
            return
        for family, (key, command) in FAMILIES.items():
            named = set(re.findall(r'(?m)^\*(\w+)', question.get(key) or ''))
            stale = sorted(table for of, table in self.loaded if of == family and table not in named)
            if stale:
                run([command + '-legacy-restore'], ''.join(declare_built_in('*%s\nCOMMIT\n' % table) for table in stale))

    def delete_tables(self):
        if not self.held.tables:
            return
        message, request = self.control.message, NLM_F_REQUEST
        batch = message(NFT_BATCH_BEGIN, request, 0, resource=NFNL_SUBSYS_NFTABLES)
        for family, table in self.held.tables:
            kind = NFNL_SUBSYS_NFTABLES << 8 | NFT_DELTABLE
            batch += message(kind, request | NLM_F_ACK, family, attribute(1, table.encode() + b'\0'))
        batch += message(NFT_BATCH_END, request, 0, resource=NFNL_SUBSYS_NFTABLES)
        self.control.socket.send(batch)
        for _ in self.held.tables:
            self.control.acknowledged()
        self.held = Held()
        # a work queue frees what deleted rules used: until then conntrack stays registered, and new chains of its priority would run before
        # it. The kernel waits for that queue when a socket like this is closed. kernel nf_tables_api.c nft_rcv_nl_event()
        Netlink().close()

    def remember(self, family, text):
        table = None
        for line in text.splitlines():
            if line.startswith('*'):
                table = line[1:].strip()
                self.current.add((family, table))
                self.policies.update({(family, table, chain): 'ACCEPT' for chain in BUILT_IN[table]})
            elif line.startswith(':'):
                chain, policy = line[1:].split()[:2]
                self.texts.setdefault((family, table, chain), [])
                self.policies[family, table, chain] = policy
            elif line.startswith('-A '):
                self.texts.setdefault((family, table, line.split(' ', 2)[1]), []).append(line)
            elif line.strip() not in ('', 'COMMIT') and not line.startswith('#'):
                raise OracleError('the oracle numbers rules by -A lines and cannot read `%s`' % line)

    def text(self, family, table, chain, number):
        rules = self.texts.get((family, table, chain), [])
        return rules[number - 1] if number and number <= len(rules) else None


def declare_built_in(text):
    """iptables-nft makes only the base chains that a text names, x_tables always has all: named, both walk the same."""
    parts = re.split(r'(?m)^(?=\*)', text if text.endswith('\n') else text + '\n')
    return ''.join(declared(part) for part in parts)


def declared(part):
    table = re.match(r'\*(\w+)[ \t]*\n', part)
    if not table or table.group(1) not in BUILT_IN:
        return part
    named = set(re.findall(r'(?m)^:(\S+)', part))
    missing = [chain for chain in BUILT_IN[table.group(1)] if chain not in named]
    return part[:table.end()] + ''.join(':%s ACCEPT [0:0]\n' % chain for chain in missing) + part[table.end():]


def target_of(rule):
    """('-j' or '-g', target) of a rule; a quoted comment cannot fake one."""
    plain = QUOTED.sub('""', rule)
    if not rule.startswith('-A '):
        target = native_target(plain)
        return target and ('-j', target)
    found = TARGET.search(plain)
    return found and ('-g' if 'g' in found.group(1) else '-j', found.group(2))
