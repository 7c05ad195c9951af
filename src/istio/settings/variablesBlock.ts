/** What istio-iptables writes of its settings before it loads rules: all of them after defaults, under names of their own, with what it has
 *  found out about the machine. In a log of istio-init, or alone. source: istio/istio tools/istio-iptables/pkg/config Config.Print() */
import { type LogLine, logLines } from '../../syntax/log/logLines.ts';
import { placeInFile } from '../../syntax/log/pieces.ts';
import { isVariableLine } from '../../syntax/log/signs.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { isKnownVariable, remark, type SourceLocation } from './settingSource.ts';

/** By the name of a variable: the flag, or the environment variable, that sets it. */
const SETTINGS: Readonly<Record<string, string>> = {
  PROXY_PORT: 'envoy-port',
  PROXY_INBOUND_CAPTURE_PORT: 'inbound-capture-port',
  INBOUND_CAPTURE_PORT: 'inbound-capture-port',
  PROXY_TUNNEL_PORT: 'inbound-tunnel-port',
  PROXY_UID: 'proxy-uid',
  PROXY_GID: 'proxy-gid',
  INBOUND_INTERCEPTION_MODE: 'istio-inbound-interception-mode',
  INBOUND_TPROXY_MARK: 'istio-inbound-tproxy-mark',
  INBOUND_TPROXY_ROUTE_TABLE: 'istio-inbound-tproxy-route-table',
  INBOUND_PORTS_INCLUDE: 'istio-inbound-ports',
  INBOUND_PORTS_EXCLUDE: 'istio-local-exclude-ports',
  OUTBOUND_OWNER_GROUPS_INCLUDE: 'ISTIO_OUTBOUND_OWNER_GROUPS',
  OUTBOUND_OWNER_GROUPS_EXCLUDE: 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE',
  OUTBOUND_IP_RANGES_INCLUDE: 'istio-service-cidr',
  OUTBOUND_IP_RANGES_EXCLUDE: 'istio-service-exclude-cidr',
  OUTBOUND_PORTS_INCLUDE: 'istio-outbound-ports',
  OUTBOUND_PORTS_EXCLUDE: 'istio-local-outbound-ports-exclude',
  KUBE_VIRT_INTERFACES: 'kube-virt-interfaces',
  KUBEVIRT_INTERFACES: 'kube-virt-interfaces',
  REROUTE_VIRTUAL_INTERFACES: 'kube-virt-interfaces',
  DUAL_STACK: 'dual-stack',
  DNS_CAPTURE: 'redirect-dns',
  DROP_INVALID: 'drop-invalid',
  CAPTURE_ALL_DNS: 'capture-all-dns',
  HOST_IPV4_LOOPBACK_CIDR: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR',
  EXCLUDE_INTERFACES: 'istio-exclude-interfaces',
};

/** Switches that count where they are on: not every version has the flag. */
const WHERE_ON: Readonly<Record<string, string>> = { CLEANUP_ONLY: 'cleanup-only', NATIVE_NFTABLES: 'native-nftables' };

/** They change no rule. */
const IDLE =
  /^(?:IPTABLES_VERSION|NETWORK_NAMESPACE|CNI_MODE|OUTPUT_PATH|RECONCILE|FORCE_APPLY|FORCE_IPTABLES_BINARY|DRY_RUN|SKIP_RULE_APPLY|TRACE_LOGGING|IPTABLES_TRACE_LOGGING|RESTORE_FORMAT|RUN_VALIDATION|IPTABLES_PROBE_PORT|PROBE_TIMEOUT)$/;

const IPV6 = /^ENABLE_(?:INBOUND_)?IPV6$/;
const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=(.*)$/;
const ENVIRONMENT = /Istio iptables environment:/;

export function hasVariablesBlock(text: string): boolean {
  if (
    !/PROXY_PORT=|_PORTS_INCLUDE=|_RANGES_INCLUDE=|Istio iptables environment:/.test(text) ||
    /^\s*\{\s*(?:"(?!level|time|msg|log|stream)|\})/.test(text)
  )
    return false;
  return logLines(text).some(({ text: line }) => isVariableLine(line) || ENVIRONMENT.test(line));
}

export interface ReadVariables {
  readonly values: Readonly<Record<string, unknown>>;
  /** of what is said, by its name in `values` */
  readonly places: ReadonlyMap<string, SourceLocation>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The last block of variables; where there is none, that of the environment. */
export function readVariablesBlock(source: Source): ReadVariables {
  const lines = logLines(source.text);
  const blocks = blocksOf(lines);
  const variables = blocks.findLast((block) => block.some(({ text }) => isVariableLine(text)));
  const block = variables ?? blocks.at(-1) ?? [];
  const values: Record<string, unknown> = {};
  const host: Record<string, unknown> = {};
  const places = new Map<string, SourceLocation>();
  const diagnostics: Diagnostic[] = [];
  for (const line of block) {
    const [, name = '', written = ''] = ASSIGNMENT.exec(line.text) ?? [];
    const value = written.trim();
    const place = { source, span: placeInFile(line.pieces)({ start: 0, end: line.text.length }) };
    const set = (key: string): void => {
      values[key] = value;
      places.set(key, place);
    };
    const key = SETTINGS[name];
    if (variables === undefined) {
      if (value !== '' && isKnownVariable(name)) set(name);
    } else if (key !== undefined) set(key);
    else if (WHERE_ON[name] !== undefined) {
      if (value === 'true') set(WHERE_ON[name]);
    } else if (IPV6.test(name)) host.ipv6 = value === 'true';
    else if (name === 'DNS_SERVERS') host.nameservers = value.split(/[[\],\s]+/).filter((server) => server !== '');
    else if (!IDLE.test(name))
      diagnostics.push(
        remark(place, { kind: 'warning', message: `\`${name}\` is not a known variable of istio-iptables: it is passed over` }),
      );
  }
  return { values: Object.keys(host).length === 0 ? values : { ...values, host }, places, diagnostics };
}

/** Assignments that follow one another. */
function blocksOf(lines: readonly LogLine[]): readonly (readonly LogLine[])[] {
  const blocks: LogLine[][] = [];
  let open = false;
  for (const line of lines) {
    const isAssignment = ASSIGNMENT.test(line.text);
    if (isAssignment && !open) blocks.push([]);
    if (isAssignment) blocks.at(-1)?.push(line);
    open = isAssignment;
  }
  return blocks;
}
