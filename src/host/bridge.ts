/** Packets from one port of a bridge to another: they meet the rules of IP only where br_netfilter says so.
 *  kernel net/bridge/br_netfilter_hooks.c br_nf_pre_routing(), br_nf_hook_thresh() */
import { type IntervalSet, tabulate } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import { type Address, contains, type Family, prefixRange } from '../packet/address.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route } from './host.ts';

export interface Bridging {
  readonly bridge: string;
  /** of packets that guests send to each other: on the bridge's link, and not this host's own */
  readonly dst: IntervalSet<Address>;
  /** whether these meet the rules; `unsaid`: the host does not say it */
  readonly meetsRules: 'yes' | 'no' | 'unsaid';
}

/** Of packets that arrive on a bridge or one of its ports; undefined where it is none. */
export function bridgingOf(host: Host, family: Family, iif: string): Bridging | undefined {
  return (family === 4 ? of4 : of6)(host, iif);
}

/** Of packets that pass by all rules. */
export function pastRules(host: Host, family: Family, iif: string): Bridging | undefined {
  const found = bridgingOf(host, family, iif);
  return found?.meetsRules === 'no' ? found : undefined;
}

export function bridgeSysctl(family: Family): string {
  return `net.bridge.bridge-nf-call-${family === 4 ? 'iptables' : 'ip6tables'}`;
}

const of4 = memoize((host: Host, iif: string) => bridging(host, 4, iif));
const of6 = memoize((host: Host, iif: string) => bridging(host, 6, iif));

function bridging(host: Host, family: Family, iif: string): Bridging | undefined {
  const master = host.interfaces.find(({ name }) => name === iif)?.master;
  const bridge = [master, iif].find((name) => name !== undefined && isBridge(host, name));
  if (bridge === undefined) return undefined;
  const dst = onLink(host, family, bridge);
  if (dst.length === 0) return undefined;
  const said = host.sysctls.get(bridgeSysctl(family))?.trim();
  return { bridge, dst, meetsRules: said === undefined ? 'unsaid' : said === '0' ? 'no' : 'yes' };
}

/** By its type, else by what belongs to it, or its name. source: Docker, CNI's bridge, kubenet, libvirt, LXD, Podman, Proxmox */
function isBridge({ interfaces }: Host, name: string): boolean {
  const nic = interfaces.find((one) => one.name === name);
  if (nic?.type !== undefined) return nic.type === 'bridge';
  if (nic === undefined || nic.table !== undefined || OTHER_MASTERS.test(name)) return false;
  return NAMES.test(name) || interfaces.some(({ master }) => master === name);
}

const NAMES = /^(?:docker\d+|docker_gwbridge|(?:vm|vir|lxc|lxd|incus)?br\d+|br-.*|cni\d+|cni-.*|cbr\d+|kube-bridge|podman\d+)$/;
const OTHER_MASTERS = /^(?:bond|team|vrf)/;

/** What a guest with the bridge's network looks for there itself. */
function onLink(host: Host, family: Family, bridge: string): IntervalSet<Address> {
  const nets = host.routes.filter((route) => route.family === family && leadsThere(route, bridge)).map(({ to }) => to);
  const isThere = (address: Address): boolean => {
    if (!nets.some((net) => contains(net, address))) return false;
    const asked = { address, prefer: bridge };
    const route = longestMatch(host, { ...asked, table: 'local' }) ?? longestMatch(host, { ...asked, table: 'main' });
    return route !== undefined && leadsThere(route, bridge);
  };
  const within = host.routes.filter(({ to, family: of }) => of === family && nets.some((net) => contains(net, to.address)));
  const ranges = [...nets, ...within.map(({ to }) => to)].map(prefixRange);
  const parts =
    family === 4
      ? tabulate<number, boolean>({ ranges: ranges as { lo: number; hi: number }[], last: 0xffff_ffff }, isThere)
      : tabulate<bigint, boolean>({ ranges: ranges as { lo: bigint; hi: bigint }[], last: (1n << 128n) - 1n }, isThere);
  return parts.find(({ value }) => value)?.of ?? [];
}

/** Without a gateway. */
function leadsThere({ type, dev, to, via, via6, unknown }: Route, bridge: string): boolean {
  return type === 'unicast' && dev === bridge && to.length > 0 && via === undefined && via6 === undefined && unknown === undefined;
}
