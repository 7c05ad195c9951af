/** The settings of istio-iptables as a table. It drives the reader of arguments, the checks, the type of settings and the help.
 *  source: istio/istio tools/istio-iptables/pkg/cmd/root.go and pkg/flag/flag.go */

/** As pflag reads a value: any text; a Go bool; a Go uint16; a Go duration. */
export type FlagKind = 'text' | 'switch' | 'port' | 'duration';

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
  readonly default: string | boolean;
  /** environment variables that set it; of several that are set the last one wins, and a flag wins over all */
  readonly env: readonly string[];
  readonly says: string;
  /** first minor version of Istio 1 that knows it, if not the oldest */
  readonly since?: number;
  /** last one */
  readonly until?: number;
  /** it changes no rule */
  readonly idle?: true;
}

export const FLAGS = [
  // the one flag that no environment variable sets
  { name: 'envoy-port', short: 'p', kind: 'text', default: '15001', env: [], says: 'port for captured outbound connections' },
  text('inbound-capture-port', 'z', '15006', 'port for captured inbound connections'),
  text('inbound-tunnel-port', 'e', '15008', 'port of the tunnel, never redirected'),
  text('proxy-uid', 'u', '', "users whose traffic is the proxy's; empty: that of $ENVOY_USER, else 1337"),
  text('proxy-gid', 'g', '', "groups whose traffic is the proxy's; empty: as proxy-uid"),
  text('istio-inbound-interception-mode', 'm', '', '`TPROXY`; every other value is REDIRECT'),
  text('istio-inbound-tproxy-mark', 't', '1337', 'mark of packets for the transparent socket'),
  text('istio-inbound-tproxy-route-table', 'r', '133', 'routing table for that mark'),
  text('istio-inbound-ports', 'b', '', 'inbound ports to capture: `*`, a list, or empty for none'),
  text('istio-local-exclude-ports', 'd', '', 'inbound ports to leave alone; only with `istio-inbound-ports` `*`'),
  text('istio-exclude-interfaces', 'c', '', 'interfaces to leave alone both ways'),
  text('istio-service-cidr', 'i', '', 'destination ranges to capture: `*`, a list, or empty for none'),
  text('istio-service-exclude-cidr', 'x', '', 'destination ranges to leave alone'),
  text('istio-outbound-ports', 'q', '', 'destination ports to capture wherever they are'),
  text('istio-local-outbound-ports-exclude', 'o', '', 'destination ports to leave alone'),
  text('kube-virt-interfaces', 'k', '', 'interfaces whose inbound traffic counts as outbound'),
  onOff('redirect-dns', 'capture DNS', ['ISTIO_META_DNS_CAPTURE']),
  onOff('capture-all-dns', 'capture DNS to any server, not only those of resolv.conf'),
  onOff('drop-invalid', 'drop packets of conntrack state INVALID', ['INVALID_DROP']),
  onOff('dual-stack', 'look at every address for IPv6, not only at the first', ['ISTIO_DUAL_STACK']),
  { ...onOff('dry-run', 'run nothing'), short: 'n', idle: true },
  onOff('skip-rule-apply', 'write no rules'),
  { ...onOff('run-validation', 'try the rules afterwards'), idle: true },
  { name: 'iptables-probe-port', kind: 'port', default: '15002', env: ['IPTABLES_PROBE_PORT'], says: 'port of that trial', idle: true },
  { name: 'probe-timeout', kind: 'duration', default: '5s', env: ['PROBE_TIMEOUT'], says: 'how long it may take', idle: true },
  { ...text('network-namespace', undefined, '', 'path of the network namespace'), idle: true },
  { ...onOff('cni-mode', 'run by the CNI plugin'), idle: true },
  { ...onOff('reconcile', 'replace rules of an earlier run'), since: 24, idle: true },
  { ...onOff('cleanup-only', 'remove rules and write none'), since: 24 },
  { ...onOff('force-apply', 'write rules even when they are there'), since: 24, idle: true },
  { ...onOff('restore-format', 'use iptables-restore'), short: 'f', default: true, until: 23, idle: true },
  { ...onOff('native-nftables', 'write nftables rules in place of iptables rules'), since: 27 },
  { ...text('force-iptables-binary', undefined, '', '`legacy` or `nft`'), since: 28, idle: true },
] as const satisfies readonly Flag[];

/** Settings that only the environment gives. */
export const ENV_SETTINGS = [
  { name: 'ISTIO_OUTBOUND_OWNER_GROUPS', default: '*', says: 'groups whose outbound traffic is captured' },
  { name: 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE', default: '', says: 'groups whose traffic is not; only with `*`' },
  { name: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR', default: '127.0.0.1/32', says: 'what IPv4 rules take for localhost', since: 21 },
  { name: 'ENVOY_USER', default: 'istio-proxy', says: 'user to look up when proxy-uid is empty' },
  { name: 'DRY_RUN_FILE_PATH', default: '', says: 'file for the text of a dry run' },
] as const satisfies readonly (Pick<Flag, 'name' | 'says' | 'since'> & { readonly default: string })[];

/** Flags of Istio's log library, which its programs share; they take a value and change no rule. */
export const LOG_FLAGS: readonly Flag[] = ['log_output_level', 'log_caller', 'log_stacktrace_level', 'log_target', 'vklog']
  .map((name): Flag => ({ name, kind: 'text', default: '', env: [], says: 'of the log', idle: true }))
  .concat({ name: 'log_as_json', kind: 'switch', default: false, env: [], says: 'of the log', idle: true });

/** The environment variable that a flag's name stands for. */
type EnvName<N extends string> = Uppercase<N extends `${infer A}-${infer B}` ? `${A}_${EnvName<B>}` : N>;

function text<N extends string, S extends string | undefined>(name: N, short: S, value: string, says: string) {
  return { name, kind: 'text', default: value, env: [envName(name)], says, ...(short !== undefined && { short }) } as const;
}

function onOff<N extends string>(name: N, says: string, aliases: readonly string[] = []) {
  return { name, kind: 'switch', default: false as boolean, env: [envName(name), ...aliases], says } as const;
}

function envName<N extends string>(name: N): EnvName<N> {
  return name.toUpperCase().replaceAll('-', '_') as EnvName<N>;
}
