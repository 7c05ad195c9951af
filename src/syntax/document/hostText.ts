/** Interfaces, addresses, routes and rules of routing as `ip` prints them, as a host description. man ip-address(8), ip-route(8), ip-rule(8) */

import { readHost } from '../../host/readHost.ts';

/** As much of a host as such a text says. */
export interface HostText {
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly routes: readonly string[];
  readonly route_tables: Readonly<Record<string, readonly string[]>>;
  /** absent: the text has no `ip rule` */
  readonly ip_rules?: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
}

const INTERFACE = /^\d+: ([\w.-]+)(?:@[\w.-]+)?: </;
const ADDRESS = /^[ \t]+inet6? (\S+)(?= )/;
/** They follow from the addresses, or say nothing of where packets go; what a line of `ip addr` says besides. */
const IDLE = /^(?:(?:local|broadcast|anycast|multicast) |[ \t]+(?:link\/|valid_lft |altname ))/;
const RULE = /^(\d+):[ \t]+(.*\S)/;
const SYSCTL = /^(net\.[\w./-]+) ?= ?(\S+)/;

/** Undefined where a line is not understood, or where interfaces or routes are missing. */
export function hostText(lines: readonly string[]): HostText | undefined {
  const interfaces: { name: string; addresses: string[] }[] = [];
  const tables = new Map<string, string[]>([['main', []]]);
  const rules: string[] = [];
  const sysctls: Record<string, string> = {};
  let hasRules = false;
  for (const line of lines) {
    const [, name] = INTERFACE.exec(line) ?? [];
    const [, address] = ADDRESS.exec(line) ?? [];
    const [, priority, rule] = RULE.exec(line) ?? [];
    const [, key, value] = SYSCTL.exec(line) ?? [];
    if (name !== undefined) interfaces.push({ name, addresses: [] });
    else if (address !== undefined) {
      if (/ peer /.test(line) || interfaces.length === 0) return undefined;
      interfaces.at(-1)?.addresses.push(address);
    } else if (key !== undefined && value !== undefined) sysctls[key.replaceAll('/', '.')] = value;
    else if (rule !== undefined) {
      hasRules = true;
      if (!/^(?:0|32766|32767)$/.test(priority ?? '')) rules.push(`${rule.replace(/\[detached\]/, '')} pref ${priority}`);
    } else if (/^\s/.test(line) && !IDLE.test(line)) return undefined;
    else if (!IDLE.test(line)) {
      const table = / table (\S+)/.exec(line)?.[1] ?? 'main';
      tables.set(table, [...(tables.get(table) ?? []), line.replace(/ table \S+/, '').trim()]);
    }
  }
  const routes = tables.get('main') ?? [];
  if (!interfaces.some(({ addresses, name }) => name !== 'lo' && addresses.length > 0) || routes.length === 0) return undefined;
  tables.delete('main');
  const host: HostText = {
    interfaces: interfaces.map(({ name, addresses }) => ({
      name,
      addresses: name === 'lo' ? addresses.filter((one) => !LOOPBACK.test(one)) : addresses,
    })),
    routes,
    route_tables: Object.fromEntries(tables),
    ...(hasRules && { ip_rules: rules }),
    sysctls,
  };
  return readHost(host).host === undefined ? undefined : host;
}

/** Those that lo has everywhere. */
const LOOPBACK = /^(?:127\.0\.0\.1\/8|::1\/128)$/;
