"""What keeps the oracle within its namespaces: what must be here before it begins, what a question may not have, and how long it may take.
A question that could reach anything else is refused before a namespace is made."""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000
LONGEST = 60            # seconds of one command
# only these are of a network namespace
SYSCTL = re.compile(r'net\.(ipv4|ipv6|netfilter)(\.[\w*@:/-]+)+')
INTERFACE = re.compile(r'[\w@:.][\w@:.-]{0,14}')
SET_NAME = re.compile(r'[\w.][\w.:-]{0,30}')
SET_MEMBER = re.compile(r'[\w./:,\[\]-][\w./:,\[\] "-]*')
# these write to what all namespaces of a machine share: the audit log, lamps, timers in sysfs
BEYOND = re.compile(r'^-A .*\s(?:-j|-g|--jump|--goto)\s+(AUDIT|LED|IDLETIMER)\b', re.M)
LIBC = ctypes.CDLL(None, use_errno=True)


class OracleError(Exception):
    """The question cannot be answered; the message is for a person."""


def end_with_parent():
    """Nothing is left where the program that asks is killed."""
    if sys.platform.startswith('linux'):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(seconds):
    """Of one question; 0 ends the limit."""
    def late(_signal, _frame):
        raise OracleError('it took longer than %g s' % round(seconds, 1))
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def enter_namespace():
    """A new network namespace for this process and what it starts."""
    before = own_namespace()
    if LIBC.unshare(CLONE_NEWNET):
        raise OracleError('no network namespace can be made: ' + os.strerror(ctypes.get_errno()))
    if own_namespace() == before:
        raise OracleError('no network namespace was made')


def own_namespace():
    return os.readlink('/proc/thread-self/ns/net')


def run(command, text=None):
    # the lock is one of the machine; nobody else is in this namespace
    environment = {**os.environ, 'XTABLES_LOCKFILE': '/dev/null', 'LC_ALL': 'C'}
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, errors='replace', env=environment, timeout=LONGEST)
    except FileNotFoundError:
        raise OracleError('%s is missing' % command[0]) from None
    except subprocess.TimeoutExpired:
        raise OracleError('%s took longer than %d s' % (command[0], LONGEST)) from None
    if done.returncode:
        raise OracleError('%s: %s' % (' '.join(command), done.stderr.strip()))
    return done.stdout


def refuse(question):
    """Raises where a part of the question is not what it is given for."""
    for interface in question['interfaces']:
        if not INTERFACE.fullmatch(interface['name']):
            raise OracleError('`%s` is not the name of an interface' % interface['name'])
    texts = [text for interface in question['interfaces'] for text in interface['addrs']]
    for text in texts + question.get('routes', []) + question.get('ip_rules', []) + question.get('no_ip_rules', []):
        if not re.fullmatch(r'[\w./:@ -]+', text):
            raise OracleError('`%s` is not an address, a route or a rule' % text)
    for key in question.get('sysctls', {}):
        if not SYSCTL.fullmatch(key) or '/.' in key or '//' in key:
            raise OracleError('sysctl %s is not one of a network namespace' % key)
    for name, one in question.get('sets', {}).items():
        members = [text for text in one['members'] if not SET_MEMBER.fullmatch(text)]
        if not SET_NAME.fullmatch(name) or not re.fullmatch(r'[a-z]+:[a-z,]+', one['type']) or members:
            raise OracleError('`%s` is not an ipset that can be made' % name)
    for key in ('rules_v4', 'rules_v6') if question.get('confined') else ():
        beyond = BEYOND.search(question.get(key) or '')
        if beyond:
            raise OracleError('the target %s works outside of network namespaces' % beyond.group(1))
    if question.get('confined') and re.search(r'\binclude\b|\blevel audit\b', question.get('rules_nft') or ''):
        raise OracleError('rules of nft that read files or write to the audit log work outside of network namespaces')


def missing(backend):
    """Why the kernel cannot be asked here, in one line; None: it can."""
    if not sys.platform.startswith('linux'):
        return 'this is %s, not Linux' % sys.platform
    if sys.version_info < (3, 9):
        return 'python3 is %d.%d, 3.9 is needed' % sys.version_info[:2]
    if os.geteuid() != 0:
        return 'not root'
    wanted = ['ip', 'nft'] + ['%s-%s-restore' % (command, backend) for command in ('iptables', 'ip6tables')]
    absent = [command for command in wanted if not shutil.which(command)]
    if absent:
        return 'no ' + ', '.join(absent)
    if not os.access('/dev/net/tun', os.R_OK | os.W_OK):
        return 'no /dev/net/tun'
    try:
        enter_namespace()
        run(['nft', 'add', 'table', 'inet', '_probe'])
    except OracleError as error:
        return str(error).replace('\n', ' ')
    return None


def usual_backend():
    """That of the machine's `iptables`, else the one that is there."""
    try:
        return 'nft' if 'nf_tables' in run(['iptables', '--version']) else 'legacy'
    except OracleError:
        return 'nft' if shutil.which('iptables-nft-restore') else 'legacy'


def here(backend):
    """Which kernel and which iptables answer, or what is missing."""
    why = missing(backend)
    if why:
        return {'missing': why}
    version = re.search(r'v(\S+)', run(['iptables-%s-restore' % backend, '--version']))
    return {'kernel': os.uname().release, 'backend': backend, 'iptables': version.group(1) if version else '?'}
