/** IPVS is out of sight, and answers say so where the host shows it: by the interface that kube-proxy makes, or by its sysctls. */
import { describe, expect, it } from 'vitest';
import { find, parse, trace } from '../../src/api/library/index.ts';

const RULES = parse('*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n').rulesets;
const ETH0 = { name: 'eth0', addresses: ['10.0.0.5/24'] };
const SERVICES = { name: 'kube-ipvs0', addresses: ['10.96.0.10/32'], state: 'down' };

const saidOf = (host: object, packet: string): boolean => {
  const { assumptions = [] } = trace(RULES[0] as never, packet, { host: host as never });
  return assumptions.some(({ says }) => says.includes('IPVS'));
};

describe('a host with IPVS', () => {
  const node = { interfaces: [ETH0, SERVICES], routes: ['default via 10.0.0.1 dev eth0'] };

  it('is told with packets to its services, and not with others', () => {
    expect(saidOf(node, 'out tcp -> 10.96.0.10:53 uid=0')).toBe(true);
    expect(saidOf(node, 'out tcp -> 8.8.8.8:53 uid=0')).toBe(false);
  });

  it('is told with all packets where its services are not known', () => {
    const host = { ...node, interfaces: [ETH0], sysctls: { 'net.ipv4.vs.conntrack': '1' } };
    expect(saidOf(host, 'out tcp -> 10.96.0.10:53 uid=0')).toBe(true);
    expect(saidOf({ ...node, interfaces: [ETH0] }, 'out tcp -> 10.96.0.10:53 uid=0')).toBe(false);
  });

  it('is told with proofs', () => {
    const { assumptions = [] } = find(RULES, { where: 'out tcp -> 10.96.0.10', outcome: 'dropped', host: node as never });
    expect(assumptions.map(({ says }) => says)).toContainEqual(expect.stringContaining('kube-ipvs0'));
  });
});
