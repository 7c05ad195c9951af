/** A pod at another address is the host that a description with that address makes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { gatewayOf, parsePodAddress, podIpComplaint, withPodAddress } from '../../src/host/podAddress.ts';
import { readHost } from '../../src/host/readHost.ts';
import { formatAddress } from '../../src/packet/address.ts';

const described = (v4: string, gateway4: string, v6: string, gateway6: string): Host => {
  const { host, problems } = readHost({
    interfaces: [
      { name: 'lo', addresses: ['::6/128'] },
      { name: 'eth0', addresses: [v4, v6] },
      { name: 'net1', addresses: ['198.51.100.10/24'] },
    ],
    routes: [`default via ${gateway4} dev eth0`, `default via ${gateway6} dev eth0`, '192.0.2.0/24 via 198.51.100.1 dev net1'],
    listeners: [{ proto: 'tcp', process: 'app' }],
  });
  if (host === undefined) throw new Error(problems.join());
  return host;
};
const USUAL = described('10.244.0.5/24', '10.244.0.1', 'fd00:10:244::5/64', 'fd00:10:244::1');

describe('a pod at another address', () => {
  it('has the routes that follow from it', () => {
    const pod = parsePodAddress('10.12.3.4');
    expect(pod && withPodAddress(USUAL, pod)).toEqual(described('10.12.3.4/24', '10.12.3.1', 'fd00:10:244::5/64', 'fd00:10:244::1'));
    const six = parsePodAddress('2001:db8::1/48');
    expect(six && withPodAddress(USUAL, six).interfaces[1]?.addresses.map(({ address }) => formatAddress(address))).toEqual([
      '2001:db8::1',
      '10.244.0.5',
    ]);
  });

  it('is the same host whichever address it had before', () => {
    const address = fc.integer({ min: 0x0100_0000, max: 0x7eff_ffff });
    const length = fc.integer({ min: 8, max: 30 });
    fc.assert(
      fc.property(address, address, length, (first, second, bits) => {
        const [was, is] = [
          { address: first, length: bits },
          { address: second, length: bits },
        ];
        expect(withPodAddress(withPodAddress(USUAL, was), is)).toEqual(withPodAddress(USUAL, is));
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  it('is not its own gateway', () => {
    const gateway = (text: string) => formatAddress(gatewayOf(parsePodAddress(text) ?? { address: 0, length: 0 }));
    expect(['10.1.2.3', '10.1.2.1', '10.1.2.3/16', '200.1.2.3/8', 'fd00::1'].map(gateway)).toEqual([
      '10.1.2.1',
      '10.1.2.2',
      '10.1.0.1',
      '200.0.0.1',
      'fd00::2',
    ]);
  });

  it.each([
    [['10.1.2'], 'expected an address of a pod, not `10.1.2`'],
    [['127.0.0.1'], 'expected an address of a pod, not `127.0.0.1`'],
    [['224.0.0.1'], 'expected an address of a pod, not `224.0.0.1`'],
    [['::1'], 'expected an address of a pod, not `::1`'],
    [['10.1.2.3/33'], 'expected an address of a pod, not `10.1.2.3/33`'],
    [['10.1.2.3', '10.1.2.4'], 'a pod has one address of each family'],
    [['10.1.2.3', 'fd00::5'], undefined],
  ])('%j: %s', (texts, complaint) => expect(podIpComplaint(texts, false)).toBe(complaint));
});
