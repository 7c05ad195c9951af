/** Docker, Calico and kube-proxy in their modes of nftables, alone and beside each other and Istio's rules of the node: nearly all of
 *  their rules are modelled, and packets go through them as the kernel sends them. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { does, everyMatch } from '../../../src/netfilter/everyEffect.ts';
import { mentionsUnmodelled } from '../../../src/netfilter/matchExpr.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { describePair } from '../describe.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import type { HostJson } from '../question.ts';
import { examineNft, rulesetOfNft } from './examineNft.ts';

const file = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8').replaceAll(/^#.*\n/gm, '');
const hostCalled = (name: string): HostJson => JSON.parse(file(`hosts/${name}.json`)) as HostJson;

interface Writer {
  readonly name: string;
  readonly listings: readonly string[];
  readonly host: string;
  readonly packets: readonly string[];
}

const WRITERS: readonly Writer[] = [
  {
    name: 'Docker',
    listings: ['nft/docker.nft'],
    host: 'docker',
    packets: [
      'in tcp 192.0.2.1:40000 -> 192.168.1.10:8080 iif=eth0',
      'in tcp 192.0.2.1:40000 -> 172.17.0.2:80 iif=eth0',
      'in tcp 192.0.2.1:40000 -> 192.168.1.10:22 iif=eth0',
      'in tcp 172.17.0.2:40000 -> 203.0.113.9:443 iif=docker0',
      'in tcp 172.17.0.2:40000 -> 192.168.1.10:8080 iif=docker0',
      'out tcp -> 192.168.1.10:8080 uid=1000 gid=1000',
      'out tcp -> 172.17.0.2:80 uid=1000 gid=1000',
    ],
  },
  {
    name: 'Calico',
    listings: ['nft/calico.nft'],
    host: 'node-calico-nft',
    packets: [
      'in tcp 10.244.1.7:40000 -> 10.244.0.5:8080 iif=vxlan.calico',
      'in tcp 10.244.1.8:40000 -> 10.244.0.5:8080 iif=vxlan.calico',
      'in tcp 10.244.1.7:40000 -> 10.244.0.5:22 iif=vxlan.calico',
      'in tcp 192.0.2.1:40000 -> 203.0.113.50:80 iif=eth0',
      'in udp 10.244.0.5:40000 -> 203.0.113.53:53 iif=cali1234567890a',
      'in tcp 10.244.0.5:40000 -> 10.244.1.9:9090 iif=cali1234567890a',
      'in tcp 10.244.0.5:40000 -> 203.0.113.9:25 iif=cali1234567890a',
      'in tcp 10.244.0.5:40000 -> 203.0.113.9:443 iif=cali1234567890a',
      'in tcp 10.244.0.9:40000 -> 203.0.113.9:443 iif=cali1234567890a',
      'in udp 192.168.1.11:40000 -> 192.168.1.10:4789 iif=eth0',
      'in udp 192.168.1.12:40000 -> 192.168.1.10:4789 iif=eth0',
      'in tcp 10.244.0.5:40000 -> 192.168.1.10:10250 iif=cali1234567890a',
      'out tcp -> 10.244.0.5:8080 uid=0 gid=0',
      'out tcp -> 10.244.1.7:80 uid=0 gid=0',
    ],
  },
  {
    name: 'kube-proxy beside Istio`s rules of the node',
    listings: ['kube-proxy/nftables.nft', 'nft/istio-ambient-host.nft'],
    host: 'node-services',
    packets: [
      'in tcp 10.244.0.7:40000 -> 10.96.0.40:80 iif=cni0',
      'in tcp 10.244.0.9:40000 -> 10.96.0.50:80 iif=cni0',
      'in tcp 10.244.0.7:40000 -> 10.96.0.50:80 iif=cni0',
      'in tcp 198.51.100.9:40000 -> 203.0.113.30:80 iif=eth0',
      'in tcp 192.0.2.9:40000 -> 203.0.113.30:80 iif=eth0',
      'out tcp -> 10.96.0.50:80 uid=0 gid=0',
      'out tcp -> 10.244.0.5:8080 uid=0 gid=0',
      'out tcp -> 10.244.0.5:8080 uid=1000 gid=1000',
      'out tcp -> 10.96.0.51:80 uid=0 gid=0',
    ],
  },
  {
    name: 'kube-proxy, Calico and Istio on one node',
    listings: ['kube-proxy/nftables.nft', 'nft/istio-ambient-host.nft', 'nft/calico.nft'],
    host: 'node-calico-nft',
    packets: [
      'in tcp 10.244.0.5:40000 -> 10.96.0.50:80 iif=cali1234567890a',
      'in udp 10.244.0.5:40000 -> 10.96.0.10:53 iif=cali1234567890a',
      'in tcp 10.244.1.7:40000 -> 10.96.0.20:443 iif=vxlan.calico',
      'out tcp -> 10.244.0.5:8080 uid=0 gid=0',
    ],
  },
];

describe.each(WRITERS)('$name', ({ listings, host, packets }) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  const nft = listings.map(file).join('');
  const json = hostCalled(host);

  test('95 % of the rules are modelled', () => {
    const { tables } = rulesetOfNft(nft, 4, json);
    const rules = [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules));
    const open = rules.filter((rule) => does(rule, 'unmodelled') || everyMatch(rule).some(mentionsUnmodelled));
    expect(rules.length).toBeGreaterThan(20);
    expect(open.length / rules.length).toBeLessThanOrEqual(0.05);
  });

  test.runIf(kernelHere())('packets go where the kernel sends them', { timeout: 60_000 }, async () => {
    oracle ??= openOracle('nft');
    const sent = packets.map((text) => packetOf(text, hostOf(json)));
    const pairs = await examineNft(oracle, { host: json, rules: { nft }, packets: sent });
    expect(pairs.length).toBe(packets.length);
    expect(pairs.flatMap((pair) => (pair.disagreement === undefined ? [] : [describePair(pair)]))).toEqual([]);
  });
});
