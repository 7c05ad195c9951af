"""The rules under test: loaded unmodified by iptables-restore, and kept as text so that a trace row can name its rule."""
import re
import struct

from bounds import OracleError, run
from netlink import NLM_F_ACK, NLM_F_REQUEST, attribute

HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']
BUILT_IN = {'raw': ['PREROUTING', 'OUTPUT'], 'mangle': HOOKS, 'nat': ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
            'filter': ['INPUT', 'FORWARD', 'OUTPUT'], 'security': ['INPUT', 'FORWARD', 'OUTPUT']}
FAMILIES = {2: ('rules_v4', 'iptables'), 10: ('rules_v6', 'ip6tables')}
NFT_BATCH_BEGIN, NFT_BATCH_END = 0x10, 0x11
NFNL_SUBSYS_NFTABLES, NFT_DELTABLE, NFT_GETRULE = 10, 2, 7
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
TARGET = re.compile(r'\s(-j|-g|--jump|--goto)\s+(\S+)')


class Rules:
    def __init__(self, backend, control):
        self.backend, self.control = backend, control
        self.loaded = set()         # (family, table) that the kernel holds
        self.current = set()        # (family, table) that the present question names
        self.texts = {}             # (family, table, chain) -> rules
        self.policies = {}
        self.numbers = {}           # nft: (family, table, handle) -> number of the rule in its chain

    def load(self, question):
        self.unload(question)
        self.current, self.texts, self.policies = set(), {}, {}
        for family, (key, command) in FAMILIES.items():
            text = question.get(key)
            if text:
                run(['%s-%s-restore' % (command, self.backend)], declare_built_in(text))
                self.remember(family, text)
        self.loaded |= self.current
        if self.backend == 'nft':
            self.number_handles()

    def unload(self, question):
        """nft tables are deleted; x_tables cannot be, so that those the next question does not name are emptied."""
        if self.backend == 'nft':
            self.delete_tables()
            return
        for family, (key, command) in FAMILIES.items():
            named = set(re.findall(r'(?m)^\*(\w+)', question.get(key) or ''))
            stale = sorted(table for of, table in self.loaded if of == family and table not in named)
            if stale:
                run([command + '-legacy-restore'], ''.join(declare_built_in('*%s\nCOMMIT\n' % table) for table in stale))

    def delete_tables(self):
        if not self.loaded:
            return
        message, request = self.control.message, NLM_F_REQUEST
        batch = message(NFT_BATCH_BEGIN, request, 0, resource=NFNL_SUBSYS_NFTABLES)
        for family, table in self.loaded:
            kind = NFNL_SUBSYS_NFTABLES << 8 | NFT_DELTABLE
            batch += message(kind, request | NLM_F_ACK, family, attribute(1, table.encode() + b'\0'))
        batch += message(NFT_BATCH_END, request, 0, resource=NFNL_SUBSYS_NFTABLES)
        self.control.socket.send(batch)
        for _ in self.loaded:
            self.control.acknowledged()
        self.loaded = set()

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

    def number_handles(self):
        self.numbers = {}
        for family in {family for family, _ in self.loaded}:
            counts = {}
            for found in self.control.dump(NFNL_SUBSYS_NFTABLES << 8 | NFT_GETRULE, family):
                chain = (found[1], found[2])
                counts[chain] = counts.get(chain, 0) + 1
                handle = struct.unpack('!Q', found[3])[0]
                self.numbers[family, found[1][:-1].decode(), handle] = counts[chain]

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
    found = TARGET.search(QUOTED.sub('""', rule))
    return found and ('-g' if 'g' in found.group(1) else '-j', found.group(2))
