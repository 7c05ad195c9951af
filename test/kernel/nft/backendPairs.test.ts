/** Both backends of Istio for settings of every kind: over connections, later packets and both families they are equal, or differ by what has a
 *  name, which is the one that the settings say; and what can be sent of it ends differently in the kernel too. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { render } from '../../../src/api/library/index.ts';
import { BACKEND_PAIRS, type BackendPair } from '../../support/backendPairs.ts';
import { hostOfGolden, iptablesBlocks, NODE_SETS } from '../../support/nftGoldens.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { type BothBackends, type Change, diffOf, inKernel, withoutTransparent } from './bothBackends.ts';

type Difference = NonNullable<Change['difference']>;

type Expected = Partial<Readonly<Record<Difference, number>>>;

const NONE: Expected = {};
/** Rules of no family are there and lead nowhere for IPv6. x_tables drops a fragment of TCP at offset 1, which is not sent. */
const TRACKED: Expected = { 'nft-ipv6-tracked': 1 };

/** By what the backends differ, and of how many classes each an example at least, or the connection that it opens, goes otherwise in the kernel too.
 *  Not sent are datagrams and fragments of no process, and what is for many hosts. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'sidecar empty': TRACKED,
  'sidecar basic-exclude-nic': TRACKED,
  'sidecar drop-invalid': { ...TRACKED, 'nft-ipv6-unwritten': 13, 'nft-invalid-of-tcp': 3 },
  'sidecar dns-uid-gid': NONE,
  'sidecar host-ipv4-loopback-cidr': TRACKED,
  'sidecar inbound-ports-empty-tproxy': { ...TRACKED, 'nft-ipv6-unwritten': 10 },
  'sidecar inbound-ports-include': { ...TRACKED, 'nft-ipv6-unwritten': 5 },
  'sidecar inbound-ports-tproxy': { ...TRACKED, 'nft-ipv6-unwritten': 11 },
  'sidecar inbound-ports-wildcard': { ...TRACKED, 'nft-ipv6-unwritten': 15 },
  'sidecar inbound-ports-wildcard-tproxy': { ...TRACKED, 'nft-ipv6-unwritten': 11 },
  'sidecar ipnets': { ...TRACKED, 'nft-no-user': 6 },
  'sidecar ipnets-with-kube-virt-interfaces': { ...TRACKED, 'nft-no-user': 6 },
  'sidecar ipv6-dns-outbound-owner-groups': NONE,
  'sidecar ipv6-dns-outbound-owner-groups-exclude': NONE,
  'sidecar ipv6-dns-uid-gid': NONE,
  'sidecar ipv6-empty-inbound-ports': NONE,
  'sidecar ipv6-inbound-ports': NONE,
  'sidecar ipv6-ipnets': NONE,
  'sidecar ipv6-uid-gid': NONE,
  'sidecar ipv6-virt-interfaces': NONE,
  'sidecar kube-virt-interfaces': { ...TRACKED, 'nft-ipv6-unwritten': 10, 'nft-no-user': 6 },
  'sidecar loopback-outbound-iprange': TRACKED,
  'sidecar outbound-owner-groups': TRACKED,
  'sidecar outbound-owner-groups-exclude': TRACKED,
  'sidecar outbound-ports-include': { ...TRACKED, 'nft-ipv6-unwritten': 5, 'nft-no-user': 1 },
  'sidecar outbound-exclude': { ...TRACKED, 'nft-ipv6-unwritten': 25, 'nft-no-user': 6 },
  'sidecar tproxy': { 'nft-no-user': 7 },
  'sidecar two-uids-dns-all': { ...TRACKED, 'nft-ipv6-unwritten': 29, 'nft-no-user': 6 },
  'ambient-inpod default-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 16 },
  'ambient-inpod dns_pod_disabled_and_on_globally-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 12 },
  'ambient-inpod dns_pod_enabled_and_off_globally-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 16 },
  'ambient-inpod ingress-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 12 },
  'ambient-inpod ingress_and_virtual_interfaces-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 12 },
  'ambient-inpod virtual_interfaces-ipv4': { ...TRACKED, 'nft-ipv6-unwritten': 12 },
  'ambient-inpod default-ipv6': NONE,
  'ambient-inpod dns_pod_disabled_and_on_globally-ipv6': NONE,
  'ambient-inpod dns_pod_enabled_and_off_globally-ipv6': NONE,
  'ambient-inpod ingress-ipv6': NONE,
  'ambient-inpod ingress_and_virtual_interfaces-ipv6': NONE,
  'ambient-inpod virtual_interfaces-ipv6': NONE,
  'ambient-host hostprobe-ipv4': { 'nft-kubelet-user': 1 },
  'ambient-host hostprobe-ipv6': { 'nft-kubelet-user': 3 },
};

describe('Istio`s rules of both backends', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test('each pair is compared', () => expect(BACKEND_PAIRS.map(({ name }) => name).sort()).toEqual(Object.keys(EXPECTED).sort()));

  test.each(BACKEND_PAIRS)('$name', { timeout: 600_000 }, async (pair) => {
    const expected = EXPECTED[pair.name] ?? NONE;
    const host = hostOfGolden(pair.name);
    const rules = bothOf(pair);
    const { changes, undecided } = await diffOf(rules, host);
    expect(changes.filter(({ difference }) => difference === undefined)).toEqual([]);
    expect(undecided).toEqual([]);
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(Object.keys(expected)));
    if (!kernelHere()) return;
    oracle ??= openOracle('nft');
    const replayed = await inKernel(oracle, { pair: rules, host, changes });
    const missing = Object.entries(expected).filter(([name, count]) => (replayed[name as Difference] ?? 0) < count);
    expect({ missing, replayed }).toEqual({ missing: [], replayed });
  });

  test.runIf(kernelHere())('a further subflow of MPTCP is opened by no user, as the kernel does it', () => {
    const script = `
ip link set lo up
sysctl -qw net.mptcp.enabled=1 2>/dev/null || { echo 'no MPTCP'; exit; }
ip addr add 10.244.0.5/32 dev lo
ip addr add 10.244.0.6/32 dev lo
ip link add eth0 type veth peer name far
ip link set eth0 up
ip link set far up
ip addr add 10.244.0.7/24 dev eth0
ip mptcp limits set subflow 1 add_addr_accepted 1
ip mptcp endpoint add 10.244.0.7 subflow
iptables -A OUTPUT -p tcp --syn -m owner ! --uid-owner 1337
nft 'table ip t { chain c { type filter hook output priority 10; tcp flags & (syn | ack) == syn counter; tcp flags & (syn | ack) == syn meta skuid != 1337 counter; }; }'
python3 -c '
import socket, time
MPTCP = 262
server, client = (socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP) for _ in range(2))
server.bind(("10.244.0.5", 8080))
server.listen()
client.bind(("10.244.0.6", 0))
client.connect(("10.244.0.5", 8080))
served, _ = server.accept()
for one, other in ((client, served), (served, client)):
    one.send(b"x")
    other.recv(1)
for _ in range(100):
    time.sleep(0.05)
    with open("/proc/thread-self/net/tcp") as file:
        if sum(line.split()[3] == "01" for line in file) == 4: break
'
iptables -nvxL OUTPUT | awk '/owner/ {print $1}'
nft list chain ip t c | grep -o 'packets [0-9]*'
`;
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-e'], { input: script, encoding: 'utf8' });
    expect(['no MPTCP\n', '2\npackets 2\npackets 1\n']).toContain(`${stdout}${stderr}`);
  });

  const transparent = BACKEND_PAIRS.filter(({ name }) => /ports-(?:wildcard-)?tproxy|sidecar tproxy/.test(name));
  test.each(transparent)('$name, while no transparent socket listens', { timeout: 600_000 }, async (pair) => {
    const host = withoutTransparent(hostOfGolden(pair.name));
    const rules = bothOf(pair);
    const { changes, undecided } = await diffOf(rules, host);
    const named = Object.keys(EXPECTED[pair.name] ?? NONE);
    expect(new Set([...changes, ...undecided].map(({ difference }) => difference))).toEqual(new Set([...named, 'nft-tproxy']));
    if (!kernelHere()) return;
    oracle ??= openOracle('nft');
    const replayed = await inKernel(oracle, { pair: rules, host, changes });
    expect(replayed['nft-tproxy'] ?? 0).toBeGreaterThanOrEqual(2);
  });
});

function bothOf({ name, settings }: BackendPair): BothBackends {
  const { nft = '' } = render({ ...settings, [settings.mode === undefined ? 'native-nftables' : 'nativeNftables']: true });
  const { v4, v6 } = render(settings);
  return { nft: name.startsWith('ambient-host') ? `${NODE_SETS}${nft}` : nft, iptables: iptablesBlocks(`${v4}${v6}`) };
}
