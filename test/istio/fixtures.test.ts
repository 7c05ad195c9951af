/** The fixtures of Istio, which were written apart from the renderer, and what the renderer makes of their settings: the same rules. */
import { describe, expect, it } from 'vitest';
import { parse, print, render } from '../../src/api/library/index.ts';
import { readFixture } from '../support/fixtures.ts';

type Input = Readonly<Record<string, unknown>>;

const SIDECAR = { 'istio-inbound-ports': '*', 'istio-local-exclude-ports': '15090,15021,15020', 'istio-service-cidr': '*' } as const;
const DNS = { ...SIDECAR, 'redirect-dns': true } as const;
const BOTH = { host: { ipv6: true } } as const;

const FIXTURES: readonly (readonly [name: string, settings: Input])[] = [
  ['istio-sidecar', SIDECAR],
  ['istio-dual-stack', { ...SIDECAR, ...BOTH }],
  ['istio-cni', { ...SIDECAR, 'istio-local-exclude-ports': '15020,15021,15090', 'istio-local-outbound-ports-exclude': '15020' }],
  ['istio-dns', { ...DNS, 'capture-all-dns': true, ...BOTH }],
  ['istio-dns-resolvers', { ...DNS, host: { nameservers: ['10.96.0.10', '127.0.0.53'] } }],
  ['istio-tproxy', { ...SIDECAR, 'istio-inbound-interception-mode': 'TPROXY', ...BOTH }],
  [
    'istio-ports',
    { ...SIDECAR, 'istio-local-exclude-ports': '15090,15021,8081,9090,15020', 'istio-local-outbound-ports-exclude': '3306,5432' },
  ],
  ['istio-inbound-list', { ...SIDECAR, 'istio-inbound-ports': '8080,8443' }],
  [
    'istio-cidrs',
    {
      ...SIDECAR,
      'istio-service-cidr': '10.0.0.0/8,172.16.0.0/12',
      'istio-service-exclude-cidr': '10.96.0.0/24',
      'istio-outbound-ports': '443',
    },
  ],
  ['istio-exclude-net1', { ...SIDECAR, 'istio-exclude-interfaces': 'net1' }],
  ['istio-multus', SIDECAR],
  ['istio-virtual-docker0', { ...SIDECAR, 'kube-virt-interfaces': 'docker0' }],
  ['istio-two-uids', { ...SIDECAR, 'proxy-uid': '1337,1338', 'proxy-gid': '1337' }],
  ['istio-drop-invalid', { ...SIDECAR, 'drop-invalid': true }],
  ['istio-ambient', { mode: 'ambient' }],
  ['istio-ambient-dual-stack', { mode: 'ambient', ...BOTH }],
  ['istio-ambient-ingress', { mode: 'ambient', ingressMode: true }],
  ['istio-ambient-host', { mode: 'ambient-host', ...BOTH }],
];

/** Both families as iptables-save prints them, without the rules of kube-proxy beside Istio's. */
function printed(text: string): string {
  const families = parse(text).rulesets.map((ruleset) => print(ruleset));
  return families.join('# ip6tables\n').replaceAll(/^.*KUBE-.*\n/gm, '');
}

describe('fixtures of Istio', () => {
  it.each(FIXTURES)('%s', (name, settings) => {
    const { v4, v6 } = render(settings);
    expect(printed(v6 === '' ? v4 : `${v4}# ip6tables\n${v6}`)).toBe(printed(readFixture(name).text));
  });
});
