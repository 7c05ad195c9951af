"""Why the kernel lost a packet outside netfilter: the packet is sent again, alone, under the tracepoint skb:kfree_skb."""
import os
import re

from world import LIBC, run

CLONE_NEWNS = 0x20000
TRACING = '/sys/kernel/tracing'
VAGUE = ('NETFILTER_DROP', 'NOT_SPECIFIED', 'CONSUMED')


def explain(oracle, packets, answers):
    lost = [index for index, answer in enumerate(answers) if answer['fate'] == 'lost']
    if not lost:
        return
    if not os.path.isdir(TRACING + '/instances'):
        LIBC.unshare(CLONE_NEWNS)
        run(['mount', '--make-rprivate', '/'])
        run(['mount', '-t', 'tracefs', 'nodev', TRACING])
    instance = '%s/instances/chainwalk_%d' % (TRACING, os.getpid())
    os.mkdir(instance)
    try:
        write(instance + '/set_event_pid', str(os.getpid()))
        write(instance + '/events/skb/kfree_skb/enable', '1')
        for index in lost:
            write(instance + '/trace', '')
            oracle.fly([packets[index]])
            with open(instance + '/trace') as file:
                reasons = re.findall(r'location=\S+ reason: (\w+)', file.read())
            clear = [reason for reason in reasons if reason not in VAGUE] or reasons
            if clear:
                answers[index]['drop_reason'] = clear[0]
    finally:
        write(instance + '/events/skb/kfree_skb/enable', '0')
        os.rmdir(instance)


def write(path, text):
    with open(path, 'w') as file:
        file.write(text)
