/** What exceptions ask of the settings of one family. */
import { parseGoPrefix } from '../../../src/istio/settings/goValues.ts';
import { contains, parseAddress, parsePrefix, prefixRange } from '../../../src/packet/address.ts';
import type { Side } from './meshWorld.ts';

export function has(ports: readonly string[], port: number): boolean {
  return ports.map(Number).includes(port);
}

export function some(list: readonly unknown[]): boolean {
  return list.length > 0;
}

export function twice(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

/** Lists of which each item becomes rules of one form; those of two settings where they become the same form. */
export function listsOf({ plan }: Side): readonly (readonly string[])[] {
  const { groups, inbound } = plan;
  const except = 'except' in groups ? groups.except : [];
  return [
    plan.uids,
    // an excluded group that is the proxy's has its rule already
    [...new Set(plan.gids), ...new Set(except)],
    plan.gids,
    except,
    inbound?.ports === '*' || inbound === undefined ? [] : inbound.ports,
    // in REDIRECT mode the tunnel's rule is in the same chain
    [...(plan.transparent ? [] : [plan.tunnelPort]), ...(inbound?.ports === '*' ? inbound.excluded : [])],
    plan.excludedOutboundPorts,
    plan.outboundPorts,
    [...plan.excludedInterfaces, ...plan.virtualInterfaces],
    [plan.loopback, ...plan.excludedRanges].map(masked),
    plan.includedRanges === '*' ? [] : plan.includedRanges.map(masked),
  ];
}

/** As iptables knows it: without the bits behind the length. */
function masked(range: string): string {
  const prefix = parseGoPrefix(range);
  if (prefix === undefined) return range;
  const { lo } = prefixRange({ address: prefix.address, length: prefix.bits });
  return `${lo}/${prefix.bits}`;
}

/** Where the resolvers are that DNS is captured for, in a word. */
export function resolversOf({ plan: { dns } }: Side): string {
  if (dns === undefined) return 'none';
  if (dns.servers === 'all') return 'all';
  const local = (server: string): boolean => server === '::1' || server.startsWith('127.');
  return `${dns.servers.some(local)} ${dns.servers.some((server) => !local(server))}`;
}

/** How much the ranges let through to other hosts, in a word. */
export function rangesOf({ plan: { includedRanges, excludedRanges } }: Side): string {
  const outside = (ranges: readonly string[]): readonly string[] => ranges.filter((range) => !isLoopback(range));
  const included =
    includedRanges === '*' || includedRanges.some((range) => range.endsWith('/0'))
      ? 'all'
      : outside(includedRanges).length > 0
        ? 'some'
        : 'none';
  return `${included} ${excludedRanges.some((range) => range.endsWith('/0')) ? 'all' : outside(excludedRanges).length > 0}`;
}

function isLoopback(range: string): boolean {
  const prefix = parseGoPrefix(range);
  return prefix?.loopback === true && prefix.bits >= (prefix.family === 4 ? 8 : 128);
}

/** Rules that let everything go, without a match. */
export function catchAlls({ groups, excludedRanges, includedRanges, version }: Side['plan']): number {
  const fallsBack = version.minor < 23 && includedRanges !== '*' && includedRanges.length > 0;
  const reasons = ['only' in groups && groups.only.length === 0, excludedRanges.some((range) => range.endsWith('/0')), fallsBack];
  return reasons.filter(Boolean).length;
}

export function spares(range: string, address: string): boolean {
  const [prefix, at] = [parsePrefix(range), parseAddress(address)];
  return prefix !== undefined && at !== undefined && contains(prefix, at);
}
