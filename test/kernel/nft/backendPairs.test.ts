/** Both backends of Istio for settings of every kind: over connections, later packets and both families they are equal, or differ by what has a
 *  name, which is the one that the settings say; and what can be sent of it ends differently in the kernel too. */
import { afterAll, describe, expect, test } from 'vitest';
import { render } from '../../../src/api/library/index.ts';
import { BACKEND_PAIRS, type BackendPair } from '../../support/backendPairs.ts';
import { hostOfGolden, iptablesBlocks, NODE_SETS } from '../../support/nftGoldens.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { type BothBackends, type Change, diffOf, inKernel, withoutTransparent } from './bothBackends.ts';

type Difference = NonNullable<Change['difference']>;

const NONE: readonly Difference[] = [];
/** Rules of no family are there and lead nowhere for IPv6; or they lead somewhere. */
const TRACKED: readonly Difference[] = ['nft-ipv6-tracked'];
const UNWRITTEN: readonly Difference[] = ['nft-ipv6-unwritten', 'nft-ipv6-tracked'];

/** `sent`: at least so many classes end otherwise in the kernel too. Not sent is what has no process, a mark when it arrives, or is a fragment. */
const EXPECTED: Readonly<Record<string, { readonly shows: readonly Difference[]; readonly sent?: number }>> = {
  'sidecar empty': { shows: TRACKED },
  'sidecar basic-exclude-nic': { shows: TRACKED },
  'sidecar drop-invalid': { shows: [...UNWRITTEN, 'nft-invalid-of-tcp'], sent: 14 },
  'sidecar dns-uid-gid': { shows: NONE },
  'sidecar host-ipv4-loopback-cidr': { shows: TRACKED },
  'sidecar inbound-ports-empty-tproxy': { shows: UNWRITTEN },
  'sidecar inbound-ports-include': { shows: UNWRITTEN, sent: 5 },
  'sidecar inbound-ports-tproxy': { shows: UNWRITTEN },
  'sidecar inbound-ports-wildcard': { shows: UNWRITTEN, sent: 15 },
  'sidecar inbound-ports-wildcard-tproxy': { shows: UNWRITTEN },
  'sidecar ipnets': { shows: [...TRACKED, 'nft-no-user'] },
  'sidecar ipnets-with-kube-virt-interfaces': { shows: [...TRACKED, 'nft-no-user'] },
  'sidecar ipv6-dns-outbound-owner-groups': { shows: NONE },
  'sidecar ipv6-dns-outbound-owner-groups-exclude': { shows: NONE },
  'sidecar ipv6-dns-uid-gid': { shows: NONE },
  'sidecar ipv6-empty-inbound-ports': { shows: NONE },
  'sidecar ipv6-inbound-ports': { shows: NONE },
  'sidecar ipv6-ipnets': { shows: NONE },
  'sidecar ipv6-uid-gid': { shows: NONE },
  'sidecar ipv6-virt-interfaces': { shows: NONE },
  'sidecar kube-virt-interfaces': { shows: [...UNWRITTEN, 'nft-no-user'], sent: 2 },
  'sidecar loopback-outbound-iprange': { shows: TRACKED },
  'sidecar outbound-owner-groups': { shows: TRACKED },
  'sidecar outbound-owner-groups-exclude': { shows: TRACKED },
  'sidecar outbound-ports-include': { shows: [...UNWRITTEN, 'nft-no-user'], sent: 2 },
  'sidecar outbound-exclude': { shows: [...UNWRITTEN, 'nft-no-user'], sent: 17 },
  'sidecar tproxy': { shows: ['nft-no-user'] },
  'sidecar two-uids-dns-all': { shows: [...UNWRITTEN, 'nft-no-user'], sent: 12 },
  'ambient-inpod default-ipv4': { shows: UNWRITTEN, sent: 3 },
  'ambient-inpod dns_pod_disabled_and_on_globally-ipv4': { shows: UNWRITTEN },
  'ambient-inpod dns_pod_enabled_and_off_globally-ipv4': { shows: UNWRITTEN, sent: 3 },
  'ambient-inpod ingress-ipv4': { shows: UNWRITTEN },
  'ambient-inpod ingress_and_virtual_interfaces-ipv4': { shows: UNWRITTEN },
  'ambient-inpod virtual_interfaces-ipv4': { shows: UNWRITTEN },
  'ambient-inpod default-ipv6': { shows: NONE },
  'ambient-inpod dns_pod_disabled_and_on_globally-ipv6': { shows: NONE },
  'ambient-inpod dns_pod_enabled_and_off_globally-ipv6': { shows: NONE },
  'ambient-inpod ingress-ipv6': { shows: NONE },
  'ambient-inpod ingress_and_virtual_interfaces-ipv6': { shows: NONE },
  'ambient-inpod virtual_interfaces-ipv6': { shows: NONE },
  'ambient-host hostprobe-ipv4': { shows: ['nft-kubelet-user'], sent: 1 },
  'ambient-host hostprobe-ipv6': { shows: ['nft-kubelet-user'], sent: 1 },
};

describe('Istio`s rules of both backends', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test('each pair is compared', () => expect(BACKEND_PAIRS.map(({ name }) => name).sort()).toEqual(Object.keys(EXPECTED).sort()));

  test.each(BACKEND_PAIRS)('$name', { timeout: 600_000 }, async (pair) => {
    const { shows, sent = 0 } = EXPECTED[pair.name] ?? { shows: NONE };
    const host = hostOfGolden(pair.name);
    const rules = bothOf(pair);
    const { changes, undecided } = await diffOf(rules, host);
    expect(changes.filter(({ difference }) => difference === undefined)).toEqual([]);
    expect(undecided).toEqual([]);
    expect(new Set(changes.map(({ difference }) => difference))).toEqual(new Set(shows));
    if (!kernelHere()) return;
    oracle ??= openOracle('nft');
    expect(await inKernel(oracle, { pair: rules, host, changes })).toBeGreaterThanOrEqual(sent);
  });

  const transparent = BACKEND_PAIRS.filter(({ name }) => /ports-(?:wildcard-)?tproxy|sidecar tproxy/.test(name));
  test.each(transparent)('$name, while no transparent socket listens', { timeout: 600_000 }, async (pair) => {
    const host = withoutTransparent(hostOfGolden(pair.name));
    const rules = bothOf(pair);
    const { changes, undecided } = await diffOf(rules, host);
    const named = EXPECTED[pair.name]?.shows ?? NONE;
    expect(new Set([...changes, ...undecided].map(({ difference }) => difference))).toEqual(new Set([...named, 'nft-tproxy']));
    if (!kernelHere()) return;
    oracle ??= openOracle('nft');
    expect(await inKernel(oracle, { pair: rules, host, changes })).toBeGreaterThanOrEqual(2);
  });
});

function bothOf({ name, settings }: BackendPair): BothBackends {
  const { nft = '' } = render({ ...settings, [settings.mode === undefined ? 'native-nftables' : 'nativeNftables']: true });
  const { v4, v6 } = render(settings);
  return { nft: name.startsWith('ambient-host') ? `${NODE_SETS}${nft}` : nft, iptables: iptablesBlocks(`${v4}${v6}`) };
}
