/** The settings of istio-iptables, one row each: letter, environment variables, default. */
import { describe, expect, it } from 'vitest';
import { readArgs } from '../../src/istio/settings/readArgs.ts';
import { resolveSettings } from '../../src/istio/settings/resolveSettings.ts';
import type { Settings } from '../../src/istio/settings/settings.ts';
import { LATEST } from '../../src/istio/settings/version.ts';

type Row = readonly [flag: string, letter: string, env: readonly string[], otherwise: string | boolean];

const FLAGS: readonly Row[] = [
  ['envoy-port', 'p', [], '15001'],
  ['inbound-capture-port', 'z', ['INBOUND_CAPTURE_PORT'], '15006'],
  ['inbound-tunnel-port', 'e', ['INBOUND_TUNNEL_PORT'], '15008'],
  ['proxy-uid', 'u', ['PROXY_UID'], '1337'],
  ['proxy-gid', 'g', ['PROXY_GID'], '1337'],
  ['istio-inbound-interception-mode', 'm', ['ISTIO_INBOUND_INTERCEPTION_MODE'], ''],
  ['istio-inbound-tproxy-mark', 't', ['ISTIO_INBOUND_TPROXY_MARK'], '1337'],
  ['istio-inbound-tproxy-route-table', 'r', ['ISTIO_INBOUND_TPROXY_ROUTE_TABLE'], '133'],
  ['istio-inbound-ports', 'b', ['ISTIO_INBOUND_PORTS'], ''],
  ['istio-local-exclude-ports', 'd', ['ISTIO_LOCAL_EXCLUDE_PORTS'], ''],
  ['istio-exclude-interfaces', 'c', ['ISTIO_EXCLUDE_INTERFACES'], ''],
  ['istio-service-cidr', 'i', ['ISTIO_SERVICE_CIDR'], ''],
  ['istio-service-exclude-cidr', 'x', ['ISTIO_SERVICE_EXCLUDE_CIDR'], ''],
  ['istio-outbound-ports', 'q', ['ISTIO_OUTBOUND_PORTS'], ''],
  ['istio-local-outbound-ports-exclude', 'o', ['ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE'], ''],
  ['kube-virt-interfaces', 'k', ['KUBE_VIRT_INTERFACES'], ''],
  ['redirect-dns', '', ['REDIRECT_DNS', 'ISTIO_META_DNS_CAPTURE'], false],
  ['capture-all-dns', '', ['CAPTURE_ALL_DNS'], false],
  ['drop-invalid', '', ['DROP_INVALID', 'INVALID_DROP'], false],
  ['dual-stack', '', ['DUAL_STACK', 'ISTIO_DUAL_STACK'], false],
  ['dry-run', 'n', ['DRY_RUN'], false],
  ['skip-rule-apply', '', ['SKIP_RULE_APPLY'], false],
  ['run-validation', '', ['RUN_VALIDATION'], false],
  ['iptables-probe-port', '', ['IPTABLES_PROBE_PORT'], '15002'],
  ['probe-timeout', '', ['PROBE_TIMEOUT'], '5s'],
  ['network-namespace', '', ['NETWORK_NAMESPACE'], ''],
  ['cni-mode', '', ['CNI_MODE'], false],
  ['reconcile', '', ['RECONCILE'], false],
  ['cleanup-only', '', ['CLEANUP_ONLY'], false],
  ['force-apply', '', ['FORCE_APPLY'], false],
  ['native-nftables', '', ['NATIVE_NFTABLES'], false],
  ['force-iptables-binary', '', ['FORCE_IPTABLES_BINARY'], ''],
  ['', '', ['ISTIO_OUTBOUND_OWNER_GROUPS'], '*'],
  ['', '', ['ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE'], ''],
  ['', '', ['ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR'], '127.0.0.1/32'],
  ['', '', ['ENVOY_USER'], 'istio-proxy'],
  ['', '', ['DRY_RUN_FILE_PATH'], ''],
];

const place = { source: { file: 'environment', text: '' }, span: { start: 0, end: 0 } };
const host = { nameservers: [], users: {}, sysctls: {} };

function settled(args: readonly string[], env: Readonly<Record<string, string>>, name: string): string | boolean {
  const { given, diagnostics } = readArgs(args, LATEST);
  expect(diagnostics).toEqual([]);
  const variables = Object.entries(env).map(([name, value]) => ({ by: 'env' as const, name, value, place }));
  return resolveSettings({ given: [...variables, ...given], version: LATEST, host }).settings[name as keyof Settings];
}

/** a value that is not the default, and two more */
const values = (name: string, otherwise: string | boolean) => {
  if (typeof otherwise === 'boolean') return ['true', 'false', 'true'] as const;
  return name === 'probe-timeout' ? (['7s', '8s', '9s'] as const) : (['7', '8', '9'] as const);
};
const read = (text: string, otherwise: string | boolean) => (typeof otherwise === 'boolean' ? text === 'true' : text);

describe('settings of istio-iptables', () => {
  it.each(FLAGS)('%s -%s %j: %j', (flag, letter, env, otherwise) => {
    const name = flag === '' ? (env[0] ?? '') : flag;
    const [one, two, three] = values(flag, otherwise);
    expect(settled([], {}, name)).toBe(otherwise);
    if (flag !== '') expect(settled([`--${flag}=${one}`], {}, name)).toBe(read(one, otherwise));
    if (letter !== '') expect(settled([`-${letter}=${one}`], {}, name)).toBe(read(one, otherwise));
    // of several variables the last one of the row, whatever the order in which they are set; a flag goes over all
    for (const [at] of env.entries()) {
      const set = Object.fromEntries(env.slice(0, at + 1).map((variable, index) => [variable, index === at ? one : two]));
      expect(settled([], set, name)).toBe(read(one, otherwise));
      expect(settled([], Object.fromEntries(Object.entries(set).reverse()), name)).toBe(read(one, otherwise));
      if (flag !== '') expect(settled([`--${flag}=${three}`], set, name)).toBe(read(three, otherwise));
    }
  });
});
