/** Istio's two modes of the same settings, by its golden files: `diff` proves them equal, or shows nothing but the differences that have a
 *  name here; and an example of each ends differently in the kernel too, on both sides as the simulator says. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { hostOfGolden, type NftGolden, nftGoldens } from '../../support/nftGoldens.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { type Change, diffOf, inKernel, withoutTransparent } from './bothBackends.ts';

interface Pair extends NftGolden {
  readonly iptables: NonNullable<NftGolden['iptables']>;
}

const PAIRS = nftGoldens().filter((golden): golden is Pair => golden.iptables !== undefined);

type Difference = NonNullable<Change['difference']>;

interface Expected {
  readonly pair: string;
  readonly shows: readonly Difference[];
  /** the rules on a host of their own, without the transparent listeners of the proxy */
  readonly on?: 'its host' | 'no transparent socket';
}

const EXPECTED: readonly Expected[] = [
  { pair: 'ambient-host hostprobe-ipv4', on: 'its host', shows: ['nft-kubelet-user'] },
  { pair: 'ambient-inpod default-ipv4', shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked'] },
  { pair: 'ambient-inpod virtual_interfaces-ipv4', shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked'] },
  { pair: 'sidecar drop-invalid', shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked', 'nft-invalid-of-tcp'] },
  { pair: 'sidecar empty', shows: ['nft-ipv6-tracked'] },
  { pair: 'sidecar inbound-ports-include', shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked'] },
  { pair: 'sidecar inbound-ports-tproxy', shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked'] },
  {
    pair: 'sidecar inbound-ports-tproxy',
    on: 'no transparent socket',
    shows: ['nft-ipv6-unwritten', 'nft-ipv6-tracked', 'nft-tproxy'],
  },
  { pair: 'sidecar ipnets', shows: ['nft-no-user', 'nft-ipv6-tracked'] },
  { pair: 'sidecar ipv6-empty-inbound-ports', shows: [] },
  { pair: 'sidecar ipv6-virt-interfaces', shows: [] },
  { pair: 'sidecar loopback-outbound-iprange', shows: ['nft-ipv6-tracked'] },
  { pair: 'sidecar tproxy', shows: ['nft-no-user'] },
  { pair: 'sidecar tproxy', on: 'no transparent socket', shows: ['nft-no-user', 'nft-tproxy'] },
];

describe.skipIf(PAIRS.length === 0)('Istio`s rules of both modes', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test('each pair of golden files is compared', () => {
    expect([...new Set(EXPECTED.map(({ pair }) => pair))]).toEqual(PAIRS.map(({ name }) => name));
  });

  test.each(EXPECTED)('$pair, $on', { timeout: 600_000 }, async ({ pair: name, on, shows }) => {
    const pair = PAIRS.find((one) => one.name === name) as Pair;
    const host = on === 'no transparent socket' ? withoutTransparent(hostOfGolden(name)) : hostOfGolden(name);
    const { changes, undecided } = await diffOf(pair, on === undefined ? undefined : host);
    const unnamed = changes.filter(({ difference }) => difference === undefined);
    expect(unnamed).toEqual([]);
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(shows));
    expect(undecided).toEqual([]);
    if (!kernelHere()) return;
    oracle ??= openOracle('nft');
    expect(Object.keys(await inKernel(oracle, { pair, host, changes })).sort()).toEqual(shows.toSorted());
  });

  test.runIf(kernelHere())('a packet that the kernel sends by itself has no user: `!=` of iptables holds, and of nft neither', () => {
    const [iptables, nft, nftIs] = [`-m owner ! --uid-owner 1337`, 'meta skuid != 1337', 'meta skuid 1337'];
    const script = `
ip link set lo up
iptables -A OUTPUT -p tcp --tcp-flags RST RST ${iptables} -j ACCEPT
nft 'table ip t { chain c { type filter hook output priority 10; tcp flags rst counter; tcp flags rst ${nft} counter; tcp flags rst ${nftIs} counter; }; }'
python3 -c 'import socket; socket.socket().connect_ex(("127.0.0.1", 9))'
iptables -nvxL OUTPUT | awk '/owner/ {print $1}'
nft list chain ip t c | grep -o 'packets [0-9]*'
`;
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-e'], { input: script, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('1\npackets 1\npackets 0\npackets 0\n');
  });
});
