"""What nf_tables has, read back from it: tables, hooks of base chains, and by the handles that trace events name the number of each rule.
The rules of an nft text may be written in many ways; what is shown of one is as `nft list ruleset` prints it."""
import re
import struct
from typing import NamedTuple, Optional

from bounds import run

NFNL_SUBSYS_NFTABLES = 10
NFT_GETTABLE, NFT_GETCHAIN, NFT_GETRULE = 1, 4, 7
OWN_TABLE = '_oracle'
FAMILIES = {1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6'}
PLACES = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING', 'INGRESS']
OF_DEVICES = ['INGRESS', 'EGRESS']
ANONYMOUS = re.compile(r'__chain(\d+)')
HANDLE = re.compile(r' # handle (\d+)$')
BRACED = re.compile(r'\{[^{}]*\}')
NAT = re.compile(r'(?:^|\s)(?:(snat|dnat)(?: ip6?)?(?: prefix| addr \. port)?(?: interval)? to\s|(masquerade|redirect)(?:\s|$))')


class Held(NamedTuple):
    tables: frozenset = frozenset()     # (family, table), all but our own
    native: frozenset = frozenset()     # (family, label) of those that no iptables made
    labels: dict = {}                   # (family, table) -> how answers name it
    hooks: dict = {}                    # (family, table, base chain) -> hook
    numbers: dict = {}                  # (family, table, handle) -> number of the rule in its chain
    chains: dict = {}                   # (family, table, anonymous chain) -> how answers name it
    texts: dict = {}                    # (family, label, chain) -> rules


def held(control, question, iptables):
    """`iptables`: (family, table) that iptables-nft has made."""
    dump = lambda kind: control.dump(NFNL_SUBSYS_NFTABLES << 8 | kind)  # noqa: E731
    tables = frozenset((family, name(found, 1)) for family, found in dump(NFT_GETTABLE)) - {(1, OWN_TABLE)}
    labels = {one: one[1] if one in iptables else '%s %s' % (FAMILIES[one[0]], one[1]) for one in tables}
    native = frozenset((one[0], labels[one]) for one in tables - iptables)
    hooks, chains = {}, {}
    for family, found in dump(NFT_GETCHAIN):
        place = (family, name(found, 1), name(found, 3))
        if 4 in found:
            hooks[place] = hook_of(family, found[4])
        elif ANONYMOUS.fullmatch(place[2]):
            chains[place] = None
    numbers, counts = {}, {}
    for family, found in dump(NFT_GETRULE):
        place = (family, name(found, 1), name(found, 2))
        counts[place] = counts.get(place, 0) + 1
        numbers[family, place[1], struct.unpack('!Q', found[3])[0]] = counts[place]
    texts = native_texts(native) if question.get('rules_nft') else {}
    return Held(tables, native, labels, hooks, numbers, in_order(chains), texts)


def name(found, kind):
    return found[kind].rstrip(b'\0').decode()


def hook_of(family, nested):
    number = struct.unpack('!I', nested[4:8])[0]
    return (OF_DEVICES if family == 5 else PLACES)[number]


def in_order(chains):
    """The kernel numbers anonymous chains over all namespaces, in the order of the text."""
    found, counts = {}, {}
    for place in sorted(chains, key=lambda one: int(ANONYMOUS.fullmatch(one[2]).group(1))):
        found[place] = '__chain%d' % counts.setdefault(place[:2], 0)
        counts[place[:2]] += 1
    return found


def native_texts(native):
    by_name = {label: family for family, label in native}
    texts, table, chain, open_lines, anonymous = {}, None, None, [], 0
    for line in run(['nft', '-a', 'list', 'ruleset']).splitlines():
        opened = re.match(r'table (\S+ .+) \{ # handle \d+$', line)
        if opened:
            table, anonymous = opened.group(1), 0
        elif table not in by_name or line == '}':
            continue
        elif re.match(r'\tchain .* # handle \d+$', line):
            chain, open_lines = line[len('\tchain '):line.rindex(' {')], []
            texts[by_name[table], table, chain] = []
        elif line == '\t}' or re.match(r'\t\S', line):
            chain = None
        elif chain is not None and not re.match(r'\t\t(type \w+ hook |comment |policy )', line):
            open_lines.append(line)
            if HANDLE.search(line):
                rule = HANDLE.sub('', '\n'.join(open_lines))
                texts[by_name[table], table, chain].append(rule.strip())
                inner = re.search(r'(?:jump|goto) \{\n(.*)\n\t\t\}', rule, re.S)
                if inner:
                    texts[by_name[table], table, '__chain%d' % anonymous] = [one.strip() for one in re.split(r'\n(?=\t\t\t\S)', inner.group(1))]
                    anonymous += 1
                open_lines = []
    return texts


def native_target(plain) -> Optional[str]:
    """What a rule of nft does that its verdict does not show, by the word of iptables. `plain`: without quoted texts."""
    left = None
    while left != plain:
        left, plain = plain, BRACED.sub('#', plain)
    bare = re.sub(r'\b(?:ct status|icmpv?6? type) (?:!=? |& )?\S+', '', plain)
    if re.search(r'(?:^|\s)reject(?:\s|$)', bare):
        return 'REJECT'
    found = NAT.search(bare)
    return found and (found.group(1) or found.group(2)).upper()
